"""Tests of tool search, and of the usual tools that are sent without a search."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import gc
import json
from typing import Any
from unittest.mock import AsyncMock

from freezegun.api import FrozenDateTimeFactory
import probatio
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from testbed.replies import Call, Pause, say as reply
from testbed.server import ModelServer

from .conftest import Say, failed, speech
from .spies import SpyAPI, SpyTool

BASICS = ["query_tools", "HassTurnOn", "HassTurnOff", "GetLiveContext"]
THINGS = ["kettle", "mower", "sauna", "pool", "fountain", "awning", "piano", "grill"]
ACTS = ["start", "stop", "clean", "lock", "inspect", "repair", "paint", "sell"]


@pytest.fixture
def tools(hass: HomeAssistant, set_options: Callable[..., None]) -> dict[str, SpyTool]:
    """Register an API with many tools, and return them by name."""
    tools = [
        SpyTool(
            f"{thing}_{act}",
            description=f"Will {act} the {thing}. " + "It takes its time. " * 20,
            parameters=probatio.Schema({probatio.Optional("how"): str}),
        )
        for thing in THINGS
        for act in ACTS
    ]
    tools += [SpyTool(f"intent__{name}") for name in BASICS[1:]]
    llm.async_register_api(hass, SpyAPI(hass, "spy", *tools))
    set_options(llm_hass_api=["spy"])
    return {tool.name: tool for tool in tools}


def names(body: dict[str, Any]) -> list[str]:
    """Return the names of the tools in a request, without common prefixes."""
    sent: list[str] = [tool["function"]["name"] for tool in body["tools"]]
    return [
        name.removeprefix("intent__").removeprefix("homeassistant__") for name in sent
    ]


def results(body: dict[str, Any]) -> list[Any]:
    """Return the tool results in a request."""
    return [
        json.loads(message["content"])
        for message in body["messages"]
        if message["role"] == "tool"
    ]


def find(query: Any, **others: Any) -> Call:
    """Return a call of `query_tools`."""
    return Call("query_tools", {"query": query, **others})


async def test_finds_and_uses(
    server: ModelServer, say: Say, tools: dict[str, SpyTool]
) -> None:
    """A found tool is sent with the next request, and for the rest of the session."""
    server.script(
        reply(calls=[find("start the sauna")]),
        reply(calls=[Call("sauna_start", {"how": "hot"})]),
        reply("It warms up."),
    )
    await say("Heat the sauna")
    first, second, third = server.bodies
    assert names(first) == BASICS
    found = results(second)[0]
    assert len(found["tools"]) == 8
    assert {"name", "description"} == found["tools"][0].keys()
    assert all(len(tool["description"]) < 210 for tool in found["tools"])
    assert "sauna_start" in [tool["name"] for tool in found["tools"]]
    known = [tool["name"].removeprefix("intent__") for tool in found["tools"]]
    assert names(second) == [*BASICS, *(n for n in known if n not in BASICS)]
    assert names(third) == names(second)
    assert tools["sauna_start"].calls == [{"how": "hot"}]
    assert "query_tools" in first["messages"][0]["content"]
    await say("Thank you")
    assert names(server.bodies[-1]) == names(third)


async def test_usual_tools_in_next_session(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    tools: dict[str, SpyTool],
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Used tools are sent in the next session, also after a restart."""
    server.script(
        reply(calls=[find("start kettle")]),
        reply(calls=[Call("kettle_start")]),
        reply("It boils."),
    )
    await say("Tea!")
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert list(hass_storage[f"{DOMAIN}.{entry.entry_id}.tools"]["data"]["used"]) == [
        "kettle_start"
    ]
    freezer.tick(timedelta(days=1))
    assert await hass.config_entries.async_setup(entry.entry_id)
    server.script(reply(calls=[Call("kettle_start", {"how": "fast"})]), reply("Yes."))
    await say("Tea!")
    assert names(server.bodies[-1]) == ["query_tools", "kettle_start", *BASICS[1:]]
    assert len(tools["kettle_start"].calls) == 2
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert f"{DOMAIN}.{entry.entry_id}.tools" not in hass_storage


