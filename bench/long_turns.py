"""Benchmark of what a turn costs at its end: counted, evicted, or cut to fit."""

from collections.abc import Callable
from dataclasses import replace
import json
from statistics import median
import time

from custom_components.openai_compatible_conversation.budgets.token_rates import (
    TokenRates,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.limits import TokenLimits
from custom_components.openai_compatible_conversation.session.session_state import (
    MAX_TURNS,
    SessionState,
)
from custom_components.openai_compatible_conversation.session.turns import (
    Turn,
    normalize,
)
from testbed.limits import limits

from .measure import tell

ROUNDS = 200
MAX_MILLISECONDS = {"appended": 1.0, "evicting": 1.0, "cut": 50.0}
"""Maximum median of what the end of a turn takes, without its file."""


def _ordinary(number: int) -> Turn:
    """Return a turn with a tool call."""
    call = ToolCallPart(f"call_{number}", "intent__HassTurnOn", '{"name":"Lamp"}')
    return normalize(
        [
            UserMessage(f"<context>\nMonday\n</context>\nTurn on light {number}"),
            AssistantMessage(None, (call,), "The user wants it to be on. " * 10),
            ToolMessage(call.id, '{"success":true}' * 20),
            AssistantMessage("It is on now."),
        ]
    )


def _huge(number: int) -> Turn:
    """Return a turn with a hundred thousand characters, and long results."""
    rows = [{"name": f"Window {n}", "state": "off", "of": number} for n in range(300)]
    messages: list[Message] = [UserMessage("word " * 20_000)]
    for n in range(5):
        call = ToolCallPart(f"call_{n}", "look", "{}")
        messages.append(AssistantMessage(None, (call,)))
        messages.append(ToolMessage(call.id, json.dumps({"rows": rows})))
    return normalize([*messages, AssistantMessage("None of them is open.")])


def _milliseconds(
    turn: Callable[[int], Turn], earlier: int, limit: TokenLimits
) -> float:
    """Return the median of appending a turn to a session with some earlier turns."""
    before = tuple(_ordinary(number) for number in range(earlier))
    durations = []
    for number in range(ROUNDS if turn is _ordinary else ROUNDS // 20):
        state = SessionState()
        state.append(before, 0, limit)
        new = turn(number)
        begin = time.perf_counter()
        state.append([new], 0, limit)
        durations.append(time.perf_counter() - begin)
    return median(durations) * 1000


def run() -> bool:
    """Print what the end of a turn takes; return whether the goals are met."""
    limit = replace(limits(), count=TokenRates().count)
    measured = {
        "appended": _milliseconds(_ordinary, MAX_TURNS // 2, limit),
        "evicting": _milliseconds(_ordinary, MAX_TURNS, limit),
        "cut": _milliseconds(_huge, MAX_TURNS // 2, limit),
    }
    tell("The end of a turn, counted in tokens, without its file")
    for name, goal in MAX_MILLISECONDS.items():
        tell(f"  {name:10} {measured[name]:8.2f} ms   (goal: at most {goal:g})")
    return all(measured[name] <= goal for name, goal in MAX_MILLISECONDS.items())
