"""Test what of a response is spoken, and when."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.agent.held_speech import (
    HeldSpeech,
)
from custom_components.openai_compatible_conversation.agent.turn_output import Delta
from homeassistant.helpers import llm

ROLE: Delta = {"role": "assistant"}
THOUGHT: Delta = {"thinking_content": "Hm."}
CALL: Delta = {"tool_calls": [llm.ToolInput("look", {}, id="1")]}
FIRST = "The living room is warm, and the kitchen is warm enough for me. "
SECOND = "The hall "


def text(content: str) -> Delta:
    """Return a text as a delta."""
    return {"content": content}


async def let_through(
    held: HeldSpeech, *deltas: Delta, may_call: bool = True
) -> list[tuple[int, Delta]]:
    """Feed a response; return what came out, and after how many deltas."""
    count = 0

    async def feed() -> AsyncGenerator[Delta]:
        nonlocal count
        for delta in deltas:
            count += 1
            yield delta

    return [(count, delta) async for delta in held.hold(feed(), may_call=may_call)]


@pytest.mark.parametrize(
    ("deltas", "options", "out", "rest"),
    [
        # A short answer, at its end.
        ([ROLE, text("It is "), text("on.")], {}, [], [ROLE, text("It is on.")]),
        # A long one, from its second sentence on.
        (
            [ROLE, THOUGHT, text(FIRST), text(SECOND), text("is cold.")],
            {},
            [
                *((4, ROLE), (4, THOUGHT), (4, text(FIRST + SECOND))),
                (5, text("is cold.")),
            ],
            [],
        ),
        # No call can follow.
        (
            [ROLE, text("It "), text("is on.")],
            {"may_call": False},
            [(2, ROLE), (2, text("It ")), (3, text("is on."))],
            [],
        ),
        # A call follows, and what is said after it.
        (
            [ROLE, text("Let me look."), CALL, text(" Well.")],
            {},
            [(3, ROLE), (3, CALL)],
            [ROLE, text("Let me look. Well.")],
        ),
        # Nothing is said.
        ([ROLE, THOUGHT], {}, [(2, ROLE), (2, THOUGHT)], []),
        ([ROLE, text(" \n"), THOUGHT], {}, [(3, ROLE), (3, THOUGHT)], []),
    ],
)
async def test_response(
    deltas: Sequence[Delta],
    options: dict[str, Any],
    out: list[tuple[int, Delta]],
    rest: list[Delta],
) -> None:
    """Text is let through once it is part of the answer."""
    held = HeldSpeech()
    assert await let_through(held, *deltas, **options) == out
    assert held.take() == rest
    assert held.take() == []


async def test_several_responses() -> None:
    """What was held of all responses is said with the first text of the answer."""
    held = HeldSpeech("Well.")
    assert await let_through(held, ROLE, text("Let me look."), CALL)
    assert await let_through(held, ROLE, text("And there."), CALL)
    assert held.spoken_at is None
    *_, (_, said) = await let_through(held, ROLE, text(FIRST + SECOND))
    assert said == text(f"Well. Let me look. And there. {FIRST}{SECOND}")
    assert held.spoken_at is not None
    # Now a pause would be heard.
    assert await let_through(held, ROLE, text("So."), CALL) == [
        (2, ROLE),
        (2, text("So.")),
        (3, CALL),
    ]


async def test_description_before_call() -> None:
    """A complete text is no answer if another response has a call."""
    held = HeldSpeech()
    assert await let_through(held, ROLE, THOUGHT, text("I would look.")) == []
    assert await let_through(held, ROLE, CALL) == [(2, ROLE), (2, CALL)]
    assert held.take("It is on.") == [ROLE, text("I would look. It is on.")]


async def test_answer_with_reasoning() -> None:
    """The reasoning before an answer comes with it."""
    held = HeldSpeech()
    await let_through(held, ROLE, THOUGHT, text("It is on."))
    assert held.take() == [ROLE, THOUGHT, text("It is on.")]


async def test_everything_is_kept() -> None:
    """After the result, all is held to the end of the turn."""
    held = HeldSpeech()
    held.take("One moment.")
    held.keeps_all = True
    assert await let_through(held, ROLE, text("Let me look."), CALL)
    assert await let_through(held, ROLE, text(FIRST + SECOND)) == []
    assert held.take() == [ROLE, text(f"Let me look. {FIRST}{SECOND}")]


async def test_time_of_speech() -> None:
    """It is known when text was last spoken."""
    held = HeldSpeech()
    held.take("One moment.")
    first = held.spoken_at
    await asyncio.sleep(0.01)
    await let_through(held, ROLE, text("So."))
    assert first is not None
    assert held.spoken_at is not None
    assert held.spoken_at > first
