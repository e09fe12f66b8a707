"""Test the assembly of streamed tool calls."""

import json
import random
import re
import time
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.errors import (
    AnswerTooLargeError,
)
from custom_components.openai_compatible_conversation.completions.partial_call import (
    NO_NAME,
    REPETITIVE,
    TRUNCATED,
)
from custom_components.openai_compatible_conversation.completions.tool_arguments import (
    NOT_JSON,
    NOT_OBJECT,
)
from custom_components.openai_compatible_conversation.completions.tool_calls import (
    MAX_ARGUMENTS,
    MAX_CALLS,
    MAX_NAME,
    CallAssembler,
)

KNOWN = ("turn_on", "turn_off", "get_state")


def _piece(
    name: str | None = None,
    arguments: Any = None,
    *,
    index: int | None = None,
    call_id: str | None = None,
) -> dict[str, Any]:
    """Return a fragment with the given fields."""
    function = {"name": name, "arguments": arguments}
    fragment: dict[str, Any] = {
        "function": {k: v for k, v in function.items() if v is not None}
    }
    if index is not None:
        fragment["index"] = index
    if call_id is not None:
        fragment["id"] = call_id
    return fragment


def _assembled(*chunks: Any) -> list[tuple[str, dict[str, Any], str | None]]:
    """Return name, arguments and problem of each call in chunks."""
    assembler = CallAssembler(KNOWN)
    for chunk in chunks:
        assembler.feed(chunk)
    calls = assembler.finish(cut=False)
    assert len({call.id for call in calls}) == len(calls)
    assert all(call.id for call in calls)
    return [(call.name, call.arguments, call.problem) for call in calls]


ON_LAMP = ("turn_on", {"name": "Lamp"}, None)
OFF_FAN = ("turn_off", {"name": "Fan"}, None)
LAMP = '{"name": "Lamp"}'
FAN = '{"name": "Fan"}'
DEEP = "".join(random.Random(7).choices(["[", "[ "], k=87_000))

TWO_CALLS = {
    "by index": [
        [_piece("turn_on", "", index=0, call_id="a")],
        [_piece(arguments='{"name": ', index=0)],
        [_piece(arguments='"Lamp"}', index=0)],
        [_piece("turn_off", "", index=1, call_id="b")],
        [_piece(arguments=FAN, index=1)],
    ],
    "interleaved": [
        [_piece("turn_on", "", index=0, call_id="a")],
        [_piece("turn_off", "", index=1, call_id="b")],
        [_piece(arguments='{"name": ', index=0)],
        [_piece(arguments='{"name"', index=1)],
        [_piece(arguments='"Lamp"}', index=0), _piece(arguments=': "Fan"}', index=1)],
    ],
    "several in one chunk": [
        [
            _piece("turn_on", LAMP, index=0, call_id="a"),
            _piece("turn_off", FAN, index=1, call_id="b"),
        ],
    ],
    "several in one chunk, without index and id": [
        [_piece("turn_on", LAMP), _piece("turn_off", FAN)],
    ],
    "without index": [
        [_piece("turn_on", "", call_id="a")],
        [_piece(arguments=LAMP)],
        [_piece("turn_off", "", call_id="b")],
        [_piece(arguments=FAN)],
    ],
    "without index, the id with each piece": [
        [_piece("turn_on", "", call_id="a")],
        [_piece("turn_off", "", call_id="b")],
        [_piece(arguments=LAMP, call_id="a")],
        [_piece(arguments=FAN, call_id="b")],
    ],
    "without id": [
        [_piece("turn_on", "", index=0)],
        [_piece(arguments=LAMP, index=0)],
        [_piece("turn_off", FAN, index=1)],
    ],
    "without index and id": [
        [_piece("turn_on", '{"name": ')],
        [_piece(arguments='"Lamp"}')],
        [_piece("turn_off", FAN)],
    ],
    "same index, new id": [
        [_piece("turn_on", LAMP, index=0, call_id="a")],
        [_piece("turn_off", FAN, index=0, call_id="b")],
    ],
    "same index, no id": [
        [_piece("turn_on", LAMP, index=0)],
        [_piece("turn_off", FAN, index=0)],
    ],
    "same id twice": [
        [_piece("turn_on", LAMP, index=0, call_id="a")],
        [_piece("turn_off", FAN, index=1, call_id="a")],
    ],
    "name repeated with each piece": [
        [_piece("turn_on", '{"name": ', index=0, call_id="a")],
        [_piece("turn_on", '"Lamp"}', index=0, call_id="a")],
        [_piece("turn_on", "", index=0, call_id="a")],
        [_piece("turn_off", FAN, index=1, call_id="b")],
    ],
    "name in pieces": [
        [_piece("turn", "", index=0, call_id="a")],
        [_piece("_on", "", index=0)],
        [_piece(arguments=LAMP, index=0)],
        [_piece("turn_", "", index=1, call_id="b")],
        [_piece("off", FAN, index=1)],
    ],
    "arguments before the name": [
        [_piece(arguments=LAMP, index=0, call_id="a")],
        [_piece("turn_on", "", index=0)],
        [_piece("turn_off", FAN, index=1)],
    ],
    "arguments as objects": [
        [_piece("turn_on", {"name": "Lamp"}, index=0)],
        [_piece("turn_off", {"name": "Fan"}, index=1)],
    ],
    "name and arguments beside the id": [
        [{"index": 0, "id": "a", "name": "turn_on", "arguments": LAMP}],
        [{"index": 1, "id": "b", "name": "turn_off", "arguments": FAN}],
    ],
    "one call for a list": [
        _piece("turn_on", LAMP, index=0),
        _piece("turn_off", FAN, index=1),
    ],
    "junk between": [
        [_piece("turn_on", LAMP, index=0), None, "call", 7],
        None,
        "calls",
        [],
        [_piece("turn_off", FAN, index=1)],
    ],
}


