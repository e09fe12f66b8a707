"""What the tokens of a request are reckoned from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add, mul
from typing import Any

import orjson

from .priors import FEATURES, RATES
from .scripts import SCRIPTS, Counts, count_scripts

_MAX_KNOWN = 2000
"""Texts whose counts are kept; a request has a few hundred."""

_PRIORS = tuple(rate.prior for rate in RATES[: len(SCRIPTS)])
_NOTHING: Counts = (0,) * len(SCRIPTS)

type Vector = tuple[float, ...]
"""A value for each of `FEATURES`."""


@dataclass(frozen=True, slots=True)
class RequestSize:
    """How much of each of `FEATURES` a request has."""

    vector: Vector

    def beyond(self, other: RequestSize) -> RequestSize | None:
        """Return what this request has more than another, None if it has not all."""
        more = tuple(a - b for a, b in zip(self.vector, other.vector, strict=True))
        return RequestSize(more) if min(more) >= 0 else None

    @property
    def reasoning(self) -> float:
        """Return the size of the reasoning in it."""
        return self.vector[FEATURES.index("reasoning")]


class RequestMeter:
    """Measures requests, whose texts are mostly those of the request before.

    Only the counts of a text are kept, not the text.
    """

    def __init__(self) -> None:
        """Initialize with nothing measured."""
        self._known: dict[tuple[int, int], Counts] = {}

    def counts(self, text: str) -> Counts:
        """Return the characters of a text by script."""
        key = hash(text), len(text)
        if (counts := self._known.get(key)) is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            counts = self._known[key] = count_scripts(text)
        return counts

    def measure(self, body: Mapping[str, Any]) -> RequestSize:
        """Return the size of a request from the body that is sent."""
        texts, system_prompt, reasoning = _NOTHING, _NOTHING, _NOTHING
        messages = images = 0
        for message in body["messages"]:
            messages += 1
            for kind, part in _parts(message):
                if kind == "image":
                    images += 1
                    continue
                counts = self.counts(part)
                if kind == "system":
                    system_prompt = _sum(system_prompt, counts)
                elif kind == "reasoning":
                    reasoning = _sum(reasoning, counts)
                else:
                    texts = _sum(texts, counts)
                    messages += kind == "call"
        definitions = (
            self.weight(orjson.dumps(body["tools"]).decode())
            if body.get("tools")
            else 0.0
        )
        return RequestSize(
            (
                *map(float, texts),
                weigh(system_prompt),
                definitions,
                weigh(reasoning),
                float(messages),
                float(images),
                1.0,
            )
        )

    def weight(self, text: str) -> float:
        """Return the tokens of a text by the priors."""
        return weigh(self.counts(text))


def weigh(counts: Counts, rates: Sequence[float] = _PRIORS) -> float:
    """Return the tokens of characters by script, by the priors or other rates."""
    total: float = sum(map(mul, counts, rates, strict=True))
    return total


def _sum(first: Counts, second: Counts) -> Counts:
    """Return the counts of two texts together."""
    return tuple(map(add, first, second, strict=True))


def _parts(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the kinds and the texts of the parts of a message as it is sent."""
    kind = "system" if message.get("role") in ("system", "developer") else "text"
    content = message.get("content")
    if isinstance(content, str):
        yield kind, content
    elif isinstance(content, list):
        for part in content:
            text = part.get("text")
            yield (kind, text) if isinstance(text, str) else ("image", "")
    for call in message.get("tool_calls") or ():
        function = call["function"]
        arguments = function["arguments"]
        if not isinstance(arguments, str):
            arguments = orjson.dumps(arguments).decode()
        yield "call", f"{function['name']} {arguments}"
    for name in ("reasoning_content", "reasoning"):
        if isinstance(text := message.get(name), str):
            yield "reasoning", text
