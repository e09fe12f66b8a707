"""Test responses that repeat themselves, in pieces of any size."""

from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from custom_components.openai_compatible_conversation.agent.quoted_calls import (
    QuotedCalls,
)
from custom_components.openai_compatible_conversation.agent.response import (
    ModelResponse,
)
from custom_components.openai_compatible_conversation.agent.response_calls import (
    ResponseCalls,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    RepetitionError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Finished,
    TextDelta,
)
from custom_components.openai_compatible_conversation.speech.limits import MAX_REPEATED
from custom_components.openai_compatible_conversation.speech.pipeline import (
    SpeechPipeline,
)
from tests.unit.repetition.corpus import INNOCENT, RUNAWAY

SIZES = [3, 40, 100_000]


async def _events(text: str, size: int) -> AsyncGenerator[Event]:
    """Yield the events of a response with a text."""
    for start in range(0, len(text), size):
        yield TextDelta(text[start : start + size])
    yield Finished("stop")


async def _response(text: str, size: int, *, strip_markup: bool) -> ModelResponse:
    """Return a response with a text, after it was read."""
    pipeline = SpeechPipeline(strip_markup=strip_markup, whole=size > len(text))
    response = ModelResponse(pipeline, ResponseCalls(None, QuotedCalls([])))
    try:
        async for _ in response.deltas(_events(text, size)):
            pass
    except RepetitionError as err:
        response.error = err
    return response


@pytest.mark.parametrize("name", RUNAWAY)
@pytest.mark.parametrize("size", SIZES)
async def test_runaway(name: str, size: int) -> None:
    """No more than the first of the repetitions is kept, and nothing fails."""
    # It takes some more text to find the end of a sentence.
    runaway = replace(RUNAWAY[name], within=RUNAWAY[name].within + 2000)
    most = len(runaway.start) + 2 * len(runaway.unit) + MAX_REPEATED
    for strip_markup in (True, False):
        response = await _response(runaway.text, size, strip_markup=strip_markup)
        assert isinstance(response.error, RepetitionError)
        assert len(response.message.text or "") <= most


@pytest.mark.parametrize("name", INNOCENT)
@pytest.mark.parametrize("size", SIZES)
async def test_innocent(name: str, size: int) -> None:
    """A text that repeats itself with reason is kept as it is."""
    text = INNOCENT[name]
    response = await _response(text, size, strip_markup=True)
    assert response.error is None
    assert response.message.text == text
