"""Tests that diagnostics, states and logs contain no private data."""

from collections.abc import Callable
import json
import logging

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from testbed.replies import Call, failure, say as reply
from testbed.server import ModelServer

from .conftest import Say
from .spies import SpyTool


async def test_no_private_data(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Key, prompt, facts and conversations are not in diagnostics, states and logs."""
    caplog.set_level(logging.DEBUG)
    set_options(
        enable_fact_learning=True,
        prompt="Speak like a zebrafinch.",
        extra_headers={"X-Team": "headersecret"},
        extra_body={"user": "bodysecret"},
    )
    fact = {"category": "family_members", "key": "hamster", "value": "Quixote"}
    server.script(
        reply(calls=[Call("learn_fact", fact)], reasoning="Thoughtfully."),
        reply("Gladly noted."),
        failure(500, {"error": {"message": "overloaded"}}),
    )
    await say("My hamster is called Quixote")
    await say("Nightingale?")
    diagnostics = json.dumps(await async_get_config_entry_diagnostics(hass, entry))
    freezer.tick(61)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)

    states = json.dumps(
        [state.as_dict() for state in hass.states.async_all()], default=str
    )
    log = "\n".join(r.getMessage() for r in caplog.records if r.levelno > logging.DEBUG)
    for private in (
        *("hamster", "Quixote", "Nightingale", "Gladly", "Thoughtfully"),
        *("zebrafinch", "headersecret", "bodysecret"),
    ):
        for place in (states, log, diagnostics):
            assert private not in place, private
    for place in (states, caplog.text, diagnostics):
        assert "secret-key" not in place
    assert '"facts": 1' in diagnostics
    assert '"turns": 2' in diagnostics


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "http://ann:hunter2@example.com/v1?key=abc",
            "http://example.com/**REDACTED**",
        ),
        ("https://[::1]:8080/t0k3n/v1#a", "https://[::1]:8080/**REDACTED**"),
        ("http://example.com:1234/", "http://example.com:1234"),
        ("http://example.com", "http://example.com"),
    ],
)
async def test_address(
    hass: HomeAssistant, agent: str, entry: MockConfigEntry, address: str, shown: str
) -> None:
    """Of the address, only the host is in the diagnostics."""
    data = {**entry.data, "base_url": address}
    hass.config_entries.async_update_entry(entry, data=data)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["data"]["base_url"] == shown
    assert found["data"]["api_key"] == "**REDACTED**"


async def test_no_tool_names(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    offer: Callable[..., None],
) -> None:
    """Tools, which may be named after people and rooms, are only counted."""
    offer(SpyTool("feed_the_heron"), SpyTool("ring_the_gong"))
    call = Call("feed_the_heron")
    server.script(reply(calls=[call]), reply("Fed."))
    await say("Feed it")
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["session"]["tools"] == 2
    for name in ("heron", "gong", "spy"):
        assert name not in json.dumps({**found, "options": {}})
