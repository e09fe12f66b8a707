"""Tests of the tool for what happened, with a real recorder."""

from datetime import datetime, timedelta
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Say

type Json = dict[str, Any]

DOOR = "binary_sensor.front_door"
OUTSIDE = "sensor.outside"
NAMES = {DOOR: "Front Door", OUTSIDE: "Outside"}
ATTRIBUTES = {
    DOOR: {"device_class": "door"},
    OUTSIDE: {"unit_of_measurement": "°C", "state_class": "measurement"},
}


@pytest.fixture
def mock_recorder_before_hass(
    async_test_recorder: RecorderInstanceContextManager,
) -> None:
    """Prepare a database before Home Assistant starts."""


@pytest.fixture
async def old_database(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Record a state of two months ago, from which on the recorder knows states."""
    then = dt_util.utcnow() - timedelta(days=60)
    hass.states.async_set("sensor.old", "1", timestamp=then.timestamp())
    await async_wait_recording_done(hass)


@pytest.fixture
async def house(old_database: None, hass: HomeAssistant, components: None) -> datetime:
    """Return the present time, in a home with a door and a thermometer that are exposed."""
    now = dt_util.utcnow()
    for entity_id in NAMES:
        async_expose_entity(hass, conversation.DOMAIN, entity_id, should_expose=True)
    return now


async def _record(
    hass: HomeAssistant, entity_id: str, states: list[tuple[str, datetime]]
) -> None:
    """Have an entity be in states since some times."""
    for state, at in states:
        hass.states.async_set(
            entity_id,
            state,
            {"friendly_name": NAMES.get(entity_id, "Hidden"), **ATTRIBUTES[entity_id]},
            timestamp=at.timestamp(),
        )
        await hass.async_block_till_done()
    await async_wait_recording_done(hass)


async def _ask(
    server: ModelServer, say: Say, text: str = "When was it?", **arguments: Any
) -> Json:
    """Have the model ask for the history, and return the result."""
    server.script(reply(calls=[Call("get_history", arguments)]), reply("So it was."))
    await say(text)
    messages = server.bodies[-1]["messages"]
    result: Json = json.loads(messages[-1]["content"])
    return result


def _local(at: datetime) -> str:
    """Return a time as the tool tells it."""
    return dt_util.as_local(at).strftime("%A %Y-%m-%d %H:%M")


async def test_changes(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say
) -> None:
    """When a door was last opened, how often, and for how long."""
    opened = [house - timedelta(hours=hours) for hours in (30, 5, 2)]
    await _record(
        hass,
        DOOR,
        [
            ("off", house - timedelta(hours=40)),
            *(
                change
                for at in opened
                for change in (("on", at), ("off", at + timedelta(minutes=10)))
            ),
        ],
    )
    result = await _ask(server, say, name="Front Door")
    (door,) = result["entities"]
    closed, open_ = door["changes"][:2]
    assert door["name"] == "Front Door"
    assert closed["at"] == door["since"] == _local(opened[2] + timedelta(minutes=10))
    assert open_["at"] == _local(opened[2])
    assert door["state"] == closed["state"] != open_["state"]
    assert len(door["changes"]) == 4
    assert door["times"] == {closed["state"]: 2, open_["state"]: 2}
    assert door["lasted"][open_["state"]] == "20 min"
    assert result["more"] == 0


@pytest.mark.parametrize("recorder_config", [{"commit_interval": 3600}])
async def test_not_yet_recorded(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say
) -> None:
    """A change is told although the recorder writes it some seconds later."""
    await _record(hass, DOOR, [("off", house - timedelta(hours=1))])
    hass.states.async_set(
        DOOR, "on", {"friendly_name": "Front Door", **ATTRIBUTES[DOOR]}
    )
    result = await _ask(server, say, name="Front Door")
    (door,) = result["entities"]
    (opened,) = door["changes"]
    assert opened["state"] == door["state"]
    assert len(door["lasted"]) == 2


async def test_long_unchanged(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say
) -> None:
    """What did not change in the time is told with when it last did."""
    closed_at = house - timedelta(days=4)
    await _record(hass, DOOR, [("on", house - timedelta(days=5)), ("off", closed_at)])
    result = await _ask(server, say, name="front door", hours=2)
    (door,) = result["entities"]
    assert door["changes"] == []
    assert door["since"] == _local(closed_at)
    assert list(door["lasted"].values()) == ["2 h 0 min"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "the front door", "domain": ["binary_sensor"]},
        {"name": "front doors", "area": "Attic"},
        {"entity_id": DOOR, "hours": "24"},
        {"name": "Front Door", "hours": None, "area": ""},
    ],
)
async def test_sloppy_arguments(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say, arguments: Json
) -> None:
    """What is named nearly right is found, as with Home Assistant's own tools."""
    await _record(hass, DOOR, [("off", house - timedelta(hours=4))])
    result = await _ask(server, say, "How long was the front door shut?", **arguments)
    assert [entity["name"] for entity in result["entities"]] == ["Front Door"]


async def test_unavailable_is_no_change(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say
) -> None:
    """A restart, after which an entity is unavailable, did not open a door."""
    at = house - timedelta(hours=30)
    states = ("off", "unavailable", "off", "unknown", "off")
    await _record(
        hass, DOOR, [(s, at + timedelta(hours=n * 5)) for n, s in enumerate(states)]
    )
    result = await _ask(server, say, name="Front Door")
    (door,) = result["entities"]
    assert door["changes"] == []
    assert door["since"] == _local(at)


async def test_statistics(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say
) -> None:
    """The lowest, highest and mean value, with times, of what is measured."""
    hours = {23: "12", 12: "4.5", 1: "16"}
    await _record(
        hass,
        OUTSIDE,
        [
            ("12", house - timedelta(hours=30)),
            *((state, house - timedelta(hours=ago)) for ago, state in hours.items()),
        ],
    )
    result = await _ask(server, say, name="Outside", hours=24)
    (outside,) = result["entities"]
    assert outside["unit"] == "°C"
    found = outside["statistics"]
    assert (found["lowest"], found["highest"]) == (4.5, 16)
    assert found["lowest_at"] == _local(house - timedelta(hours=12))
    assert found["mean"] == pytest.approx((12 * 12 + 4.5 * 11 + 16) / 24, abs=0.01)


async def test_days_from_statistics(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say
) -> None:
    """Of weeks, the statistics of each hour are read, which outlast the states."""
    await _record(hass, OUTSIDE, [("10", house - timedelta(hours=1))])
    hour = house.replace(minute=0, second=0, microsecond=0)
    rows: list[StatisticData] = [
        {"start": hour - timedelta(days=days), "mean": 5.0, "min": low, "max": 6.0}
        for days, low in ((20, -7.5), (10, 4.0))
    ]
    metadata: StatisticMetaData = {
        "mean_type": StatisticMeanType.ARITHMETIC,
        "has_sum": False,
        "name": None,
        "source": "recorder",
        "statistic_id": OUTSIDE,
        "unit_class": "temperature",
        "unit_of_measurement": "°C",
    }
    async_import_statistics(hass, metadata, rows)
    await async_wait_recording_done(hass)
    result = await _ask(server, say, name="Outside", hours=720)
    found = result["entities"][0]["statistics"]
    assert (found["lowest"], found["highest"], found["mean"]) == (-7.5, 6, 5)
    assert found["lowest_at"] == _local(hour - timedelta(days=20))


async def test_what_is_not_exposed(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say
) -> None:
    """An entity that is not exposed has no past, by name or by domain."""
    await _record(hass, DOOR, [("off", house - timedelta(hours=4))])
    async_expose_entity(hass, conversation.DOMAIN, DOOR, should_expose=False)
    for arguments in ({"name": "Front Door"}, {"domain": "binary_sensor"}):
        result = await _ask(server, say, **arguments)
        assert result["error"] == "NoSuchEntity"
        assert "off" not in json.dumps(result)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "NoSuchEntity"),
        ({"name": ""}, "NoSuchEntity"),
        ({"name": "Unicorn"}, "NoSuchEntity"),
        ({"name": "Front Door"}, "NotRecorded"),
        ({"name": "Front Door", "hours": 100000}, None),
        ({"name": "Front Door", "hours": "yesterday"}, None),
    ],
)
async def test_errors(
    hass: HomeAssistant,
    house: datetime,
    server: ModelServer,
    say: Say,
    arguments: Json,
    error: str | None,
) -> None:
    """What cannot be answered is an error result, and the turn goes on."""
    hass.states.async_set(DOOR, "unavailable", {"friendly_name": "Front Door"})
    await async_wait_recording_done(hass)
    result = await _ask(server, say, "When was the unicorn open?", **arguments)
    assert result["error"]
    if error:
        assert result["error"] == error


