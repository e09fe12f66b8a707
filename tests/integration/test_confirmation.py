"""Tests for what is said in place of an empty response, and for repeated calls."""

from collections.abc import Callable
import json
from typing import Any

import pytest

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm
from testbed.replies import Call, Reply, say as reply
from testbed.server import ModelServer

from .conftest import Say, failed, speech
from .spies import SpyTool

READ_ONLY = llm.ToolAnnotations(read_only=True)

READ = reply(calls=[Call("state", {"name": "Front Door"})])
ACT = reply(calls=[Call("press", {"name": "Chime"})])
FAIL = reply(calls=[Call("lock", {"name": "Front Door"})])
BOTH = reply(
    calls=[Call("press", {"name": "Chime"}), Call("lock", {"name": "Front Door"})]
)
EMPTY = reply()


def _raise() -> None:
    """Fail as a tool of Home Assistant does."""
    raise HomeAssistantError("The bolt is stuck")


@pytest.fixture
def press(offer: Callable[..., None]) -> SpyTool:
    """Offer a tool that reads, one that acts, and one that fails; return the second."""
    press = SpyTool("press", title="Press")
    offer(
        SpyTool("state", annotations=READ_ONLY),
        press,
        SpyTool("lock", _raise, title="Lock"),
    )
    return press


@pytest.mark.usefixtures("press")
@pytest.mark.parametrize(
    ("rounds", "spoken"),
    [
        ([ACT, EMPTY], "Erledigt."),
        ([READ, ACT, EMPTY], "Erledigt."),
        ([FAIL, ACT, EMPTY], "Erledigt."),
        ([READ, FAIL, EMPTY], "Das hat nicht geklappt: Front Door."),
        ([ACT, FAIL, EMPTY], "Das hat nicht geklappt: Front Door."),
        ([BOTH, EMPTY], "Das hat nicht geklappt: Front Door."),
        ([FAIL, FAIL, EMPTY], "Das hat nicht geklappt: Front Door."),
    ],
)
async def test_empty_response(
    server: ModelServer, say: Say, rounds: list[Reply], spoken: str
) -> None:
    """An act is confirmed if nothing failed after it; else the user hears what failed."""
    server.script(*rounds)
    result = await say("Schließ ab", language="de")
    assert speech(result) == spoken
    assert failed(result) is (spoken != "Erledigt.")
    assert len(server.bodies) == len(rounds)


@pytest.mark.usefixtures("press")
async def test_empty_after_reading(server: ModelServer, say: Say) -> None:
    """What was only read is not confirmed: the model is asked again."""
    server.script(READ, EMPTY, reply("It is locked."))
    assert speech(await say("Is it locked?")) == "It is locked."
    server.script(READ, EMPTY, EMPTY)
    result = await say("Is it locked?")
    assert failed(result)
    assert "Done" not in speech(result)


async def test_several_at_once(server: ModelServer, say: Say, press: SpyTool) -> None:
    """The chime is pressed three times if the model says so at once."""
    calls = [Call("press", {"name": "Chime"}, id=f"call_{n}") for n in range(3)]
    server.script(reply(calls=calls), reply("It rang."))
    assert speech(await say("Press the chime three times")) == "It rang."
    assert len(press.calls) == 3


async def test_one_after_the_other(
    server: ModelServer, say: Say, press: SpyTool
) -> None:
    """A call that comes again is answered first, and run if it comes once more."""
    server.script(ACT, ACT, ACT, reply("It rang."))
    assert speech(await say("Press the chime twice")) == "It rang."
    assert len(press.calls) == 2
    results = _results(server)
    assert [result.get("done") for result in results] == [None, True, None]
    assert not any("error" in result for result in results)


@pytest.mark.parametrize(
    "annotations", [READ_ONLY, llm.ToolAnnotations(idempotent=True)]
)
async def test_nothing_new(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    annotations: llm.ToolAnnotations,
) -> None:
    """What can bring nothing new is refused at the third time in succession."""
    tool = SpyTool("state", annotations=annotations)
    offer(tool)
    server.script(*[reply(calls=[Call("state")])] * 3, reply("So."))
    assert speech(await say("Look")) == "So."
    assert len(tool.calls) == 2
    assert [r.get("error") for r in _results(server)] == [None, None, "RepeatedCall"]


@pytest.mark.usefixtures("press")
async def test_fails_again(server: ModelServer, say: Say) -> None:
    """What failed twice the same way is refused, with the reason."""
    server.script(FAIL, FAIL, FAIL, reply("It is stuck."))
    assert speech(await say("Lock it")) == "It is stuck."
    errors = [result["error"] for result in _results(server)]
    assert errors == ["HomeAssistantError", "HomeAssistantError", "RepeatedCall"]
    assert "failed twice" in _results(server)[-1]["error_text"]


def _results(server: ModelServer) -> list[dict[str, Any]]:
    """Return the tool results that the last request holds."""
    return [
        json.loads(message["content"])
        for message in server.bodies[-1]["messages"]
        if message["role"] == "tool"
    ]
