"""Tests for what a user has to hear of the tool calls of a turn."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.tools.outcome import (
    Outcome,
    subject_of,
    targets_of,
)


@pytest.mark.parametrize(
    ("events", "has_acted", "failures"),
    [
        ("", False, []),
        ("|", False, []),
        ("a", True, []),
        ("x", False, ["x"]),
        ("ax", False, ["x"]),
        ("xa", False, ["x"]),
        ("a|x", False, ["x"]),
        ("x|a", True, []),
        ("x|a|y", False, ["y"]),
        ("x|x|y", False, ["x", "y"]),
        ("a|x|a", True, []),
        ("t", False, []),
        ("at", False, []),
        ("a|t", False, []),
        ("t|a", True, []),
        ("x|a|t", False, []),
        ("x|a|t|y", False, ["y"]),
        ("x|t", False, ["x"]),
    ],
)
def test_outcome(events: str, has_acted: bool, failures: list[str]) -> None:
    """An act counts if nothing failed in its round or later, or is still running.

    `a` acts, `t` takes too long, `x` and `y` fail.
    """
    outcome = Outcome()
    outcome.next_round()
    for event in events:
        match event:
            case "|":
                outcome.next_round()
            case "a":
                outcome.succeeded("a", acts=True)
            case "t":
                outcome.left_unfinished()
            case _:
                outcome.failed(event)
    assert (outcome.has_acted, outcome.failures) == (has_acted, failures)


@pytest.mark.parametrize(
    ("rounds", "failed_rounds"),
    [
        ("", 0),
        ("x", 1),
        ("x|xx|x", 3),
        ("x|xr|x", 1),
        ("x|rx", 0),
        ("x|x|r", 0),
        ("x||x", 2),
        ("x|x|a|x", 1),
        ("x|x|", 2),
        ("x|t|x", 3),
        ("x|tr|x", 1),
    ],
)
def test_failed_rounds(rounds: str, failed_rounds: int) -> None:
    """A round with a success ends the succession of those with failures only."""
    outcome = Outcome()
    for number, events in enumerate(rounds.split("|")):
        if number:
            outcome.next_round()
        for event in events:
            if event == "x":
                outcome.failed(event)
            elif event == "t":
                outcome.left_unfinished()
            else:
                outcome.succeeded(event, acts=event == "a")
    assert outcome.failed_rounds == failed_rounds


def test_acts() -> None:
    """What acted is told once, also if something else failed afterwards."""
    outcome = Outcome()
    for subject in ("Lamp", "Fan", "Lamp"):
        outcome.succeeded(subject, acts=True)
    outcome.succeeded("Weather", acts=False)
    outcome.next_round()
    outcome.failed("Door")
    assert (outcome.acts, outcome.failures) == (["Lamp", "Fan"], ["Door"])


@pytest.mark.parametrize(
    ("arguments", "subject"),
    [
        ({}, "Turn on"),
        ({"area": "Hall", "name": " Front\nDoor "}, "Front Door"),
        ({"area": "Hall", "name": None}, "Hall"),
        ({"name": ["x"], "item": "Milk"}, "Milk"),
        ({"name": "x" * 100}, "x" * 60),
    ],
)
def test_subject(arguments: dict[str, Any], subject: str) -> None:
    """A call is for what it names, else its tool says what it was."""
    assert subject_of(arguments, "Turn on") == subject


@pytest.mark.parametrize(
    ("data", "done", "failed"),
    [
        ({}, [], []),
        ({"success": [("entity", "Lamp")], "failed": []}, ["Lamp"], []),
        (
            {
                "success": [("area", "Hall"), ("entity", "Lamp")],
                "failed": [("entity", "x" * 100)],
            },
            ["Lamp"],
            ["x" * 60],
        ),
    ],
)
def test_targets(data: dict[str, Any], done: list[str], failed: list[str]) -> None:
    """The entities of an intent count; an area is named though some of it failed."""
    targets = {
        key: [{"type": kind, "name": name, "id": "1"} for kind, name in pairs]
        for key, pairs in data.items()
    }
    assert targets_of({"data": targets}) == (done, failed)


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"data": None},
        {"data": []},
        {"data": {"success": None, "failed": {}}},
        {"data": {"success": [1, None, {"id": 1}], "failed": "all"}},
    ],
)
def test_targets_of_another_shape(response: dict[str, Any]) -> None:
    """What is not the response of an intent names no targets."""
    assert targets_of(response) == ([], [])


def test_stalled() -> None:
    """A call that was not made again is no failure, and brings a turn no further."""
    outcome = Outcome()
    outcome.succeeded("Lamp", acts=True)
    for _ in range(3):
        outcome.next_round()
        outcome.stalled()
    assert (outcome.has_acted, outcome.failures) == (True, [])
    assert outcome.failed_rounds == 3


@pytest.mark.parametrize(
    ("events", "only_repeats", "may_insist"),
    [
        ("", False, False),
        ("a", False, False),
        ("a|r", True, False),
        ("a|d", True, True),
        ("a|d|r", True, False),
        ("a|d|r|d", True, False),
        ("a|rb", False, False),
        ("a|rt", False, False),
        ("x|X", True, False),
        ("x|Xx", False, False),
        ("x|s", True, False),
        ("a|r|", False, False),
    ],
)
def test_only_repeats(events: str, only_repeats: bool, may_insist: bool) -> None:
    """A round in which something new came is no repetition.

    `a` and `b` act, `r` acts once more, `d` is answered that it is done, `t` takes too
    long, `x` fails, `X` fails once more, `s` would bring nothing new.
    """
    outcome = Outcome()
    outcome.next_round()
    for event in events:
        match event:
            case "|":
                outcome.next_round()
            case "a" | "b" | "r":
                outcome.succeeded(event, acts=True, is_repeated=event == "r")
            case "d":
                outcome.reminded()
            case "t":
                outcome.left_unfinished()
            case "s":
                outcome.stalled()
            case _:
                outcome.failed(event, is_repeated=event == "X")
    assert (outcome.only_repeats, outcome.may_insist) == (only_repeats, may_insist)
