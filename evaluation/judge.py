"""The judgement of a task, by the state of the house and by what was called.

No model judges. What was said counts only where a question has an answer, such as a
temperature, and then only words that the task lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import re
from typing import Any

from testbed.talk import ToolCall

from .tasks import States, Task, Words

READING = frozenset(
    {
        "GetDateTime",
        "GetLiveContext",
        "HassTimerStatus",
        "get_items",
        "get_weather",
        "query_facts",
        "query_tools",
        "search_media",
    }
)
"""Tools that change nothing, by their name without its namespace."""

LEARNING = frozenset({"forget_fact", "learn_fact"})
"""Tools that change only what is remembered."""

CIRCULAR = frozenset({"hue"})
"""Attributes in degrees, where 359 is near 1."""


@dataclass(frozen=True)
class Outcome:
    """What came of a task."""

    before: States
    after: States
    calls: Sequence[ToolCall] = ()
    said: str = ""
    error: str = ""
    told: str = ""
    """What the model was told with the user's words, without these."""


def misses(task: Task, outcome: Outcome) -> list[str]:
    """Return what was not as expected, empty if the task was passed."""
    return [
        *([f"failed: {outcome.error}"] if outcome.error else ()),
        *_wrong_states(task, outcome),
        *_wrong_calls(task, outcome),
        *wrong_words(task.said, task.not_said, outcome.said),
    ]


def matches(expected: Any, actual: Any, attribute: str = "") -> bool:
    """Return whether a value is as expected.

    Expected is a value, a list in any order, or one of the objects `{"any": [...]}`,
    `{"near": 50, "within": 5}` and `{"from": 10, "to": 20}`.
    """
    match expected:
        case {"any": list(values)}:
            return any(matches(value, actual, attribute) for value in values)
        case {"near": centre, "within": tolerance}:
            return _is_number(actual) and (
                _distance(actual, centre, attribute) <= tolerance
            )
        case {"from": low, "to": high}:
            return _is_number(actual) and bool(low <= actual <= high)
        case list(values):
            return isinstance(actual, list) and _match_in_any_order(values, actual)
        case str(text) if isinstance(actual, str):
            return text.casefold() == actual.strip().casefold()
    return bool(expected == actual)


def has_word(text: str, word: str) -> bool:
    """Return whether a text has a word or phrase, and not as a part of another."""
    # 15.6 is not in 15.65, and 5 is neither in 15.5 nor in 5.2.
    pattern = rf"(?<!\w)(?<!\d[.,]){re.escape(word)}(?!\w)(?![.,]\d)"
    return (
        re.search(
            pattern, text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"), re.IGNORECASE
        )
        is not None
    )


def wrong_words(said: Words, not_said: Sequence[str], text: str) -> list[str]:
    """Return the words that are missing in an answer, and those that are wrong."""
    missing = [
        f"does not say {' or '.join(group)}"
        for group in said
        if not any(has_word(text, word) for word in group)
    ]
    return missing + [f"says {word}" for word in not_said if has_word(text, word)]


def is_acting(call: ToolCall) -> bool:
    """Return whether a call is one of a tool that changes something."""
    return bare_name(call) not in READING


def bare_name(call: ToolCall) -> str:
    """Return the name of a tool without its namespace."""
    return call.name.rpartition("__")[2]


def _wrong_states(task: Task, outcome: Outcome) -> list[str]:
    """Return the expectations that do not hold, and the changes nobody asked for."""
    wrong = [
        f"{entity_id}: {attribute} is {actual!r}, not {_words(expected)}"
        for entity_id, attributes in task.expect.items()
        for attribute, expected in attributes.items()
        if not matches(
            expected,
            actual := outcome.after.get(entity_id, {}).get(attribute),
            attribute,
        )
    ]
    others = [
        entity_id
        for entity_id in outcome.before.keys() | outcome.after.keys()
        if entity_id not in task.expect
        and outcome.before.get(entity_id) != outcome.after.get(entity_id)
    ]
    return wrong + [f"{entity_id} was changed" for entity_id in sorted(others)]


def _wrong_calls(task: Task, outcome: Outcome) -> list[str]:
    """Return the calls that are missing, and those that should not have been made.

    Small talk calls no acting tool. Nor does anything else succeed in acting where the
    house is to stay as it is; an attempt at something that is not there is allowed.
    """
    wrong = []
    if task.called and not (_was_told(task, outcome) or _has_called(task, outcome)):
        wrong.append(f"no call of {' or '.join(task.called)} that worked")
    for call in outcome.calls:
        name = bare_name(call)
        if name in task.not_called or _is_wrong_to_act(task, call):
            wrong.append(f"{name} was called")
    return wrong


def _has_called(task: Task, outcome: Outcome) -> bool:
    """Return whether one of the tools was called that the task wants."""
    return any(call.good and bare_name(call) in task.called for call in outcome.calls)


def _was_told(task: Task, outcome: Outcome) -> bool:
    """Return whether the model was told what is to be said, so that it need not look."""
    return bool(task.said) and all(
        any(has_word(outcome.told, word) for word in group) for group in task.said
    )


def _is_wrong_to_act(task: Task, call: ToolCall) -> bool:
    """Return whether a call acts though the house is to stay as it is."""
    if task.expect or not is_acting(call):
        return False
    if task.kind == "fact" and bare_name(call) in LEARNING:
        return False
    return call.good or task.kind == "small_talk"


def _match_in_any_order(expected: Sequence[Any], actual: Sequence[Any]) -> bool:
    """Return whether each value has an expectation of its own."""
    left = list(actual)
    for value in expected:
        found = next((item for item in left if matches(value, item)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _distance(actual: float, centre: float, attribute: str) -> float:
    """Return the distance of two values, on a circle for some attributes."""
    distance = abs(actual - centre)
    return min(distance, 360 - distance) if attribute in CIRCULAR else distance


def _is_number(value: Any) -> bool:
    """Return whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _words(expected: Any) -> str:
    """Return an expected value as text."""
    match expected:
        case {"any": list(values)}:
            return " or ".join(_words(value) for value in values)
        case {"near": centre, "within": tolerance}:
            return f"{centre} +-{tolerance}"
        case {"from": low, "to": high}:
            return f"{low} to {high}"
    return repr(expected)


def described(calls: Sequence[ToolCall]) -> list[Mapping[str, Any]]:
    """Return calls as JSON-serializable data."""
    return [
        {
            "tool": call.name,
            "arguments": call.arguments,
            "good": call.good,
            "result": call.result,
        }
        for call in calls
    ]
