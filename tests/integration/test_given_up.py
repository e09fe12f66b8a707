"""Tests of transcripts from which no facts can be extracted, and their repair."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from testbed.replies import Answer, failure, say as reply
from testbed.server import ModelServer

LINE = "my cat is called Amy"
DAY = 86400

type Stored = Callable[[], list[dict[str, Any]]]
type Start = Callable[[Answer, float], Awaitable[None]]


@pytest.fixture
def stored(entry: MockConfigEntry, hass_storage: dict[str, Any]) -> Stored:
    """Return a function that returns the transcripts on disk."""
    return lambda: hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["pending"]


@pytest.fixture
async def start(
    hass: HomeAssistant,
    components: None,
    server: ModelServer,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> Start:
    """Return a function that sets up the entry some days after the first failure."""
    assert await async_setup_component(hass, "repairs", {})
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "enable_fact_learning": True}
    )

    async def _start(answer: Answer, days: float) -> None:
        since = dt_util.utcnow().timestamp() - days * DAY
        failed = {"reason": "timeout", "detail": "-", "since": since, "count": 6}
        pending = {"id": "01", "lines": [LINE], "attempts": 9, "failure": failed}
        key = f"{DOMAIN}.{entry.entry_id}"
        data = {"facts": [], "pending": [pending]}
        hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
        server.script(*[answer] * 6)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)

    return _start


def issue_of(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the issue about the transcripts that were given up."""
    issue_id = f"transcripts_given_up_{entry.entry_id}"
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


async def extractions_within(
    hass: HomeAssistant, server: ModelServer, freezer: FrozenDateTimeFactory, days: int
) -> int:
    """Return the number of requests within some days."""
    count = len(server.bodies)
    for _ in range(days):
        freezer.tick(timedelta(days=1))
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done(wait_background_tasks=True)
    return len(server.bodies) - count


async def test_given_up(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    start: Start,
    stored: Stored,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After a week of failures, the user is told why, and nothing of what was said."""
    quoting = {"error": {"message": f"I will not read '{LINE}'"}}
    await start(failure(500, quoting), 7.1)
    issue = issue_of(hass, entry)
    assert issue is not None
    placeholders = issue.translation_placeholders
    assert placeholders is not None
    assert placeholders["name"] == "Scripted"
    assert placeholders["count"] == "1"
    since = dt_util.now() - timedelta(days=7.1)
    assert placeholders["since"] == since.date().isoformat()
    assert "HTTP 500" in placeholders["reason"]
    assert "Amy" not in str(issue)
    assert stored()[0]["failure"]["given_up"]
    assert not await extractions_within(hass, server, freezer, 3)
    # It is still so after a reload.
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert not await extractions_within(hass, server, freezer, 1)
    assert issue_of(hass, entry)


@pytest.mark.parametrize(
    ("answer", "days"),
    [
        (reply("I cannot do that."), 6.9),
        # Nothing that the transcript is to blame for.
        (failure(404, {"error": {"message": "model 'scripted' not found"}}), 30),
        (failure(401), 30),
        (failure(402), 30),
    ],
)
async def test_not_given_up(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    start: Start,
    stored: Stored,
    answer: Answer,
    days: float,
) -> None:
    """A transcript is not given up before a week, nor while its server is down."""
    await start(answer, days)
    assert issue_of(hass, entry) is None
    assert stored()[0]["attempts"] == 10


async def test_reason_in_the_language_of_the_home(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    start: Start,
) -> None:
    """The reason is told in the language of the home."""
    hass.config.language = "de"
    await start(reply("I cannot do that."), 8)
    issue = issue_of(hass, entry)
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert "Fakten" in issue.translation_placeholders["reason"]


@pytest.mark.parametrize("choice", ["keep", "drop"])
async def test_repair(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    start: Start,
    stored: Stored,
    hass_client: ClientSessionGenerator,
    choice: str,
) -> None:
    """The user keeps a transcript, which is then tried again, or deletes it."""
    await start(reply("I cannot do that."), 8)
    issue = issue_of(hass, entry)
    assert issue is not None
    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": issue.issue_id},
    )
    menu = await response.json()
    assert menu["menu_options"] == ["keep", "drop"]
    assert menu["description_placeholders"]["count"] == "1"
    assert LINE not in str(menu)
    server.script(reply("I cannot do that."))
    count = len(server.bodies)
    response = await client.post(
        f"/api/repairs/issues/fix/{menu['flow_id']}", json={"next_step_id": choice}
    )
    assert (await response.json())["type"] == "create_entry"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue_of(hass, entry) is None
    if choice == "drop":
        assert stored() == []
        assert len(server.bodies) == count
    else:
        assert stored()[0]["failure"]["count"] == 1
        assert len(server.bodies) == count + 1


async def test_repair_without_the_entry(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    start: Start,
    stored: Stored,
    hass_client: ClientSessionGenerator,
) -> None:
    """While the entry is not loaded, nothing is deleted and the issue stays."""
    await start(reply("I cannot do that."), 8)
    issue = issue_of(hass, entry)
    assert issue is not None
    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": issue.issue_id},
    )
    menu = await response.json()
    assert await hass.config_entries.async_unload(entry.entry_id)
    response = await client.post(
        f"/api/repairs/issues/fix/{menu['flow_id']}", json={"next_step_id": "drop"}
    )
    assert (await response.json())["reason"] == "not_loaded"
    assert issue_of(hass, entry)
    assert len(stored()) == 1