async def test_tools_are_stable_in_session(
    server: ModelServer,
    say: Say,
    tools: dict[str, SpyTool],
    set_options: Callable[..., None],
) -> None:
    """The tools of a session change with the option, but not with uses."""
    await say("One")
    server.script(reply(calls=[Call("pool_clean")]), reply("Done."))
    await say("Two")
    assert names(server.bodies[-1]) == [*BASICS, "pool_clean"]
    assert len(tools["pool_clean"].calls) == 1
    set_options(tool_discovery="never")
    await say("Three")
    assert len(names(server.bodies[-1])) == len(tools)
    assert "query_tools" not in server.bodies[-1]["messages"][0]["content"]
    set_options(tool_discovery="always")
    await say("Four")
    assert names(server.bodies[-1]) == [*BASICS, "pool_clean"]


async def test_all_tools_below_budget(
    server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """All tools of Assist are sent, unless tool search is always used."""
    await say("One")
    assist_tools = names(server.bodies[-1])
    assert "query_tools" not in assist_tools
    assert "get_weather" in assist_tools
    set_options(tool_discovery="always")
    server.script(reply(calls=[find("weather forecast")]), reply("Rain."))
    await say("Will it rain?")
    first, *usual = names(server.bodies[-2])
    assert first == "query_tools"
    assert set(usual) == {n for n in BASICS if n in assist_tools}
    assert names(server.bodies[-1])[len(names(server.bodies[-2]))] == "get_weather"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"query": "quuxify zzyzx"}, {"tools": [], "more": 0, "domains": ["test"]}),
        ({"query": "", "domain": None}, {"tools": [], "more": 0, "domains": ["test"]}),
        ({}, "Invalid"),
        ({"query": 7}, "Invalid"),
    ],
)
async def test_nothing_found(
    server: ModelServer,
    say: Say,
    tools: dict[str, SpyTool],
    arguments: dict[str, Any],
    expected: Any,
) -> None:
    """A search without a match returns the domains; an invalid one is an error."""
    server.script(reply(calls=[Call("query_tools", arguments)]), reply("No."))
    await say("Quuxify the zzyzx")
    (result,) = results(server.bodies[-1])
    if isinstance(expected, dict):
        assert result == expected
    else:
        assert expected in result["error"]
    assert names(server.bodies[-1]) == BASICS


async def test_unknown_arguments(
    server: ModelServer, say: Say, tools: dict[str, SpyTool]
) -> None:
    """Unknown arguments of a search are ignored."""
    server.script(reply(calls=[find("piano", limit=3, x=[1])]), reply("There."))
    await say("Piano")
    (result,) = results(server.bodies[-1])
    assert len(result["tools"]) == 8


async def test_unknown_name(
    server: ModelServer, say: Say, tools: dict[str, SpyTool]
) -> None:
    """An unknown tool name yields similar names, which are revealed."""
    server.script(
        reply(calls=[Call("grillStart")]),
        reply(calls=[Call("grill_start")]),
        reply("."),
    )
    await say("Barbecue!")
    result = results(server.bodies[1])[0]
    assert result["error"] == "UnknownTool"
    assert "grill_start" in result["error_text"]
    assert "grill_start" in names(server.bodies[1])
    assert len(tools["grill_start"].calls) == 1


async def test_revealed_in_next_turn(
    server: ModelServer, say: Say, tools: dict[str, SpyTool]
) -> None:
    """Tools revealed in one turn are appended to the tools of the next."""
    server.script(reply(calls=[find("sell piano")]), reply("Gone."), reply("Hi."))
    await say("Sell the piano")
    await say("Hi")
    one, two, three = (names(body) for body in server.bodies)
    assert two[: len(one)] == one
    assert three == two


