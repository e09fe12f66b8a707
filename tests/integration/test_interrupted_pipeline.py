"""Tests of answers that are interrupted while Home Assistant's own pipeline runs."""

import asyncio

from freezegun.api import FrozenDateTimeFactory
import pytest

from homeassistant.components.assist_pipeline import PipelineEventType
from homeassistant.core import HomeAssistant
from testbed.replies import Pause, say as reply
from testbed.server import ModelServer

from .test_interruption import (
    BEFORE_IT_WAS_HEARD,
    RECIPE,
    WHERE_IT_ENDS,
    answers,
    arrived,
    notes,
)
from .voice_pipeline import Satellite, async_set_up

HEARD = "First peel the potatoes and boil them. Then"


async def satellite(hass: HomeAssistant, agent: str, *, streams: bool) -> Satellite:
    """Return a satellite with a pipeline."""
    (kitchen,) = await async_set_up(hass, agent, "Kitchen", streams=streams)
    assert kitchen.entity_id == "assist_satellite.kitchen"
    assert kitchen.state == "idle"
    return kitchen


@pytest.mark.parametrize("streams", [True, False], ids=["streams", "whole"])
async def test_cancelled(
    hass: HomeAssistant,
    server: ModelServer,
    agent: str,
    freezer: FrozenDateTimeFactory,
    *,
    streams: bool,
) -> None:
    """A pipeline that is cancelled by the next one was heard as far as it has spoken.

    Text to speech that does not stream has not begun by then.
    """
    kitchen = await satellite(hass, agent, streams=streams)
    server.script(reply(RECIPE[:79], Pause(60), RECIPE[79:]), reply("Yes, it does."))
    run = asyncio.ensure_future(kitchen.hear("How do I make a tortilla?"))
    await server.wait_for_completions(1)
    await arrived()
    freezer.tick(3.5)
    await kitchen.hear("Does that work with leeks?")
    await asyncio.wait([run])
    assert answers(server) == ([HEARD] if streams else [])
    assert notes(server) == [WHERE_IT_ENDS if streams else BEFORE_IT_WAS_HEARD]


@pytest.mark.parametrize("streams", [True, False], ids=["streams", "whole"])
async def test_spoken_over(
    hass: HomeAssistant,
    server: ModelServer,
    agent: str,
    freezer: FrozenDateTimeFactory,
    *,
    streams: bool,
) -> None:
    """Speech begins with the text where text to speech streams, else after it."""
    kitchen = await satellite(hass, agent, streams=streams)
    go_on = asyncio.Event()
    server.script(reply(RECIPE[:79], Pause(go_on), RECIPE[79:]), reply("Yes, it does."))
    run = asyncio.ensure_future(kitchen.hear("How do I make a tortilla?"))
    await server.wait_for_completions(1)
    await arrived()
    freezer.tick(2 if streams else 20)
    go_on.set()
    await run
    assert kitchen.state == "responding"
    freezer.tick(1.5 if streams else 3.5)
    await kitchen.hear("Does that work with leeks?")
    assert answers(server) == [HEARD]
    assert notes(server) == [WHERE_IT_ENDS]


@pytest.mark.parametrize("streams", [True, False], ids=["streams", "whole"])
async def test_finished(
    hass: HomeAssistant,
    server: ModelServer,
    agent: str,
    freezer: FrozenDateTimeFactory,
    *,
    streams: bool,
) -> None:
    """An answer that a satellite has spoken to its end was heard."""
    kitchen = await satellite(hass, agent, streams=streams)
    server.script(reply(RECIPE), reply("You are welcome."))
    await kitchen.hear("How do I make a tortilla?")
    freezer.tick(10)
    kitchen.tts_response_finished()
    await kitchen.hear("Thanks")
    assert answers(server) == [RECIPE]
    assert notes(server) == []
    assert kitchen.events[-1].type is PipelineEventType.RUN_END


async def test_two_satellites(
    hass: HomeAssistant, server: ModelServer, agent: str, freezer: FrozenDateTimeFactory
) -> None:
    """Of two pipelines at once, the one that is cancelled was interrupted."""
    kitchen, bath = await async_set_up(hass, agent, "Kitchen", "Bath", streams=True)
    go_on = asyncio.Event()
    server.script(
        reply(RECIPE[:79], Pause(60), RECIPE[79:]),
        reply(RECIPE[:79].upper(), Pause(go_on), RECIPE[79:].upper()),
    )
    first = asyncio.ensure_future(kitchen.hear("How do I make a tortilla?"))
    await server.wait_for_completions(1)
    await arrived()
    second = asyncio.ensure_future(bath.hear("Louder!"))
    await server.wait_for_completions(2)
    await arrived()
    freezer.tick(3.5)
    server.script(reply("Yes, it does."))
    third = asyncio.ensure_future(kitchen.hear("Does that work with leeks?"))
    await asyncio.wait([first, third])
    assert answers(server) == [HEARD]
    assert notes(server) == [WHERE_IT_ENDS]
    go_on.set()
    await second
    freezer.tick(10)
    bath.tts_response_finished()
    await bath.hear("Thanks")
    assert answers(server) == [HEARD, "Yes, it does.", RECIPE.upper()]
    assert notes(server) == []