@pytest.mark.parametrize("chunks", TWO_CALLS.values(), ids=TWO_CALLS.keys())
def test_two_calls(chunks: list[Any]) -> None:
    """Two calls are assembled with their own arguments and ids."""
    assert _assembled(*chunks) == [ON_LAMP, OFF_FAN]


def test_calls_without_arguments() -> None:
    """Two consecutive known names are two calls, not one name in pieces."""
    assert _assembled([_piece("turn_on")], [_piece("get_state")]) == [
        ("turn_on", {}, None),
        ("get_state", {}, None),
    ]


def test_identical_calls() -> None:
    """Identical calls without index and id are two calls."""
    assert _assembled([_piece("turn_on", LAMP)], [_piece("turn_on", LAMP)]) == [
        ON_LAMP,
        ON_LAMP,
    ]


@pytest.mark.parametrize(
    ("arguments", "expected", "problem"),
    [
        ("", {}, None),
        (" \n", {}, None),
        ("null", {}, None),
        ("{}", {}, None),
        ('""', {}, None),
        (json.dumps(LAMP), {"name": "Lamp"}, None),
        (f"{{}}{LAMP}", {"name": "Lamp"}, None),
        ('{"name": "Caf\u00e9"}', {"name": "Café"}, None),
        ('{"name": "La', {}, NOT_JSON),
        ("{name: Lamp}", {}, NOT_JSON),
        (f"{LAMP} and so on", {}, NOT_JSON),
        pytest.param(DEEP, {}, NOT_JSON, id="deep"),
        ('{"a": 100000000000000000000}', {}, NOT_JSON),
        ('{"a": "\\ud83d"}', {}, NOT_JSON),
        ('{"a": NaN}', {}, NOT_JSON),
        ('{"a": -Infinity}', {}, NOT_JSON),
        pytest.param('{"a":' * 400 + "1" + "}" * 400, {}, NOT_JSON, id="depth"),
        ("[1]", {}, NOT_OBJECT),
        ("7", {}, NOT_OBJECT),
        ('"[1]"', {}, NOT_OBJECT),
    ],
)
def test_arguments(
    arguments: str, expected: dict[str, Any], problem: str | None
) -> None:
    """Arguments are parsed into an object, or a problem is reported."""
    assert _assembled([_piece("turn_on", arguments, index=0)]) == [
        ("turn_on", expected, problem)
    ]


def test_truncated_arguments() -> None:
    """Arguments truncated by the length limit are distinguished from invalid ones."""
    assembler = CallAssembler()
    assembler.feed([_piece("turn_on", '{"name": "La', index=0)])
    assert [call.problem for call in assembler.finish(cut=True)] == [TRUNCATED]


def test_no_name() -> None:
    """A call without a name is reported as a problem."""
    assert _assembled([_piece(arguments=LAMP, index=0)])[0][2] == NO_NAME


def test_ids_are_kept() -> None:
    """Unique ids of the server are kept."""
    assembler = CallAssembler()
    assembler.feed([_piece("turn_on", index=0, call_id="a")])
    assembler.feed([_piece("turn_on", index=1, call_id="b")])
    assert [call.id for call in assembler.finish(cut=False)] == ["a", "b"]


