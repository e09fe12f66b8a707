"""Tests for what is said in place of an empty response, and for repeated calls."""

import asyncio
from collections.abc import Callable
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar, entity_registry as er, llm
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
DONE_AND_FAILED = "Erledigt: Chime. Das hat nicht geklappt: Front Door."


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
        ([ACT, FAIL, EMPTY], DONE_AND_FAILED),
        ([BOTH, EMPTY], DONE_AND_FAILED),
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


@pytest.mark.usefixtures("press")
@pytest.mark.parametrize("before", [[], [READ]], ids=["no call", "reading"])
@pytest.mark.parametrize(
    ("text", "spoken"),
    [("👍", "👍"), ("***", "***"), ("👍 [CONTINUE_LISTENING]", "👍")],
)
async def test_markup_alone(
    server: ModelServer, say: Say, before: list[Reply], text: str, spoken: str
) -> None:
    """If nothing was done, markup without words is said as it is, and goes back so."""
    server.script(*before, reply(text), reply("You are welcome."))
    assert speech(await say("Lock the door", device_id="a-device")) == spoken
    assert len(server.bodies) == len(before) + 1
    await say("Thanks")
    answer, _ = server.bodies[-1]["messages"][-2:]
    assert answer == {"role": "assistant", "content": text}


@pytest.mark.usefixtures("press")
async def test_markup_after_a_failure(server: ModelServer, say: Say) -> None:
    """What failed is said instead of a thumb that is up."""
    server.script(FAIL, reply("👍"))
    result = await say("Lock the door", device_id="a-device")
    assert speech(result) == "That did not work: Front Door."


@pytest.mark.parametrize(
    ("good", "spoken"),
    [
        (["Lamp"], "Done: Lamp. That did not work: Bad."),
        ([], "That did not work: Bad."),
    ],
)
async def test_failed_in_part(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    good: list[str],
    spoken: str,
) -> None:
    """If an intent fails for some of its targets, it is said for which.

    Home Assistant 2026.10 knows that some failed, and not which.
    """
    if (MAJOR_VERSION, MINOR_VERSION) < (2026, 11):
        spoken = "That did not work: Hall."
    area = ar.async_get(hass).async_create("Hall")
    registry = er.async_get(hass)
    for name in (*good, "Bad"):
        entry = registry.async_get_or_create("light", "test", name)
        registry.async_update_entity(entry.entity_id, area_id=area.id, name=name)
        hass.states.async_set(entry.entity_id, "off", {"friendly_name": name})
        async_expose_entity(
            hass, conversation.DOMAIN, entry.entity_id, should_expose=True
        )
    bad = entry.entity_id
    done: list[ServiceCall] = []

    async def turn_on(call: ServiceCall) -> None:
        if bad in call.data["entity_id"]:
            raise HomeAssistantError("No answer")
        done.append(call)

    hass.services.async_register("light", "turn_on", turn_on)
    turn_on_hall = Call("intent__HassTurnOn", {"area": "Hall", "domain": ["light"]})
    server.script(reply(calls=[turn_on_hall]), EMPTY)
    result = await say("Turn on the hall")
    assert failed(result)
    assert speech(result) == spoken
    assert len(done) == len(good)


@pytest.mark.parametrize("acts_as_well", [True, False])
async def test_still_running(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    entry: MockConfigEntry,
    acts_as_well: bool,
) -> None:
    """What takes longer than the turn is neither confirmed nor told as failed."""
    go_on = asyncio.Event()
    offer(SpyTool("press"), SpyTool("slow", go_on.wait))
    entry.runtime_data.toolbox.runtime.call_timeout = 0.1
    calls = [Call("slow", {"name": "Gate"}, id="call_1")]
    if acts_as_well:
        calls.append(Call("press", {"name": "Chime"}, id="call_2"))
    slow = reply(calls=calls[:1])
    server.script(reply(calls=calls), EMPTY, reply("It takes a while."))
    assert speech(await say("Close the gate")) == "It takes a while."
    server.script(reply(calls=calls), slow, slow, EMPTY, EMPTY)
    result = await say("Close the gate")
    assert failed(result)
    assert "Gate" not in speech(result)
    assert "Done" not in speech(result)
    go_on.set()
    await hass.async_block_till_done()


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
