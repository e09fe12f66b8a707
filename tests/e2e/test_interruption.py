"""Test of a spoken answer that is interrupted, in a real pipeline."""

import asyncio

from testbed.replies import Pause, say
from testbed.server import ModelServer
from testbed.voice import Voice

from .test_voice import SOON

RECIPE = (
    "First peel the potatoes and boil them. Then cut the onions. Fry both in a pan. "
    "At last beat six eggs, pour them over it, and wait until they are firm."
)
ARRIVED = 79
"""Characters of it that arrive before it is interrupted."""
TIME_TO_SAY = 1.5
"""Seconds in which a part of that can be said."""


async def test_interrupted(voice: Voice, server: ModelServer) -> None:
    """Who stops an answer has heard a part of it, and the model is told."""
    server.script(
        say(RECIPE[:ARRIVED], Pause(SOON), RECIPE[ARRIVED:]), say("Yes, it does.")
    )
    async with asyncio.timeout(SOON):
        async with voice.begin("How do I make a tortilla?") as run:
            await run.until_speech()
            await asyncio.sleep(TIME_TO_SAY)
        await voice.say("Does that work with leeks?")
    _, question, answer, interruption = server.bodies[-1]["messages"]
    assert question == server.bodies[0]["messages"][1]
    assert answer["role"] == "assistant"
    assert RECIPE[:ARRIVED].startswith(f"{answer['content']} ")
    assert "Your last answer was interrupted where it ends." in interruption["content"]
