"""Tests for the issue that no Assist pipeline uses the agent."""

from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.pipeline_check import (
    GRACE_PERIOD,
    INTERVAL_UNUSED,
    INTERVAL_USED,
)
from homeassistant.components import assist_pipeline
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

BUILTIN_AGENT = "conversation.home_assistant"


@pytest.fixture
async def pipelines(hass: HomeAssistant, agent: str) -> None:
    """Set up Assist pipelines; the default one uses Home Assistant's own agent."""
    assert await async_setup_component(hass, "assist_pipeline", {})


def _issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the issue, if it exists."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"no_assistant_{entry.entry_id}")


async def _advance(hass: HomeAssistant, time: timedelta) -> None:
    """Fire the timers that are due after a time."""
    async_fire_time_changed(hass, dt_util.utcnow() + time + timedelta(seconds=1))
    await hass.async_block_till_done()


async def _select_agent(hass: HomeAssistant, agent: str) -> None:
    """Select an agent in the default pipeline."""
    await assist_pipeline.async_update_pipeline(
        hass, assist_pipeline.async_get_pipeline(hass), conversation_engine=agent
    )


async def test_issue_is_created_and_deleted(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """The issue is deleted while a pipeline uses the agent, and created otherwise."""
    await _advance(hass, GRACE_PERIOD - timedelta(minutes=1))
    assert _issue(hass, entry) is None
    await _advance(hass, GRACE_PERIOD)
    issue = _issue(hass, entry)
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issue.translation_key == "no_assistant"
    assert issue.translation_placeholders == {"name": entry.title}
    assert not issue.is_fixable

    await _select_agent(hass, agent)
    await _advance(hass, INTERVAL_UNUSED)
    assert _issue(hass, entry) is None

    await _select_agent(hass, BUILTIN_AGENT)
    await _advance(hass, INTERVAL_UNUSED)
    assert _issue(hass, entry) is None
    await _advance(hass, INTERVAL_USED)
    assert _issue(hass, entry) is not None


async def test_pipeline_within_grace_period(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """No issue is created if a pipeline uses the agent within the grace period."""
    await _select_agent(hass, agent)
    await _advance(hass, GRACE_PERIOD)
    assert _issue(hass, entry) is None


async def test_ignored(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """An ignored issue stays ignored, also after a reload."""
    await _advance(hass, GRACE_PERIOD)
    ir.async_ignore_issue(hass, DOMAIN, f"no_assistant_{entry.entry_id}", ignore=True)
    await _advance(hass, INTERVAL_UNUSED)
    await hass.config_entries.async_reload(entry.entry_id)
    await _advance(hass, GRACE_PERIOD)
    issue = _issue(hass, entry)
    assert issue is not None
    assert issue.dismissed_version


@pytest.mark.parametrize("unloaded", [True, False])
async def test_grace_period_begins_at_start(
    hass: HomeAssistant,
    components: None,
    entry: MockConfigEntry,
    *,
    unloaded: bool,
) -> None:
    """The grace period begins when Home Assistant has started with the entry loaded."""
    assert await async_setup_component(hass, "assist_pipeline", {})
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await _advance(hass, GRACE_PERIOD)
    assert _issue(hass, entry) is None
    if unloaded:
        assert await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    await _advance(hass, GRACE_PERIOD)
    assert (_issue(hass, entry) is None) is unloaded


async def test_unloaded(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """No issue is created for an unloaded entry."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await _advance(hass, GRACE_PERIOD)
    assert _issue(hass, entry) is None


async def test_without_assist_pipeline(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
) -> None:
    """No issue is created if assist_pipeline is not set up."""
    assert "assist_pipeline" not in hass.config.components
    await _advance(hass, GRACE_PERIOD)
    assert _issue(hass, entry) is None


async def test_disabled_agent(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """No issue is created for a disabled agent."""
    er.async_get(hass).async_update_entity(
        agent, disabled_by=er.RegistryEntryDisabler.USER
    )
    await _advance(hass, GRACE_PERIOD)
    assert _issue(hass, entry) is None


async def test_entry_removed(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """Removing an entry deletes its issue."""
    await _advance(hass, GRACE_PERIOD)
    assert _issue(hass, entry) is not None
    await hass.config_entries.async_remove(entry.entry_id)
    await _advance(hass, GRACE_PERIOD)
    assert _issue(hass, entry) is None
