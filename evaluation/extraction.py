"""What a model finds worth remembering: how right the answers of fact extraction are.

Run `python -m evaluation.extraction` with `OPENAI_BASE_URL` and `OPENAI_MODEL`. Each
transcript of the corpus is asked about once with what is known, and once without.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
import json
import os
from pathlib import Path
import sys
import time
from typing import Any

from bench.measure import tell
from custom_components.openai_compatible_conversation.completions.body_reader import (
    Timeouts,
)
from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.events import (
    TextDelta,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
)
from custom_components.openai_compatible_conversation.memory.extraction.extraction import (
    ExtractionError,
    parse_facts,
)
from custom_components.openai_compatible_conversation.memory.extraction.extraction_prompt import (
    RESPONSE_FORMAT,
    known_texts,
    messages_for,
)
from custom_components.openai_compatible_conversation.memory.extraction.known_facts import (
    new_facts,
)
from custom_components.openai_compatible_conversation.memory.facts.extracted_fact import (
    ExtractedFact,
)
from custom_components.openai_compatible_conversation.memory.facts.fact import (
    Fact,
    category_of,
)
from custom_components.openai_compatible_conversation.memory.facts.said_line import (
    SaidLine,
)
from custom_components.openai_compatible_conversation.memory.words.normalization import (
    fold,
    spoken_words,
)
import homeassistant  # noqa: F401  Before anything imports the HTTP library

CORPUS = Path(__file__).with_name("extraction_corpus.json")
MAX_TOKENS = 1024
MAX_KNOWN = 3000
"""Characters of what is known."""

PATIENCE = 1800.0
"""Seconds until something of an answer has to arrive."""

TOLD, NOT_TOLD = "told what is known", "not told"
"""Ways of asking; what is known is compared with the answer in either case."""

THEN = "2026-11-01T12:00:00+00:00"


@dataclass(frozen=True)
class Expected:
    """A fact that is to be found."""

    categories: Sequence[str]
    words: Sequence[str]
    key: str | None = None
    not_key: str | None = None
    subject: str | None = None

    def matches(self, fact: ExtractedFact) -> bool:
        """Return whether a fact is the one that is expected."""
        said = " ".join(spoken_words(f"{fact.key} {fact.value}"))
        return (
            fact.category in self.categories
            and all(word in said for word in self.words)
            and (self.key is None or fold(fact.key) == fold(self.key))
            and (self.not_key is None or fold(fact.key) != fold(self.not_key))
            and (self.subject is None or fact.subject == self.subject)
        )


@dataclass(frozen=True)
class Case:
    """A transcript, with what is known before and what is to be found."""

    id: str
    kind: str
    known: Sequence[Fact]
    lines: Sequence[SaidLine]
    expected: Sequence[Expected]
    people: Sequence[str]

    def is_right(self, found: Sequence[ExtractedFact]) -> bool:
        """Return whether all that is expected was found, and nothing else."""
        return all(any(e.matches(f) for f in found) for e in self.expected) and all(
            any(e.matches(f) for e in self.expected) for f in found
        )


def load() -> list[Case]:
    """Return the corpus."""
    return [_case(item) for item in json.loads(CORPUS.read_text("utf-8"))]


def _case(item: dict[str, Any]) -> Case:
    """Return a case from its JSON."""
    return Case(
        item["id"],
        item["kind"],
        [
            Fact(category_of(category), key, value, "told", THEN, THEN, subject)
            for category, key, value, subject in item.get("known", ())
        ],
        [
            SaidLine(line)
            if isinstance(line, str)
            else SaidLine(line["said"], line["who"])
            for line in item["lines"]
        ],
        [
            Expected(expected.pop("category"), expected.pop("words"), **expected)
            for expected in item["expected"]
        ],
        item.get("people", ()),
    )


async def _answer(client: CompletionsClient, model: str, case: Case) -> str:
    """Return a model's answer about a transcript, which it is told what is known of."""
    known = known_texts(case.known, len, MAX_KNOWN)
    body = build_body(
        model,
        messages_for(case.lines, known),
        stream=True,
        extra={
            "response_format": RESPONSE_FORMAT,
            "max_tokens": MAX_TOKENS,
            "temperature": 0,
        },
    )
    text = ""
    async with aclosing(client.stream(body, patience=PATIENCE)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                text += event.text
    return text


def _new(answer: str, case: Case) -> list[ExtractedFact] | None:
    """Return what is new in an answer, None if it cannot be read."""
    try:
        return new_facts(parse_facts(answer, case.lines, case.people), case.known)
    except ExtractionError:
        return None


async def _judge(client: CompletionsClient, model: str, case: Case) -> dict[str, bool]:
    """Return whether the answers to the ways of asking are right, and tell the wrong."""
    results: dict[str, bool] = {}
    for way, asked in ((TOLD, case), (NOT_TOLD, replace(case, known=()))):
        if way == NOT_TOLD and not case.known:
            # It is the same request.
            results[way] = results[TOLD]
            continue
        answer = await _answer(client, model, asked)
        found = _new(answer, case)
        results[way] = found is not None and case.is_right(found)
        if not results[way]:
            tell(f"{case.id}, {way}: {answer.strip()}")
            for fact in found or ():
                tell(f"  {fact.category}/{fact.key}: {fact.value} ({fact.subject})")
    return results


async def _run(only: set[str]) -> None:
    """Ask about each transcript, and print how many answers are right."""
    # The HTTP library of this version of Home Assistant.
    import httpx  # noqa: PLC0415

    url, model = os.environ["OPENAI_BASE_URL"], os.environ.get("OPENAI_MODEL", "model")
    cases = [case for case in load() if not only or {case.id, case.kind} & only]
    right: Counter[tuple[str, str]] = Counter()
    begin = time.monotonic()
    async with httpx.AsyncClient(timeout=600) as http_client:
        client = CompletionsClient(
            url,
            os.environ.get("OPENAI_API_KEY"),
            http_client,
            timeouts=Timeouts(between_tokens=PATIENCE),
        )
        for case in cases:
            for way, is_right in (await _judge(client, model, case)).items():
                right[case.kind, way] += is_right
                right["all", way] += is_right
    counts = Counter(case.kind for case in cases) | Counter({"all": len(cases)})
    for kind, count in counts.items():
        told, not_told = right[kind, TOLD], right[kind, NOT_TOLD]
        tell(f"{kind:12} of {count:>3}: {TOLD} {told:>3}, {NOT_TOLD} {not_told:>3}")
    tell(f"{time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    asyncio.run(_run(set(sys.argv[1:])))
