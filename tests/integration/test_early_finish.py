"""Test turns with a server whose finish reason comes before the end."""

from homeassistant.core import ServiceCall
from testbed.replies import DONE, Call, Pause, chunk, raw, say as reply
from testbed.server import ModelServer

from .conftest import Say, failed, speech
from .text_calls import TURN_ON

GAP = Pause(2.5)
"""Longer than a response is waited for that is known to be complete."""


async def test_turn(server: ModelServer, say: Say, light: list[ServiceCall]) -> None:
    """A call and half a sentence after the finish reason are not lost."""
    call = Call(TURN_ON, {"name": "Lamp"}).as_dict(0)
    server.script(
        raw(
            chunk({"role": "assistant", "content": ""}, "stop"),
            chunk({"reasoning_content": "The lamp."}, "stop"),
            GAP,
            chunk({"tool_calls": [call]}),
            chunk({}, "stop"),
            DONE,
        ),
        raw(
            chunk({"content": "The lamp "}, "stop"),
            GAP,
            chunk({"content": "is on."}),
            chunk({}, "stop"),
            DONE,
        ),
    )
    result = await say("Turn on the lamp")
    assert not failed(result)
    assert speech(result) == "The lamp is on."
    assert len(light) == 1


async def test_history(server: ModelServer, say: Say) -> None:
    """The next turn has the whole answer in its history."""
    words = [chunk({"content": word}, "stop") for word in ("It ", "is ", "on.")]
    server.script(raw(*words, DONE), reply("Yes."))
    await say("Is it on?")
    await say("Really?")
    assert server.bodies[-1]["messages"][2]["content"] == "It is on."
