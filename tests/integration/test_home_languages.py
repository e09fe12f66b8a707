"""Tests of searches for tools in the languages of the home."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.tools.home_languages import (
    async_home_languages,
)
from homeassistant.components import assist_pipeline
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.setup import async_setup_component
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Say
from .spies import SpyAPI, SpyTool
from .test_tools_on_demand import results

TOOLS = ("parcels_list", "door_history", "plant_status", "HassTurnOn")


@pytest.fixture
def tools(hass: HomeAssistant, set_options: Callable[..., None]) -> None:
    """Register an API whose tools are searched."""
    spies = [
        SpyTool(name, description=f"The tool {name.replace('_', ' ')}.")
        for name in TOOLS
    ]
    llm.async_register_api(hass, SpyAPI(hass, "spy", *spies))
    set_options(llm_hass_api=["spy"], tool_discovery="always")


async def _found(server: ModelServer, say: Say, query: str) -> dict[str, Any]:
    """Return the result of a search."""
    server.script(reply(calls=[Call("query_tools", {"query": query})]), reply("Done."))
    await say("Please")
    found: dict[str, Any] = results(server.bodies[-1])[-1]
    return found


async def test_languages_of_pipelines(hass: HomeAssistant, agent: str) -> None:
    """The languages of pipelines are those of the home, each of them once."""
    assert await async_home_languages(hass) == ["en"]
    assert await async_setup_component(hass, "assist_pipeline", {})
    pipeline = assist_pipeline.async_get_pipeline(hass)
    await assist_pipeline.async_update_pipeline(
        hass, pipeline, language="nl", conversation_language="nl"
    )
    assert await async_home_languages(hass) == ["en", "nl"]


@pytest.mark.parametrize(
    ("data", "languages"),
    [
        ({"language": {"language": "pl", "number_format": "language"}}, ["en", "pl"]),
        ({"language": {"language": None}}, ["en"]),
        ({"language": "pl"}, ["en"]),
        ({}, ["en"]),
    ],
)
async def test_languages_of_users(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    data: dict[str, Any],
    languages: list[str],
) -> None:
    """The language that a user has selected is one of the home, if there is any."""
    user = await hass.auth.async_create_user("Ewa")
    hass_storage[f"frontend.user_data_{user.id}"] = {"version": 1, "data": data}
    hass.config.components.add("frontend")
    assert await async_home_languages(hass) == languages


async def test_search_in_languages_of_home(
    server: ModelServer, say: Say, tools: None
) -> None:
    """A home that speaks English understands the other languages of the household."""
    for query in ("wo ist mein Paket", "où est mon colis", "where is my package"):
        found = await _found(server, say, query)
        assert found["tools"][0]["name"] == "parcels_list", query


async def test_nothing_fits(server: ModelServer, say: Say, tools: None) -> None:
    """If no tool fits, the result says so, with all domains."""
    found = await _found(server, say, "call me a taxi to the opera")
    assert found["tools"] == []
    assert found["domains"]
