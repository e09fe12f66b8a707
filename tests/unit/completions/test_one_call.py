"""Test which fragments are one tool call, and which are several that are meant."""

from collections.abc import Iterable
import json
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.events import ToolCall
from custom_components.openai_compatible_conversation.completions.response_decoder import (
    ResponseDecoder,
)
from testbed.replies import DONE, chunk, event

LAMP = '{"name": "Lamp"}'
FAN = '{"name": "Fan"}'
OTHERWISE_WRITTEN = '{ "name":"Lamp" }'

type Expected = list[tuple[str, dict[str, Any]]]

ON_LAMP = ("turn_on", {"name": "Lamp"})
ON_FAN = ("turn_on", {"name": "Fan"})
OFF_LAMP = ("turn_off", {"name": "Lamp"})
NEXT: tuple[str, dict[str, Any]] = ("next_track", {})


def _call(name: str | None = "turn_on", arguments: Any = LAMP, **fields: Any) -> Any:
    """Return a fragment with a function, and the fields beside it."""
    return {**fields, "function": {"name": name, "arguments": arguments}}


def _more(arguments: Any, **fields: Any) -> Any:
    """Return a fragment whose function has no name."""
    return {**fields, "function": {"arguments": arguments}}


STREAMED = [
    [_call(index=0, id="a", arguments="")],
    [_more('{"name": ', index=0)],
    [_more('"Lamp"}', index=0)],
]
"""A call in pieces, as most servers send it."""

ONE: dict[str, list[Any]] = {
    "one id at two indexes": [[_call(index=0, id="a")], [_call(index=1, id="a")]],
    "one id at two indexes, in one chunk": [
        [_call(index=0, id="a"), _call(index=1, id="a")]
    ],
    "one id at many indexes": [[_call(index=number, id="a")] for number in range(9)],
    "one id without indexes": [[_call(id="a")], [_call(id="a")]],
    "one id without indexes, in one chunk": [[_call(id="a"), _call(id="a")]],
    "one id, pieces at the next index": [
        [_call(index=0, id="a", arguments="")],
        [_more('{"name": ', index=1, id="a")],
        [_more('"Lamp"}', index=2, id="a")],
    ],
    "one id, the call at the next index": [
        [_call(index=0, id="a", arguments="")],
        [_call(index=1, id="a")],
    ],
    "whole at the end": [*STREAMED, [_call(index=0, id="a")]],
    "whole at the end, with another index": [*STREAMED, [_call(index=7, id="a")]],
    "whole at the end, without index": [*STREAMED, [_call(id="a")]],
    "whole at the end, without id": [*STREAMED, [_call(index=0)]],
    "whole at the end, the id only there": [
        [_call(index=0, arguments="")],
        [_more(LAMP, index=0)],
        [_call(index=0, id="a")],
    ],
    "whole at the end, otherwise written": [
        *STREAMED,
        [_call(index=0, id="a", arguments=OTHERWISE_WRITTEN)],
    ],
    "whole at the end, as an object": [
        *STREAMED,
        [_call(index=0, id="a", arguments={"name": "Lamp"})],
    ],
    "whole at the end, as JSON in JSON": [
        *STREAMED,
        [_call(index=0, id="a", arguments=json.dumps(LAMP))],
    ],
    "whole at the end, twice": [*STREAMED, *[[_call(index=0, id="a")]] * 2],
    "named at the end": [*STREAMED, [_call(index=0, id="a", arguments="")]],
    "named at the end, with another index": [
        *STREAMED,
        [_call(index=7, id="a", arguments="")],
    ],
    "summary without a name": [*STREAMED, [_more(LAMP, index=0, id="a")]],
    "summary without name and index": [*STREAMED, [_more(LAMP, id="a")]],
    "summary without name and id": [*STREAMED, [_more(LAMP, index=0)]],
    "summary without name, id and index": [*STREAMED, [_more(LAMP)]],
    "summary with another index": [*STREAMED, [_more(LAMP, index=7, id="a")]],
    "summary with no name": [*STREAMED, [_call(None, index=0, id="a")]],
    "summary with an empty name": [*STREAMED, [_call("", index=0, id="a")]],
    "summary, otherwise written": [
        *STREAMED,
        [_more(OTHERWISE_WRITTEN, index=0, id="a")],
    ],
    "summary as an object": [*STREAMED, [_more({"name": "Lamp"}, index=0, id="a")]],
    "summary as JSON in JSON": [*STREAMED, [_more(json.dumps(LAMP), index=0)]],
    "summary in pieces": [
        *STREAMED,
        [_more(LAMP[:5], index=0, id="a")],
        [_more(LAMP[5:], index=0, id="a")],
    ],
    "summary twice": [*STREAMED, *[[_more(LAMP, index=0, id="a")]] * 2],
    "summary without arguments": [*STREAMED, [_more("{}", index=0, id="a")]],
    "summary with null": [*STREAMED, [_more("null", index=0, id="a")]],
    "an empty object before the pieces": [
        [_call(index=0, id="a", arguments="{}")],
        *STREAMED[1:],
    ],
    "an empty object before and after the pieces": [
        [_call(index=0, id="a", arguments="{}")],
        *STREAMED[1:],
        [_more("{}", index=0)],
    ],
    "arguments with a channel behind the name": [
        *STREAMED,
        [_call("turn_on<|channel|>commentary", index=1, id="a")],
    ],
}
"""Chunks with one call to turn on the lamp."""

