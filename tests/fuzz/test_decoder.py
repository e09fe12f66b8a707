"""Fuzz tests of the decoder: no text is lost, and only known errors are raised."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest
import json
import re
import time
from typing import Any

from hypothesis import strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Finished,
    ReasoningDelta,
    TextDelta,
    TokenUsage,
    ToolCall,
)
from custom_components.openai_compatible_conversation.completions.response_decoder import (
    ResponseDecoder,
)

from .budget import TIMEOUT, fuzz
from .streams import OBJECTS, TOOLS, Piece, cut, event, stream, wrapped

pytestmark = pytest.mark.timeout(TIMEOUT)

MAX_SECONDS = 1.0
"""Limit of CPU time for one stream."""

_GENERATED_ID = re.compile(r"[0-9a-f]{9}")


@dataclass
class Outcome:
    """The decoded content of a stream."""

    text: str
    reasoning: str
    calls: list[tuple[str | None, str, str, str | None]]
    usage: str
    finish: str
    error: str | None
    fed: int
    """Number of reads that were fed, including a failed one."""


def decoded(reads: Iterable[bytes]) -> Outcome:
    """Decode a stream, and check the invariants of its events."""
    decoder = ResponseDecoder(TOOLS)
    events: list[Event] = []
    error, fed = None, 0
    begin = time.process_time()
    try:
        for read in reads:
            fed += 1
            events += decoder.feed(read)
        fed += 1
        events += decoder.close()
    except CompletionError as err:
        error = type(err).__name__
    assert time.process_time() - begin < MAX_SECONDS
    for found in events:
        if isinstance(found, TextDelta | ReasoningDelta):
            # Lone surrogates can be neither spoken nor sent back
            assert found.text.encode()
    calls = [found for found in events if isinstance(found, ToolCall)]
    ids = [call.id for call in calls]
    assert len(ids) == len(set(ids))
    for call in calls:
        assert isinstance(call.id, str)
        assert call.id.encode()
        assert isinstance(call.name, str)
        assert isinstance(call.arguments, dict)
        assert call.name or call.problem
    return Outcome(
        "".join(found.text for found in events if isinstance(found, TextDelta)),
        "".join(found.text for found in events if isinstance(found, ReasoningDelta)),
        [
            (
                None if _GENERATED_ID.fullmatch(call.id) else call.id,
                call.name,
                repr(call.arguments),
                call.problem,
            )
            for call in calls
        ],
        repr([found for found in events if isinstance(found, TokenUsage)]),
        repr([found for found in events if isinstance(found, Finished)]),
        error,
        fed,
    )


def in_order(texts: list[str], found: str) -> bool:
    """Return whether each of the texts occurs exactly once, in order."""
    position = 0
    for text in texts:
        position = found.find(text, position)
        if position < 0 or found.count(text) != 1:
            return False
        position += len(text)
    return True


@st.composite
def _cut_streams(draw: Callable[..., Any]) -> tuple[list[Piece], list[bytes]]:
    """Draw a stream, and the reads in which it arrives."""
    pieces = draw(stream())
    return pieces, draw(cut(b"".join(piece.data for piece in pieces)))


def _check_stream(example: tuple[list[Piece], list[bytes]]) -> None:
    """Check that no text is lost, and that the cuts make no difference."""
    pieces, reads = example
    plain = decoded(piece.data for piece in pieces)
    expected = pieces[: plain.fed - 1] if plain.error else pieces
    for number, piece in enumerate(expected):
        if piece.last:
            expected = expected[:number]
            break
    assert in_order([piece.text for piece in expected if piece.text], plain.text)
    assert in_order(
        [piece.reasoning for piece in expected if piece.reasoning], plain.reasoning
    )
    plain.fed = 0
    whole = b"".join(reads)
    other_reads = [reads, [whole] if whole else []]
    if len(whole) < 2000:
        other_reads.append([bytes([byte]) for byte in whole])
    for other in other_reads:
        outcome = decoded(other)
        outcome.fed = 0
        assert outcome == plain


def test_streams() -> None:
    """The decoder keeps all text of a stream, however its bytes are cut."""
    fuzz("streams", 0.4, _cut_streams(), _check_stream)


type Calls = list[tuple[str, dict[str, Any]]]

SHAPES = (
    "pieces",
    "pieces with ids",
    "pieces with names",
    "pieces side by side",
    "pieces by order",
    "whole",
    "whole together",
    "whole without index",
    "whole by order",
    "whole, all of index 0",
    "objects",
)
OMITTED = {"whole without index": ("index",), "whole by order": ("index", "id")}
BETWEEN = (b"", b"", b": ping\n\n", b"\n", b'data: {"choices": []}\n\n', b"event: x\n")


def _fragments(
    draw: Callable[..., Any], shape: str, index: int, name: str, text: str
) -> list[dict[str, Any]]:
    """Return the fragments of a call, in the shape of some server."""
    head = {"index": index, "id": f"id_{index}", "type": "function"}
    if not shape.startswith("pieces"):
        arguments = json.loads(text) if shape == "objects" else text
        if shape == "whole, all of index 0":
            head["index"] = 0
        omitted = OMITTED.get(shape, ())
        whole = {**head, "function": {"name": name, "arguments": arguments}}
        return [{key: v for key, v in whole.items() if key not in omitted}]
    positions = [0, *sorted(draw(st.lists(st.integers(1, len(text)), max_size=3)))]
    parts = [text[begin:end] for begin, end in pairwise([*positions, len(text)])]
    repeated = {"id": head["id"]} if "with" in shape else {}
    named = {"name": name} if shape == "pieces with names" else {}
    found: list[dict[str, Any]] = [
        {**head, "function": {"name": name, "arguments": ""}},
        *(
            {"index": index, **repeated, "function": {**named, "arguments": part}}
            for part in parts
            if part
        ),
    ]
    if shape == "pieces by order":
        for fragment in found:
            del fragment["index"]
    return found


def _chunks(
    shape: str, fragments: list[list[dict[str, Any]]]
) -> Iterator[list[dict[str, Any]]]:
    """Yield the fragments of each chunk."""
    if shape == "whole together":
        yield [fragment for own in fragments for fragment in own]
    elif shape == "pieces side by side":
        for row in zip_longest(*fragments):
            yield [fragment for fragment in row if fragment]
    else:
        for own in fragments:
            for fragment in own:
                yield [fragment]


@st.composite
def _calls(draw: Callable[..., Any]) -> tuple[Calls, list[bytes]]:
    """Draw calls, and the reads of a stream with them in some shape."""
    calls: Calls = draw(
        st.lists(st.tuples(st.sampled_from(TOOLS), OBJECTS), min_size=1, max_size=4)
    )
    shape: str = draw(st.sampled_from(SHAPES))
    fragments = [
        _fragments(
            draw, shape, index, name, json.dumps(args, ensure_ascii=draw(st.booleans()))
        )
        for index, (name, args) in enumerate(calls)
    ]
    data = b""
    for chunk in _chunks(shape, fragments):
        data += draw(st.sampled_from(BETWEEN))
        data += draw(event(wrapped({"content": None, "tool_calls": chunk})))
    data += draw(event(wrapped({}, "tool_calls")))
    return calls, draw(cut(data))


def _check_calls(example: tuple[Calls, list[bytes]]) -> None:
    """Check that the calls are decoded as they were sent."""
    calls, reads = example
    outcome = decoded(reads)
    assert outcome.error is None
    assert [(name, args) for _, name, args, _ in outcome.calls] == [
        (name, repr(args)) for name, args in calls
    ]
    assert not any(problem for *_, problem in outcome.calls)


def test_calls() -> None:
    """Tool calls are assembled from the fragments of any known server."""
    fuzz("calls", 0.2, _calls(), _check_calls)
