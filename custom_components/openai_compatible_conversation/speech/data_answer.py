"""Separate an answer that is data from what a server adds around it.

Within the data everything stays as it is. Nobody listens to it, so all of the answer is
known before any of it is used.

Decision record: docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .blocks import INVENTED
from .control_tokens import TokenPairs
from .find_call import find_call
from .parts import SpeechText, TextToolCall
from .reasoning_first import end_of_reasoning, is_followed, is_reasoning_first
from .tags import CALLS, CLOSERS, EDGES, channel_of
from .tool_names import ToolNames

_TOKENS = ("control", "header", "text", "marker")
_DATA_STARTS = ("{", "[", '"', "`")
"""First characters of JSON and of code, in which a tag belongs to the data."""


@dataclass(frozen=True, slots=True)
class DataAnswer:
    """The data in an answer, and the reasoning before it."""

    text: str
    reasoning: str
    started_in_reasoning: bool | None
    """Whether the answer started inside a reasoning block; None if unknown."""


def split_answer(
    text: str, *, starts_in_reasoning: bool, is_cut: bool = False
) -> DataAnswer:
    """Split a complete answer of a model that may be known to start in reasoning.

    If the answer was cut, it may lack the end of the reasoning.
    """
    started = False if starts_in_reasoning else None
    reasoning, end = _leading_reasoning(text)
    is_data = text.lstrip().startswith(_DATA_STARTS)
    if not end and not is_data and (starts_in_reasoning or is_reasoning_first(text)):
        found = end_of_reasoning(text)
        if found and (is_cut or starts_in_reasoning or is_followed(text, found[1])):
            reasoning, end = text[: found[0]], found[1]
            # If nothing follows, that was the answer of a model that does not.
            started = is_cut or is_followed(text, end)
        elif found:
            text = text[: found[0]]
        elif is_cut:
            reasoning, end, started = text, len(text), None
    data = text[end:].lstrip() if end else text
    data = _without_outer_tokens(_without_invented_turns(data))
    return DataAnswer(data, reasoning, started)


def split_calls(
    text: str, names: ToolNames | None = None
) -> Iterator[SpeechText | TextToolCall]:
    """Yield the tool calls in a complete text, and the text around them.

    `names` are those of the tools that the model may call.
    """
    position = 0
    following = _next_call(text, position)
    while position < len(text):
        if following[0] < position:
            following = _next_call(text, position)
        start, inner, kind = following
        if names and (found := find_call(text, position, start, names)):
            start, inner, kind = *found, "whole"
        if start > position:
            yield SpeechText(text[position:start])
        if kind is None:
            return
        inner_end = position = len(text)
        if kind == "whole":
            inner_end = position = inner
        elif closer := CLOSERS.get(kind):
            inner_end, position, end_kind = closer.find(text, inner, final=True)
            position = inner_end if end_kind == "next" else position
        # The other openings are part of the call: `<function=f>` names the tool.
        inner_start = inner if kind in ("call", "inner") else start
        raw = text[start:position]
        yield TextToolCall(text[inner_start:inner_end], raw, raw)


def _next_call(text: str, position: int) -> tuple[int, int, str | None]:
    """Return start and end of the next opening of calls, and its kind."""
    while True:
        start, end, kind = CALLS.find(text, position, final=True)
        if kind == "channel":
            kind = channel_of(text[start:end])
        if kind not in ("text", "analysis"):
            return start, end, kind
        position = end


def _leading_reasoning(text: str) -> tuple[str, int]:
    """Return the reasoning that a text starts with, and the end of its blocks."""
    reasoning: list[str] = []
    position = blocks_end = 0
    while True:
        start, end, kind = EDGES.find(text, position, final=True)
        if kind == "channel":
            kind = channel_of(text[start:end])
        if kind not in ("think", "analysis", *_TOKENS) or text[position:start].strip():
            return "".join(reasoning), blocks_end
        position = end
        if kind in ("think", "analysis"):
            start, position, found = CLOSERS[kind].find(text, end, final=True)
            reasoning.append(text[end:start])
            position = blocks_end = start if found == "next" else position


def _without_invented_turns(text: str) -> str:
    """Return a text up to where the model goes on with the words of somebody else."""
    if "<|" not in text and "<start_of_turn>" not in text.lower():
        return text
    first = last = 0
    start, end, kind = EDGES.find(text, final=True)
    while kind is not None:
        has_ended = last > 0 and not text[last:start].strip()
        if kind == INVENTED and has_ended and text[:first].strip():
            return text[:first]
        if kind in (*_TOKENS, "stray"):
            first, last = first if has_ended else start, end
        start, end, kind = EDGES.find(text, end, final=True)
    return text


def _without_outer_tokens(text: str) -> str:
    """Return a text without the tokens and markers at its edges, unless they are pairs."""
    tokens, paired = _control_tokens(text)
    first, last = 0, len(text)
    for start, end in tokens:
        if start in paired or text[first:start].strip():
            break
        first = end
    for start, end in reversed(tokens):
        if start in paired or start < first or text[end:last].strip():
            break
        last = start
    data = text[first:last]
    return data.lstrip() if first else data


def _control_tokens(text: str) -> tuple[list[tuple[int, int]], set[int]]:
    """Return start and end of the control tokens, and the starts of those in pairs."""
    pairs = TokenPairs()
    tokens: list[tuple[int, int]] = []
    paired: set[int] = set()
    start, end, kind = EDGES.find(text, final=True)
    while kind is not None:
        if kind == "channel":
            kind = channel_of(text[start:end])
        if kind == INVENTED:
            kind, end = "control", text.index(">", start) + 1
        if kind in _TOKENS:
            tokens.append((start, end))
        if kind == "control":
            opener = pairs.add(text[start:end], start)
            if opener is not None:
                paired |= {opener, start}
        start, end, kind = EDGES.find(text, end, final=True)
    return tokens, paired
