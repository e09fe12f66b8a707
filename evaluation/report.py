"""The results as a table and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
import json
from statistics import median
from typing import Any, Self

from bench.measure import tell

from .run import Result
from .tasks import KINDS

UNKNOWN = "-"
TOTAL = "all"


@dataclass(frozen=True)
class Summary:
    """Some results of a contestant in numbers; medians, None if nothing is known."""

    tasks: int
    passed: int
    first: float | None
    """Seconds to the first word."""
    end: float | None
    """Seconds to the end of the turn."""
    prompt: float | None
    """Tokens of the prompts of a turn."""
    completion: float | None
    """Tokens that the model wrote in a turn."""

    @classmethod
    def of(cls, results: Sequence[Result]) -> Self:
        """Return the summary of results."""
        return cls(
            len(results),
            sum(result.passed for result in results),
            _median(result.first for result in results),
            _median(result.end for result in results),
            _median(result.tokens.prompt for result in results),
            _median(result.tokens.completion for result in results),
        )

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the cells of a row."""
        return (
            f"{self.passed} of {self.tasks}",
            UNKNOWN if self.first is None else f"{self.first:.1f}",
            UNKNOWN if self.end is None else f"{self.end:.1f}",
            UNKNOWN if self.prompt is None else f"{self.prompt:,.0f}",
            UNKNOWN if self.completion is None else f"{self.completion:,.0f}",
        )


HEAD = ("passed", "first word, s", "end, s", "tokens in", "out")


def show(results: Sequence[Result], kinds: Mapping[str, str] = KINDS) -> None:
    """Print a table of each contestant, by kind and by language.

    `kinds` are the titles of the kinds.
    """
    for name in dict.fromkeys(result.contestant for result in results):
        own = [result for result in results if result.contestant == name]
        summaries = _summaries(own, kinds)
        rows: list[tuple[str, ...]] = [(name, *HEAD)]
        rows += [(title, *summary.cells) for title, summary in summaries.items()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        tell()
        for row in rows:
            cells = (c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))
            tell("   ".join((row[0].ljust(widths[0]), *cells)))


def tell_result(result: Result, *, verbose: bool) -> None:
    """Print whether a task was passed, and why not if all is to be told."""
    verdict = "passed" if result.passed else "missed"
    tell(f"{result.contestant:<9}  {verdict}  {result.end:6.1f} s  {result.task.id}")
    if not verbose or result.passed:
        return
    for text in result.task.say:
        tell(f"    user    {text}")
    for text in dict.fromkeys(result.tokens.told):
        tell(f"    told    {' / '.join(text.splitlines())}")
    for call in result.calls:
        arguments = json.dumps(call["arguments"], ensure_ascii=False)
        tell(f"    called  {call['tool']} {arguments}")
        if not call["good"]:
            tell(f"    failed  {json.dumps(call['result'], ensure_ascii=False)}")
    tell(f"    said    {result.said}")
    for miss in result.misses:
        tell(f"    miss    {miss}")


def as_json(
    results: Sequence[Result],
    about: Mapping[str, Any],
    kinds: Mapping[str, str] = KINDS,
) -> str:
    """Return the results as JSON, with what they were measured with."""
    contestants = {
        name: {
            "summary": {
                title: vars(summary)
                for title, summary in _summaries(own, kinds).items()
            },
            "tasks": [_task_as_dict(result) for result in own],
        }
        for name in dict.fromkeys(result.contestant for result in results)
        if (own := [result for result in results if result.contestant == name])
    }
    document = {**about, "contestants": contestants}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _task_as_dict(result: Result) -> dict[str, Any]:
    """Return a result as JSON-serializable data."""
    return {
        "id": result.task.id,
        "kind": result.task.kind,
        "language": result.task.language,
        "passed": result.passed,
        "misses": list(result.misses),
        "first": result.first,
        "end": result.end,
        "prompt": result.tokens.prompt,
        "completion": result.tokens.completion,
        "told": result.tokens.told,
        "said": result.said,
        "calls": list(result.calls),
    }


def _summaries(
    results: Sequence[Result], kinds: Mapping[str, str]
) -> dict[str, Summary]:
    """Return summaries by kind, by language if there are several, and of all."""
    groups = {
        title: [result for result in results if result.task.kind == kind]
        for kind, title in kinds.items()
    }
    languages = sorted({result.task.language for result in results})
    if len(languages) > 1:
        groups |= {
            language: [result for result in results if result.task.language == language]
            for language in languages
        }
    groups[TOTAL] = list(results)
    return {title: Summary.of(group) for title, group in groups.items() if group}


def _median(values: Iterable[float | None]) -> float | None:
    """Return the median of the known values, None if there are none."""
    known = [value for value in values if value is not None]
    return median(known) if known else None
