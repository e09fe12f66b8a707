"""Tests for the repair flow."""

from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component


async def test_memory_set_aside(
    hass: HomeAssistant,
    components: None,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    hass_client: ClientSessionGenerator,
) -> None:
    """The issue about unreadable facts is persistent until the user confirms it."""
    key = f"{DOMAIN}.{entry.entry_id}"
    data = {"facts": [{"category": 1}], "pending": []}
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
    assert await async_setup_component(hass, "repairs", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    issue_id = f"memory_set_aside_{entry.entry_id}"
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.is_persistent

    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue_id}
    )
    form = await response.json()
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"]["name"] == "Scripted"
    assert key in form["description_placeholders"]["path"]
    response = await client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={})
    assert (await response.json())["type"] == "create_entry"
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None
