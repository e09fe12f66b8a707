"""Telling that no assistant uses the agent, and telling no more."""

from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.pipeline_check import (
    GRACE,
    UNUSED,
    USED,
)
from homeassistant.components import assist_pipeline
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

HOUSE = "conversation.home_assistant"


@pytest.fixture
async def pipelines(hass: HomeAssistant, agent: str) -> None:
    """Set up assistants, of which there is one that asks Home Assistant itself."""
    assert await async_setup_component(hass, "assist_pipeline", {})


def _issue(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the issue, if there is one."""
    return ir.async_get(hass).async_get_issue(DOMAIN, f"no_assistant_{entry.entry_id}")


async def _pass(hass: HomeAssistant, time: timedelta) -> None:
    """Go on as if so much time had passed since the last look."""
    async_fire_time_changed(hass, dt_util.utcnow() + time + timedelta(seconds=1))
    await hass.async_block_till_done()


async def _ask(hass: HomeAssistant, agent: str) -> None:
    """Let the assistant ask an agent."""
    await assist_pipeline.async_update_pipeline(
        hass, assist_pipeline.async_get_pipeline(hass), conversation_engine=agent
    )


async def test_told_and_told_no_more(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """It is told after some time, goes soon after an assistant asks the agent, and comes back."""
    await _pass(hass, GRACE - timedelta(minutes=1))
    assert _issue(hass, entry) is None
    await _pass(hass, GRACE)
    issue = _issue(hass, entry)
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issue.translation_key == "no_assistant"
    assert issue.translation_placeholders == {"name": entry.title}
    assert not issue.is_fixable

    await _ask(hass, agent)
    await _pass(hass, UNUSED)
    assert _issue(hass, entry) is None

    await _ask(hass, HOUSE)
    await _pass(hass, UNUSED)
    assert _issue(hass, entry) is None
    await _pass(hass, USED)
    assert _issue(hass, entry) is not None


async def test_assistant_in_time(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """Who makes an assistant right after set-up is told nothing."""
    await _ask(hass, agent)
    await _pass(hass, GRACE)
    assert _issue(hass, entry) is None


async def test_ignored(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """What a user ignores stays ignored, after a reload too."""
    await _pass(hass, GRACE)
    ir.async_ignore_issue(hass, DOMAIN, f"no_assistant_{entry.entry_id}", ignore=True)
    await _pass(hass, UNUSED)
    await hass.config_entries.async_reload(entry.entry_id)
    await _pass(hass, GRACE)
    issue = _issue(hass, entry)
    assert issue is not None
    assert issue.dismissed_version


@pytest.mark.parametrize("unloaded", [True, False])
async def test_not_before_home_assistant_has_started(
    hass: HomeAssistant,
    components: None,
    entry: MockConfigEntry,
    *,
    unloaded: bool,
) -> None:
    """The time runs from the start of Home Assistant, if the entry is loaded then."""
    assert await async_setup_component(hass, "assist_pipeline", {})
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await _pass(hass, GRACE)
    assert _issue(hass, entry) is None
    if unloaded:
        assert await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    await _pass(hass, GRACE)
    assert (_issue(hass, entry) is None) is unloaded


async def test_unloaded(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """Of an entry that was unloaded nothing is told."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await _pass(hass, GRACE)
    assert _issue(hass, entry) is None


async def test_without_assistants(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
) -> None:
    """Where there can be no assistants, none is missed."""
    assert "assist_pipeline" not in hass.config.components
    await _pass(hass, GRACE)
    assert _issue(hass, entry) is None


async def test_disabled_agent(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """An agent that the user has disabled needs no assistant."""
    er.async_get(hass).async_update_entity(
        agent, disabled_by=er.RegistryEntryDisabler.USER
    )
    await _pass(hass, GRACE)
    assert _issue(hass, entry) is None


async def test_entry_is_removed(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    pipelines: None,
) -> None:
    """With an entry its issue is removed."""
    await _pass(hass, GRACE)
    assert _issue(hass, entry) is not None
    await hass.config_entries.async_remove(entry.entry_id)
    await _pass(hass, GRACE)
    assert _issue(hass, entry) is None