SEVERAL: dict[str, tuple[Expected, list[Any]]] = {
    "equal calls with ids of their own": (
        [ON_LAMP, ON_LAMP],
        [[_call(index=0, id="a")], [_call(index=1, id="b")]],
    ),
    "equal calls with ids of their own at one index": (
        [ON_LAMP, ON_LAMP],
        [[_call(index=0, id="a")], [_call(index=0, id="b")]],
    ),
    "equal calls without ids": (
        [ON_LAMP, ON_LAMP],
        [[_call(index=0)], [_call(index=1)]],
    ),
    "equal calls without ids at one index": (
        [ON_LAMP, ON_LAMP],
        [[_call(index=0)], [_call(index=0)]],
    ),
    "equal calls with empty ids": (
        [ON_LAMP, ON_LAMP],
        [[_call(index=0, id="")], [_call(index=1, id="")]],
    ),
    "equal calls, the second one without an id": (
        [ON_LAMP, ON_LAMP],
        [[_call(index=0, id="a")], [_call(index=1)]],
    ),
    "calls without arguments with ids of their own": (
        [NEXT, NEXT],
        [
            [_call("next_track", "", index=0, id="a")],
            [_call("next_track", "{}", index=1, id="b")],
        ],
    ),
    "one id for other arguments": (
        [ON_LAMP, ON_FAN],
        [[_call(index=0, id="x")], [_call(arguments=FAN, index=1, id="x")]],
    ),
    "one id for other arguments at one index": (
        [ON_LAMP, ON_FAN],
        [[_call(index=0, id="x")], [_call(arguments=FAN, index=0, id="x")]],
    ),
    "one id for other arguments, in pieces": (
        [ON_LAMP, ON_FAN],
        [
            [_call(arguments="", index=0, id="x")],
            [_call(arguments="", index=1, id="x")],
            [_more(LAMP, index=0, id="x")],
            [_more(FAN[:4], index=1, id="x")],
            [_more(FAN[4:], index=1, id="x")],
        ],
    ),
    "one id for another tool": (
        [ON_LAMP, OFF_LAMP],
        [[_call(index=0, id="x")], [_call("turn_off", index=1, id="x")]],
    ),
    "the tool's name for an id": (
        [ON_LAMP, ON_FAN, OFF_LAMP],
        [
            [_call(index=0, id="turn_on")],
            [_call(arguments=FAN, index=1, id="turn_on")],
            [_call("turn_off", index=2, id="turn_off")],
        ],
    ),
    "one index, pieces by their ids": (
        [ON_LAMP, OFF_LAMP],
        [
            [_call(arguments="", index=0, id="a")],
            [_call("turn_off", "", index=0, id="b")],
            [_more(LAMP[:3], index=0, id="a")],
            [_more(LAMP[:3], index=0, id="b")],
            [_more(LAMP[3:], index=0, id="a")],
            [_more(LAMP[3:], index=0, id="b")],
        ],
    ),
    "a new id with each piece": (
        [ON_LAMP, OFF_LAMP],
        [
            [_call(arguments="", index=0, id="a")],
            [_more(LAMP, index=0, id="b")],
            [_call("turn_off", "", index=1, id="c")],
            [_more(LAMP, index=1, id="d")],
        ],
    ),
    "both whole at the end": (
        [ON_LAMP, OFF_LAMP],
        [
            *STREAMED,
            [_call("turn_off", index=1, id="b")],
            [_call(index=0, id="a"), _call("turn_off", index=1, id="b")],
        ],
    ),
    "both whole at the end, without indexes": (
        [ON_LAMP, OFF_LAMP],
        [
            *STREAMED,
            [_call("turn_off", index=1, id="b")],
            [_call(id="a"), _call("turn_off", id="b")],
        ],
    ),
    "both in a summary without names": (
        [ON_LAMP, ON_FAN],
        [
            *STREAMED,
            [_call(arguments=FAN, index=1, id="b")],
            [_more(LAMP, index=0, id="a"), _more(FAN, index=1, id="b")],
        ],
    ),
}
"""Chunks with several calls, and these calls."""