async def test_same_name_as_integration_tool(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """A tool with the name of one of the integration's tools is renamed."""
    theirs = SpyTool("get_weather")
    llm.async_register_api(hass, SpyAPI(hass, "spy", theirs))
    set_options(llm_hass_api=["assist", "spy"])
    await say("Hi")
    known = names(server.bodies[-1])
    (other,) = [n for n in known if n.endswith("get_weather") and n != "get_weather"]
    server.script(reply(calls=[Call(other)]), reply("Sun."))
    await say("Weather?")
    assert len(theirs.calls) == 1


async def test_result_is_compact(
    server: ModelServer, say: Say, tools: dict[str, SpyTool]
) -> None:
    """Null values are omitted from a tool result."""
    data = {"a": None, "b": [{"c": None, "d": 0}], "e": [], "f": ""}
    tools["pool_lock"]._run = lambda: data  # noqa: SLF001
    server.script(reply(calls=[Call("pool_lock")]), reply("."))
    await say("Lock the pool")
    result = server.bodies[-1]["messages"][-1]["content"]
    assert result == '{"b":[{"d":0}],"e":[],"f":""}'


async def test_same_name_as_search_tool(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """A tool named like the search tool is renamed."""
    theirs = SpyTool("query_tools")
    llm.async_register_api(hass, SpyAPI(hass, "spy", theirs, SpyTool("sauna_start")))
    set_options(llm_hass_api=["spy"], tool_discovery="always")
    server.script(
        reply(calls=[find("query tools")]),
        reply(calls=[Call("test__query_tools")]),
        reply("."),
    )
    await say("Hi")
    (search,) = server.bodies[0]["tools"]
    assert "query" in search["function"]["parameters"]["properties"]
    assert results(server.bodies[1])[0]["tools"][0]["name"] == "test__query_tools"
    assert theirs.calls == [{}]


@pytest.mark.parametrize("order", [["assist", "spy"], ["spy", "assist"]])
async def test_duplicate_names(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    order: list[str],
) -> None:
    """An API with duplicate tool names does not affect other APIs."""
    api = SpyAPI(hass, "spy", SpyTool("start"), SpyTool("start"))
    llm.async_register_api(hass, api)
    set_options(llm_hass_api=order)
    assert not failed(await say("Hi"))
    assert "GetLiveContext" in " ".join(names(server.bodies[-1]))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, '{"error":true}'),
        (["a"], '{"error":true,"text":["a"]}'),
        ("no", '{"error":true,"text":"no"}'),
        ({"a": None}, '{"error":true}'),
        ({"error": "E"}, '{"error":"E"}'),
    ],
)
async def test_error_results(
    server: ModelServer,
    say: Say,
    tools: dict[str, SpyTool],
    data: Any,
    expected: str,
) -> None:
    """An error result of any shape is sent to the model."""
    result = llm.ToolResult(data=data, error=True)
    tools["pool_lock"].async_call = AsyncMock(return_value=result)  # type: ignore[method-assign]
    server.script(reply(calls=[Call("pool_lock")]), reply("No."))
    assert speech(await say("Lock the pool")) == "No."
    assert server.bodies[-1]["messages"][-1]["content"] == expected


async def test_tool_fails_after_turn(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A tool that fails after its turn was cancelled is logged without its message."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        begun.set()
        await go_on.wait()
        raise ValueError("private")

    offer(SpyTool("slow", run))
    server.script(reply(calls=[Call("slow")]))
    turn = asyncio.ensure_future(say("Hi"))
    await begun.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    go_on.set()
    await hass.async_block_till_done()
    gc.collect()
    await hass.async_block_till_done()
    assert "A tool failed after its turn had gone on: ValueError" in caplog.text
    assert "private" not in caplog.text


async def test_entry_removed_during_turn(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    tools: dict[str, SpyTool],
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """A turn that outlives its entry does not recreate the file of use counts."""
    go_on = asyncio.Event()
    server.script(reply(Pause(go_on), calls=[Call("pool_lock")]), reply("Locked."))
    turn = asyncio.ensure_future(say("Lock the pool"))
    await server.wait_for_completions(1)
    assert await hass.config_entries.async_remove(entry.entry_id)
    go_on.set()
    await turn
    assert tools["pool_lock"].calls
    freezer.tick(60)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert f"{DOMAIN}.{entry.entry_id}.tools" not in hass_storage