async def test_many_entities(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say
) -> None:
    """The ones that changed last are told, and how many more there are."""
    for number in range(13):
        entity_id = f"switch.s{number}"
        hass.states.async_set(
            entity_id,
            "on",
            {"friendly_name": f"Switch {number}"},
            timestamp=(house - timedelta(hours=20 - number)).timestamp(),
        )
        async_expose_entity(hass, conversation.DOMAIN, entity_id, should_expose=True)
    await async_wait_recording_done(hass)
    result = await _ask(server, say, domain="switch")
    assert [entity["name"] for entity in result["entities"]] == [
        f"Switch {number}" for number in range(12, 2, -1)
    ]
    assert result["more"] == 3


def _offered(server: ModelServer) -> set[str]:
    """Return the tools of the first request of the last turn."""
    return {tool["function"]["name"] for tool in server.bodies[-1]["tools"]}


async def test_offered_when_asked_for(
    hass: HomeAssistant, house: datetime, server: ModelServer, say: Say
) -> None:
    """The tool costs nothing until somebody asks for the past, and stays then."""
    await say("Turn on the light")
    assert "get_history" not in _offered(server)
    await say("When did somebody open the front door?")
    assert "get_history" in _offered(server)
    await say("Thanks")
    assert "get_history" in _offered(server)


async def test_no_recorder(
    hass: HomeAssistant, components: None, server: ModelServer, say: Say
) -> None:
    """Without a recorder there is no such tool."""
    await say("When did somebody open the front door?")
    assert "get_history" not in _offered(server)