CASES: dict[str, tuple[Expected, list[Any]]] = {
    **{name: ([ON_LAMP], chunks) for name, chunks in ONE.items()},
    **SEVERAL,
}


def _stream(chunks: Iterable[Any]) -> bytes:
    """Return the bytes of a response with the fragments of each chunk."""
    body = b"".join(chunk({"tool_calls": fragments}) for fragments in chunks)
    return body + chunk({}, "tool_calls") + DONE


def _calls(*reads: bytes) -> list[ToolCall]:
    """Return the calls of a response that arrives in some reads."""
    decoder = ResponseDecoder({"turn_on", "turn_off", "next_track"})
    found = [event for read in reads for event in decoder.feed(read)]
    found += decoder.close()
    return [event for event in found if isinstance(event, ToolCall)]


@pytest.mark.parametrize(("expected", "chunks"), CASES.values(), ids=CASES)
def test_calls(expected: Expected, chunks: list[Any]) -> None:
    """Each call that is meant is made once, with an id of its own."""
    calls = _calls(_stream(chunks))
    assert [(call.name, call.arguments) for call in calls] == expected
    assert [call.problem for call in calls] == [None] * len(calls)
    assert [json.loads(call.text) for call in calls] == [
        arguments for _, arguments in expected
    ]
    assert len({call.id for call in calls}) == len(calls)


@pytest.mark.parametrize(("expected", "chunks"), CASES.values(), ids=CASES)
def test_every_cut(expected: Expected, chunks: list[Any]) -> None:
    """The calls are the same however the bytes are cut."""
    data = _stream(chunks)
    for cut in range(len(data)):
        found = [(c.name, c.arguments) for c in _calls(data[:cut], data[cut:])]
        assert found == expected
    single = _calls(*(data[at : at + 1] for at in range(len(data))))
    assert [(call.name, call.arguments) for call in single] == expected


@pytest.mark.parametrize(
    "message",
    [
        {"tool_calls": [_call(id="a"), _call(id="a")]},
        {"tool_calls": [_call(id="a")], "function_call": _call()["function"]},
    ],
)
def test_whole_message(message: dict[str, Any]) -> None:
    """The rule is the same for a response that is not streamed."""
    body = {"choices": [{"index": 0, "message": message}]}
    calls = _calls(json.dumps(body).encode())
    assert [(call.name, call.arguments) for call in calls] == [ON_LAMP]


def test_message_after_the_stream() -> None:
    """A last chunk with the complete message repeats the calls of the stream."""
    message = {"role": "assistant", "tool_calls": [_call(id="a")]}
    last = event({"choices": [{"index": 0, "message": message}]})
    body = b"".join(chunk({"tool_calls": fragments}) for fragments in STREAMED)
    calls = _calls(body + last + DONE)
    assert [(call.name, call.arguments) for call in calls] == [ON_LAMP]


@pytest.mark.parametrize(("expected", "chunks"), CASES.values(), ids=CASES)
def test_ids_of_the_server(expected: Expected, chunks: list[Any]) -> None:
    """The first call keeps the id that the server gave it, if it gave one."""
    ids = {f.get("id") for fragments in chunks for f in fragments} - {None, ""}
    assert not ids or _calls(_stream(chunks))[0].id in ids


def test_order() -> None:
    """Calls stay in the order in which they began."""
    chunks = [
        [_call(arguments="", index=0, id="a")],
        [_call("turn_off", index=1, id="b")],
        [_call(index=2, id="a")],
    ]
    calls = _calls(_stream(chunks))
    assert [(call.name, call.arguments, call.id) for call in calls] == [
        (*ON_LAMP, "a"),
        (*OFF_LAMP, "b"),
    ]


def test_invalid_arguments_stay() -> None:
    """What a model wrote wrongly is not replaced by another call with its id."""
    bad = _call(arguments='{"name" Lamp}', index=0, id="x")
    calls = _calls(_stream([[bad], [_call(index=1, id="x")]]))
    assert [call.problem is None for call in calls] == [False, True]


@pytest.mark.parametrize(
    "text", ['{"a": 1}{"a": 2}', '{"a": 1}{"b": 1}', '{"a": 1} [1]', '{"a": 1}{"a": 1']
)
def test_different_arguments_in_one_call(text: str) -> None:
    """Arguments that contradict each other are invalid: nobody knows which are meant."""
    (call,) = _calls(_stream([[_call(arguments=text, index=0)]]))
    assert call.problem
    assert call.arguments == {}