@pytest.mark.parametrize(
    "chunk",
    [
        [_piece("turn_on", "x" * (MAX_ARGUMENTS + 1), index=0)],
        [_piece("x" * (MAX_NAME + 1), index=0)],
        [_piece("turn_on", index=index) for index in range(MAX_CALLS + 1)],
    ],
    ids=["arguments", "name", "calls"],
)
def test_limits(chunk: list[Any]) -> None:
    """Arguments, names and the number of calls are limited."""
    with pytest.raises(AnswerTooLargeError):
        CallAssembler().feed(chunk)


def test_unserializable_arguments_object() -> None:
    """Arguments that arrive as an object but cannot be sent back are invalid."""
    assert _assembled([_piece("turn_on", {"a": 1 << 70}, index=0)])[0][2] == NOT_JSON


@pytest.mark.parametrize(
    "call_id", ["x" * 5000, {"a": 1}, ["a"], 1.5, "\ud83d", "a\nb"], ids=range(6)
)
def test_unusable_id(call_id: Any) -> None:
    """An id of an unusable length or type is replaced."""
    assembler = CallAssembler()
    assembler.feed([{"id": call_id, "function": {"name": "turn_on"}}])
    (call,) = assembler.finish(cut=False)
    assert re.fullmatch("[a-z0-9]{9}", call.id)
    assert len(call.id) < 40


def test_name_repeated_with_many_fragments() -> None:
    """A name repeated with each of many fragments does not slow down the assembly."""
    assembler = CallAssembler()
    pieces = [f"{number * number % 997}}}x" for number in range(25_000)]
    begin = time.process_time()
    assembler.feed([_piece("turn_on", '{"a": "', index=0)])
    for piece in pieces:
        assembler.feed([_piece("turn_on", piece, index=0)])
    assembler.feed([_piece("turn_on", '"}', index=0)])
    (call,) = assembler.finish(cut=False)
    assert call.arguments == {"a": "".join(pieces)}
    assert time.process_time() - begin < 2


RUNAWAY_ARGUMENTS = [
    '{"name": "' + "the lamp in the kitchen and " * 30,
    '{"name": "Lamp", "area": "' + "\\n" * 1500,
    '{"names": [' + '"Lamp", ' * 300,
    '{"name": "Lamp"' + " " * 2500,
]


@pytest.mark.parametrize("text", RUNAWAY_ARGUMENTS, ids=range(4))
@pytest.mark.parametrize("size", [1, 7, 5000])
def test_repetitive_arguments(text: str, size: int) -> None:
    """Arguments that repeat themselves are noticed however they are cut."""
    assembler = CallAssembler()
    assembler.feed([_piece("turn_off", FAN, index=0, call_id="a")])
    assembler.feed([_piece("turn_on", "", index=1, call_id="b")])
    for start in range(0, len(text), size):
        if assembler.is_repetitive:
            break
        assembler.feed([_piece(arguments=text[start : start + size], index=1)])
    assert assembler.is_repetitive
    calls = assembler.finish(cut=False)
    assert [(call.name, call.arguments, call.problem) for call in calls] == [
        OFF_FAN,
        ("turn_on", {}, REPETITIVE),
    ]
    assert calls[1].text == "{}"


def test_no_false_alarm() -> None:
    """Arguments of a long and regular kind are none that repeat themselves."""
    rooms = [f"light.{room}_{n}" for room in ("hall", "attic") for n in range(9)]
    states = [{"entity_id": room, "state": "on", "brightness": 255} for room in rooms]
    for arguments in (
        {"entities": states},
        {"days": [{"time": f"{hour:02}:00", "temperature": 20} for hour in range(24)]},
        {"text": "La la la la, la la la la, la la la la, sing with me! " * 4},
        {"rows": [[0, 0, 0, 0, 0, 0, 0, 0]] * 40},
    ):
        assembler = CallAssembler()
        assembler.feed([_piece("turn_on", json.dumps(arguments), index=0)])
        assert not assembler.is_repetitive
        (call,) = assembler.finish(cut=False)
        assert call.arguments == arguments


@pytest.mark.parametrize(
    "name",
    [
        "turn_on<|channel|>commentary",
        "turn_on <|channel|>json",
        "turn_on<｜x｜>",
        "turn_on",
    ],
)
def test_channel_is_cut(name: str) -> None:
    """A channel that sticks to a name is no part of it."""
    assert _assembled([_piece(name, LAMP, index=0)]) == [ON_LAMP]
    pieces = [_piece(name[:9], index=0)], [_piece(name[9:], LAMP, index=0)]
    assert _assembled(*pieces) == [ON_LAMP]
