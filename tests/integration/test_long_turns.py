"""Test turns that are too long: for the session, and for the model of the server."""

from collections.abc import Callable
import json
from typing import Any

import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.session.user_text import (
    split_context,
)
from homeassistant.components.intent import async_register_timer_handler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    floor_registry as fr,
    llm,
)
from testbed.replies import Answer, Call, Reply, failure, say as reply
from testbed.server import ModelServer

from .conftest import Say, failed, speech
from .spies import SpyTool

SAID = "Which of them did I leave open when we went to my aunt's on Sunday?"
READ_ONLY = llm.ToolAnnotations(read_only=True)


@pytest.fixture
def kitchen(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of a device with timers, in an area with a floor."""
    area = ar.async_get(hass).async_get_or_create("Kitchen")
    floor = fr.async_get(hass).async_create("Ground floor")
    ar.async_get(hass).async_update(area.id, floor_id=floor.floor_id)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "kitchen")}
    )
    dr.async_get(hass).async_update_device(device.id, area_id=area.id)
    async_register_timer_handler(hass, device.id, lambda *_: None)
    return device.id


@pytest.fixture
def rows(offer: Callable[..., None]) -> list[str]:
    """Offer a tool with a result that is always too long; return its rows."""
    rows = [f"row {n} of many that are all alike" for n in range(9000)]
    schema = probatio.Schema({probatio.Optional("page"): int})
    offer(
        SpyTool(
            "read", lambda: {"rows": rows}, annotations=READ_ONLY, parameters=schema
        )
    )
    return rows


def user_texts(body: dict[str, Any]) -> list[str]:
    """Return the texts of the user in a request, with their context."""
    return [m["content"] for m in body["messages"] if m["role"] == "user"]


def results(body: dict[str, Any]) -> list[str]:
    """Return the tool results in a request."""
    return [m["content"] for m in body["messages"] if m["role"] == "tool"]


def pending_lines(hass_storage: dict[str, Any], entry: MockConfigEntry) -> list[str]:
    """Return what users said that facts are still to be extracted from."""
    pending = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["pending"]
    return [line for item in pending for line in item["lines"]]


def limited_to(characters: int, *answers: Answer) -> list[Answer]:
    """Return the answers of a server that refuses requests with more characters."""
    left = list(answers)

    def answer_for(body: dict[str, Any]) -> Reply:
        if len(json.dumps(body["messages"])) > characters:
            message = "the request exceeds the available context size"
            answer: Answer = failure(400, {"error": {"message": message}})
        else:
            answer = left.pop(0) if left else reply("Hello there.")
        return answer if isinstance(answer, Reply) else answer(body)

    return [answer_for] * 20


async def test_huge_turn_keeps_what_was_said(
    server: ModelServer, say: Say, rows: list[str], kitchen: str
) -> None:
    """After rounds of long results, the user's words and the context are still there."""
    rounds = [reply(calls=[Call("read", {"page": n})]) for n in range(9)]
    server.script(*rounds, reply("The one in the hall."))
    assert speech(await say(SAID, device_id=kitchen)) == "The one in the hall."
    await say("Thanks")
    context, said = split_context(user_texts(server.bodies[-1])[0])
    assert said == SAID
    assert "Kitchen" in context
    assert "The one in the hall." in json.dumps(server.bodies[-1]["messages"])
    for text in results(server.bodies[-1]):
        assert isinstance(json.loads(text.partition("\n")[0]), dict)


async def test_results_share_the_room_of_a_turn(
    server: ModelServer, say: Say, rows: list[str], entry: MockConfigEntry
) -> None:
    """However many results there are, the turn leaves room for the rest of a request."""
    calls = [Call("read", {"page": n}) for n in range(8)]
    server.script(reply(calls=calls), reply("So."))
    await say("Read all of it")
    found = results(server.bodies[-1])
    limits = entry.runtime_data.entry_state.budget.limits()
    assert len(found) == 8
    assert limits.turn / 2 < sum(map(limits.count, found)) <= limits.turn
    assert all(json.loads(text)["rows"][0] == rows[0] for text in found)


async def test_more_context_shows_more(
    server: ModelServer, say: Say, rows: list[str], set_options: Callable[..., None]
) -> None:
    """A result has more room than in any model where the context is large."""
    lengths = []
    for answer in (12_000, None):
        # The longer the answer may be, the less is left for the rest.
        set_options(recommended=False, max_tokens=answer)
        server.script(reply(calls=[Call("read")]), reply("So."))
        await say("Read it")
        lengths.append(len(results(server.bodies[-1])[-1]))
    assert 1000 < lengths[0] < lengths[1]


async def test_turn_is_shortened_for_the_server(
    server: ModelServer, say: Say, rows: list[str], kitchen: str
) -> None:
    """A turn that the server finds too long is sent again with less of its results."""
    call = reply("Let me see.", calls=[Call("read")])
    server.script(*limited_to(6000, call, reply("The one in the hall.")))
    assert speech(await say(SAID, device_id=kitchen)).endswith("The one in the hall.")
    refused, accepted = server.bodies[-2:]
    assert user_texts(accepted) == user_texts(refused)
    (before,), (after,) = results(refused), results(accepted)
    assert len(after) < len(before)
    assert json.loads(after)["rows"][0] == rows[0]
    await say("Thanks")
    assert results(server.bodies[-1]) == [after]


async def test_what_was_said_is_not_shortened_for_the_server(
    server: ModelServer, say: Say, kitchen: str
) -> None:
    """A model never answers to a part of what the user said without their knowing."""
    server.script(*limited_to(20_000))
    result = await say("word " * 20_000, device_id=kitchen)
    assert failed(result)
    assert "more than the model" in speech(result)
    assert all("word " * 20_000 in user_texts(body)[-1] for body in server.bodies)
    assert speech(await say(SAID)) == "Hello there."
    first, last = user_texts(server.bodies[-1])
    assert split_context(last)[1] == SAID
    said = split_context(first)[1]
    assert said.startswith("word word")
    assert "a part of this is not shown" in said


async def test_earlier_turns_go_first(
    server: ModelServer, say: Say, rows: list[str], kitchen: str
) -> None:
    """Turns before a long one are dropped first, and what was said stays."""
    for number in range(4):
        server.script(reply("x" * 3000))
        await say(f"Turn {number}", device_id=kitchen)
    call = reply(calls=[Call("read")])
    server.script(*limited_to(6000, call, reply("So.")))
    assert speech(await say(SAID, device_id=kitchen)) == "So."
    lengths = [len(json.dumps(body["messages"])) for body in server.bodies[4:]]
    assert lengths[-1] <= 6000
    (text,) = user_texts(server.bodies[-1])
    context, said = split_context(text)
    assert said == SAID
    # The turn that told where this was said is gone.
    assert "Kitchen" in context


async def test_huge_text_is_learned_whole(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    """Of a hundred thousand characters, the session keeps a part, and learning all."""
    set_options(enable_fact_learning=True)
    words = [f"word{number}" for number in range(12_000)]
    await say("I live in Bonn.")
    await say(" ".join(words))
    session = hass_storage[f"{DOMAIN}.{entry.entry_id}.session"]["data"]
    assert len(json.dumps(session["turns"][-1])) < 60_000
    lines = pending_lines(hass_storage, entry)
    assert lines[0] == "I live in Bonn."
    assert " ".join(lines[1:]).split() == words
    await say("And in a flat.")
    await entry.runtime_data.sessions.async_end_now()
    lines = pending_lines(hass_storage, entry)
    assert lines.count("I live in Bonn.") == 1
    assert lines[-1] == "And in a flat."


async def test_facts_that_there_are_more(
    server: ModelServer,
    say: Say,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """In a script that takes many tokens, fewer facts are told, and all are counted."""
    set_options(enable_fact_learning=True, recall_facts=False)
    for number in range(60):
        await hass.services.async_call(
            DOMAIN,
            "learn_fact",
            {
                "config_entry_id": entry.entry_id,
                "category": "routines",
                "key": f"दिनचर्या {number}",
                "value": "सुबह की चाय " * 12,
            },
            blocking=True,
        )
    server.script(reply(calls=[Call("query_facts")]), reply("So."))
    await say("What do you know?")
    (text,) = results(server.bodies[-1])
    found = json.loads(text)
    limits = entry.runtime_data.entry_state.budget.limits()
    assert limits.result / 2 < limits.count(text) <= limits.result
    assert len(found["facts"]) + found["more"] == 60
    assert "by category" in found["note"]
