"""Tests for what a request says of the device: nothing in it contradicts itself."""

import re
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.intent import async_register_timer_handler
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import area_registry as ar, device_registry as dr, llm
from testbed.replies import say as reply
from testbed.server import ModelServer

from .conftest import Say

OF_ONE_DEVICE = re.compile(
    r"this device|you are in|not able to start timers|ask the user to specify",
    re.IGNORECASE,
)
"""What holds for one device only."""


@pytest.fixture
def satellite(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of a device in the kitchen that supports timers."""
    area = ar.async_get(hass).async_create("Kitchen")
    registry = dr.async_get(hass)
    device = registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "satellite")}
    )
    registry.async_update_device(device.id, area_id=area.id)
    async_register_timer_handler(hass, device.id, lambda *_: None)
    return device.id


async def _prompts_of_home_assistant(hass: HomeAssistant) -> str:
    """Return Home Assistant's own prompt for no device."""
    context = llm.LLMContext("test", None, "en", "conversation", None)
    return (await llm.async_get_api(hass, "assist", context)).api_prompt


async def test_device_with_timers(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    satellite: str,
) -> None:
    """A satellite in an area, with timers, is told nothing that is not so."""
    assert OF_ONE_DEVICE.search(await _prompts_of_home_assistant(hass))
    server.script(reply("Ok."))
    await say("Turn on the lights", device_id=satellite)
    system, user = (m["content"] for m in server.bodies[0]["messages"])
    assert not OF_ONE_DEVICE.search(system)
    assert "\nArea: Kitchen\n" in user
    assert "Timers: yes" in user
    # The rest of Home Assistant's prompt stays as it is.
    ours = set(system.splitlines())
    missing = [
        line
        for line in (await _prompts_of_home_assistant(hass)).splitlines()
        if line.strip() and line not in ours
    ]
    assert len(missing) == 2
    assert all(OF_ONE_DEVICE.search(line) for line in missing)


async def test_no_device(
    server: ModelServer, say: Say, light: list[ServiceCall]
) -> None:
    """Without a device, the system prompt says what that means."""
    server.script(reply("Ok."))
    await say("Turn on the lights")
    system, user = (m["content"] for m in server.bodies[0]["messages"])
    assert "ask which area is meant" in system
    assert "Timers can be started only where the context says so." in system
    assert "Timers" not in user


@pytest.mark.parametrize("options", [{"llm_hass_api": []}, {"own_prompt_only": True}])
async def test_without_assist(
    server: ModelServer, say: Say, set_options: Any, options: dict[str, Any]
) -> None:
    """Nothing is said of areas and timers to an agent without Assist's prompt."""
    set_options(**options)
    server.script(reply("Ok."))
    await say("Turn on the lights")
    assert "Timers" not in server.bodies[0]["messages"][0]["content"]
