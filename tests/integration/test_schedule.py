"""Tests of the tools for scheduled actions: what is taken, shown, listed and cancelled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import orjson
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.schedule.scheduled_action import (
    MAX_ACTIONS,
)
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import (
    async_expose_entity,
    async_should_expose,
)
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.helpers import llm
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from testbed import strict_servers
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech
from .scheduled import CANCEL, QUERY, SCHEDULE, Clock, Model, names, result_of, stored
from .spies import SpyAPI, SpyTool
from .text_calls import TURN_ON, text_call

CALENDAR = "calendar.scripted_scheduled_actions"
LAMP = {"name": "Lamp"}
LONG = " ".join(map(str, range(1500)))


@pytest.fixture
def model(server: ModelServer, say: Say) -> Model:
    """Return a model that calls one tool in a turn."""
    return Model(server, say)


@pytest.fixture
def clock(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Clock:
    """Return the clocks of Home Assistant, which stand still."""
    return Clock(hass, freezer)


@pytest.fixture
def spy(offer: Callable[..., None]) -> SpyTool:
    """Make a tool the only one."""
    parameters = probatio.Schema(
        {probatio.Required("level"): probatio.Range(1, 10), "mood": str}
    )
    tool = SpyTool("brew", title="Brew coffee", parameters=parameters)
    offer(tool)
    return tool


class TestSaidLater:
    """A small model that does at once, in its text, what the user wants later."""

    @pytest.mark.parametrize(
        ("said", "language", "call", "tool", "arguments", "at"),
        [
            (
                "Turn the lamp on at eleven pm",
                "en",
                text_call(TURN_ON, **LAMP),
                TURN_ON,
                LAMP,
                "2026-11-30T23:00:00+01:00",
            ),
            (
                "Mach die Lampe in zwanzig Minuten an",
                "de",
                text_call(TURN_ON, **LAMP),
                TURN_ON,
                LAMP,
                "2026-11-30T14:20:00+01:00",
            ),
            (
                "Lamp to 20 percent at 7:30",
                "en",
                text_call("light__HassLightSet", **LAMP, brightness=20),
                "light__HassLightSet",
                LAMP | {"brightness": 20},
                "2026-11-30T19:30:00+01:00",
            ),
            (
                "Turn the lamp off in twenty minutes",
                "en",
                text_call(
                    "intent__HassStartTimer",
                    minutes=20,
                    name="lamp",
                    conversation_command="lamp off",
                ),
                "intent__HassTurnOff",
                LAMP,
                "2026-11-30T14:20:00+01:00",
            ),
            (
                "Turn the lamp off after a while, say twenty",
                "en",
                text_call(
                    "intent__HassStartTimer",
                    minutes="20",
                    conversation_command="lamp off",
                ),
                "intent__HassTurnOff",
                LAMP,
                "2026-11-30T14:20:00+01:00",
            ),
        ],
    )
    async def test_is_scheduled(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
        clock: Clock,
        said: str,
        language: str,
        call: str,
        tool: str,
        arguments: dict[str, Any],
        at: str,
    ) -> None:
        """The call is kept for its time, and the model is told."""
        await hass.config.async_set_time_zone("Europe/Berlin")
        clock.move_to("2026-11-30 13:00:00+00:00")
        assert await async_setup_component(hass, "light", {})
        attributes = {"friendly_name": "Lamp", "supported_color_modes": ["rgb"]}
        hass.states.async_set("light.lamp", "on", attributes)
        server.script(reply(call), reply("Well."))
        await say(said, language=language)
        result = orjson.loads(server.bodies[-1]["messages"][-1]["content"])
        scheduled = result["scheduled"]
        assert scheduled.pop("id")
        assert scheduled == {"at": at, "tool": tool, "arguments": arguments}
        assert not light

    @pytest.mark.parametrize(
        ("said", "call"),
        [
            ("Lamp on", text_call(TURN_ON, **LAMP)),
            ("Lamp on, it is dark tonight", text_call(TURN_ON, **LAMP)),
            ("Lamp on, at 40 percent", text_call(TURN_ON, **LAMP, brightness=40)),
        ],
    )
    async def test_is_done_now(
        self,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
        said: str,
        call: str,
    ) -> None:
        """Without a time, it is done at once."""
        server.script(reply(call), reply("Well."))
        await say(said)
        assert len(light) == 1

    async def test_proper_call(
        self, server: ModelServer, say: Say, light: list[ServiceCall]
    ) -> None:
        """A model that makes its calls properly means what it calls."""
        server.script(reply(calls=[Call(TURN_ON, LAMP)]), reply("Well."))
        await say("Turn the lamp on at eleven pm")
        assert len(light) == 1


class TestSchedule:
    """A call is checked at once, and kept."""

    async def test_result(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        model: Model,
        light: list[ServiceCall],
        hass_storage: dict[str, Any],
        freezer: FrozenDateTimeFactory,
    ) -> None:
        """The result says what will be done and when, and it is on disk by then."""
        await hass.config.async_set_time_zone("Europe/Berlin")
        freezer.move_to("2026-11-30 13:00:00+00:00")
        result = await model.call(
            SCHEDULE, {"tool": TURN_ON, "arguments": LAMP, "in_minutes": 20}
        )
        action_id = result["scheduled"].pop("id")
        assert result["scheduled"] == {
            "at": "2026-11-30T14:20:00+01:00",
            "tool": TURN_ON,
            "arguments": LAMP,
        }
        (kept,) = stored(hass_storage, entry)
        assert kept["id"] == action_id
        assert kept["at"] == "2026-11-30T13:20:00+00:00"
        assert not light

    async def test_at(
        self, model: Model, light: list[ServiceCall], clock: Clock, hass: HomeAssistant
    ) -> None:
        """A time of day is the next one."""
        await hass.config.async_set_time_zone("Europe/Berlin")
        clock.move_to("2026-11-30 13:00:00+00:00")
        given = {"tool": TURN_ON, "arguments": LAMP, "at": "07:00", "in_minutes": 0}
        result = await model.call(SCHEDULE, given)
        assert result["scheduled"]["at"] == "2026-12-01T07:00:00+01:00"
        await clock.tick(17 * 3600 - 1)
        assert not light
        await clock.tick(1)
        assert len(light) == 1

    @pytest.mark.parametrize(
        "given",
        [
            {"arguments": '{"level": 3}'},
            {"level": 3},
            {"level": 3, "arguments": {}},
            {"level": 3, "arguments": None, "at": None},
            {"arguments": {"level": "3"}, "at": ""},
            {"arguments": {"level": 3}, "repeat": False, "note": "soon"},
        ],
    )
    async def test_as_small_models_write(
        self, model: Model, spy: SpyTool, clock: Clock, given: dict[str, Any]
    ) -> None:
        """Arguments are understood as in a call that is made now."""
        result = await model.call(
            SCHEDULE, {"tool": "Brew", "in_minutes": "1", **given}
        )
        assert result["scheduled"]["tool"] == "brew"
        await clock.tick(60)
        assert spy.calls == [{"level": 3}]

    @pytest.mark.parametrize(
        ("given", "error", "words"),
        [
            ({}, "bad_arguments", "level"),
            ({"arguments": {"level": 11}}, "bad_arguments", "10"),
            ({"arguments": "level 3"}, "bad_arguments", "object"),
            ({"arguments": [3]}, "bad_arguments", "object"),
            ({"tool": "make_tea"}, "no_tool", "make_tea"),
            ({"tool": ""}, "no_tool", "name of a tool"),
            ({"tool": 7}, "no_tool", "name of a tool"),
            ({"in_minutes": None}, "bad_time", "either"),
            ({"at": "07:00"}, "bad_time", "either"),
            ({"in_minutes": -1}, "bad_time", "above 0"),
            ({"in_minutes": None, "at": "every day at 7"}, "bad_time", "automation"),
            ({"in_minutes": 1e9}, "too_far", "year"),
            ({"repeat": "daily"}, "repeated", "automation"),
            ({"Every": "day"}, "repeated", "automation"),
            (
                {"arguments": {"level": 3, "mood": LONG}},
                "bad_arguments",
                "longer",
            ),
        ],
    )
    async def test_errors(
        self,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
        model: Model,
        spy: SpyTool,
        given: dict[str, Any],
        error: str,
        words: str,
    ) -> None:
        """What is wrong comes back at once, and nothing is scheduled."""
        valid = {"tool": "brew", "in_minutes": 1}
        if given:
            valid["arguments"] = {"level": 3}
        result = await model.call(SCHEDULE, valid | given)
        assert result["error"] == error
        assert words in result["error_text"]
        assert not stored(hass_storage, entry)

    async def test_words_of_repetition(self, model: Model, spy: SpyTool) -> None:
        """What is asked for every day is refused with a word on automations."""
        given = {"tool": "brew", "arguments": {"level": 3}, "at": "07:00"}
        result = await model.call(SCHEDULE, given, "Brew coffee every day at seven")
        assert result["error"] == "repeated"
        assert "automation" in result["error_text"]

    @pytest.mark.parametrize("tool", [SCHEDULE, QUERY, CANCEL, "query_tools", "read"])
    async def test_not_for_later(
        self, model: Model, offer: Callable[..., None], tool: str
    ) -> None:
        """What only says something, and what schedules, is not called later."""
        reads = llm.ToolAnnotations(read_only=True)
        offer(SpyTool("act"), SpyTool("read", annotations=reads))
        given = {"tool": tool, "arguments": {}, "in_minutes": 1}
        assert (await model.call(SCHEDULE, given))["error"] == "no_tool"

    async def test_fact_tools(
        self, model: Model, spy: SpyTool, set_options: Callable[..., None]
    ) -> None:
        """A fact is learned now or never."""
        set_options(enable_fact_learning=True)
        fact = {"category": "preferences", "key": "tea", "value": "green"}
        given = {"tool": "learn_fact", "arguments": fact, "in_minutes": 1}
        assert (await model.call(SCHEDULE, given))["error"] == "no_tool"

    async def test_target_is_checked(
        self, hass: HomeAssistant, model: Model, light: list[ServiceCall]
    ) -> None:
        """What is not exposed cannot be scheduled."""
        hass.states.async_set("light.secret", "off", {"friendly_name": "Secret"})
        async_expose_entity(
            hass, conversation.DOMAIN, "light.secret", should_expose=False
        )
        for name in ("Secret", "Nothing"):
            given = {"tool": TURN_ON, "arguments": {"name": name}, "in_minutes": 1}
            result = await model.call(SCHEDULE, given, f"Turn on {name} in a minute")
            assert result.get("error") == "bad_arguments", result

    async def test_target_is_repaired(
        self, model: Model, light: list[ServiceCall], clock: Clock
    ) -> None:
        """A target is brought to what is exposed, and the model is told."""
        given = {"tool": "HassTurnOn", "arguments": {"name": "the lamp"}}
        result = await model.call(SCHEDULE, {**given, "in_minutes": 1}, "Lamp on later")
        assert result["scheduled"]["arguments"]["name"] == "Lamp"
        await clock.tick(60)
        assert len(light) == 1

    async def test_limit(self, model: Model, spy: SpyTool) -> None:
        """There are at most fifty; one that is cancelled makes room."""
        ids = [await model.schedule("brew", {"level": 1}) for _ in range(MAX_ACTIONS)]
        assert len(set(ids)) == MAX_ACTIONS
        given = {"tool": "brew", "arguments": {"level": 1}, "in_minutes": 1}
        assert (await model.call(SCHEDULE, given))["error"] == "too_many"
        assert await model.call(CANCEL, {"id": ids[7]}) == {"cancelled": True}
        assert "scheduled" in await model.call(SCHEDULE, given)

    async def test_nobody(
        self, server: ModelServer, model: Model, spy: SpyTool, clock: Clock
    ) -> None:
        """An automation has its own time, and schedules and cancels nothing."""
        action_id = await model.schedule("brew", {"level": 1}, 1)
        nobody: dict[str, Any] = {"context": Context()}
        given = {"tool": "brew", "arguments": {"level": 9}, "in_minutes": 1}
        assert (await model.call(SCHEDULE, given, **nobody))["error"] == "no_user"
        found = await model.call(CANCEL, {"id": action_id}, **nobody)
        assert found["error"] == "no_user"
        await clock.tick(60)
        assert spy.calls == [{"level": 1}]

    async def test_device_without_user(
        self, model: Model, spy: SpyTool, clock: Clock
    ) -> None:
        """A satellite schedules for whoever is at home."""
        satellite: dict[str, Any] = {"context": Context(), "device_id": "satellite"}
        await model.schedule("brew", {"level": 1}, 1, **satellite)
        assert len((await model.call(QUERY))["scheduled"]) == 1
        await clock.tick(60)
        assert spy.calls == [{"level": 1}]

    async def test_strict_server(
        self, server: ModelServer, model: Model, spy: SpyTool, clock: Clock
    ) -> None:
        """A server that refuses an object of any kind is sent a text in its place."""
        server.reject = strict_servers.gemini
        given = {"tool": "brew", "arguments": '{"level": 3}', "in_minutes": 1}
        result = await model.call(SCHEDULE, given, "Brew coffee in a minute")
        assert result["scheduled"]["arguments"] == {"level": 3}
        assert server.rejected
        (sent,) = [
            tool["function"]["parameters"]["properties"]["arguments"]
            for tool in server.bodies[-1]["tools"]
            if tool["function"]["name"] == SCHEDULE
        ]
        assert sent["type"] == "string"
        await clock.tick(60)
        assert spy.calls == [{"level": 3}]


class TestFromText:
    """A call in the model's text can schedule only what it can do."""

    @pytest.mark.parametrize(
        ("entity_id", "runs"), [("light.lamp", True), ("cover.garage", False)]
    )
    async def test_sensitive(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
        entity_id: str,
        runs: bool,
    ) -> None:
        """What opens a way in is asked for before it is scheduled from text."""
        assert await async_setup_component(hass, "cover", {})
        hass.states.async_set(
            "cover.garage",
            "closed",
            {
                "friendly_name": "Garage",
                "device_class": "garage",
                "supported_features": 15,
            },
        )
        async_expose_entity(
            hass, conversation.DOMAIN, "cover.garage", should_expose=True
        )
        name = hass.states.get(entity_id).name  # type: ignore[union-attr]
        given = {"tool": TURN_ON, "arguments": {"name": name}, "in_minutes": 1}
        server.script(reply(text_call(SCHEDULE, **given)), reply("Well."))
        said = speech(await say(f"Turn on the {name} in a minute"))
        assert len(stored(hass_storage, entry)) == runs
        assert said == "Well." if runs else said.endswith(": Should I open Garage?")

    async def test_unasked(
        self,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
    ) -> None:
        """What nobody spoke of is not scheduled from text."""
        given = {"tool": TURN_ON, "arguments": LAMP, "in_minutes": 1}
        server.script(reply(text_call(SCHEDULE, **given)), reply("Well."))
        await say("Good morning")
        assert not stored(hass_storage, entry)

    async def test_not_understood(
        self, server: ModelServer, say: Say, light: list[ServiceCall]
    ) -> None:
        """What is wrong with a call from text is told."""
        server.script(reply(text_call(SCHEDULE, tool="nothing")), reply("Well."))
        await say("Do nothing in a minute")
        assert result_of(server)["error"] == "no_tool"


class TestShown:
    """The tools cost nothing where they are not used."""

    async def test_not_shown(
        self, server: ModelServer, say: Say, light: list[ServiceCall]
    ) -> None:
        """A first request has none of them, so its definitions have not grown."""
        await say("Turn on the lamp")
        assert not {SCHEDULE, QUERY, CANCEL} & set(names(server.bodies[0]))

    async def test_shown_when_spoken_of(
        self, server: ModelServer, say: Say, light: list[ServiceCall]
    ) -> None:
        """Who speaks of later has a model that can schedule, within one kilobyte."""
        await say("Hello")
        await say("Turn on the lamp in twenty minutes")
        first, second = server.bodies
        assert names(second) == [*names(first), SCHEDULE]
        grown = len(orjson.dumps(second["tools"])) - len(orjson.dumps(first["tools"]))
        assert 0 < grown < 1000

    async def test_shown_with_search(
        self,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
        set_options: Callable[..., None],
    ) -> None:
        """It needs no search either."""
        set_options(tool_discovery="always")
        await say("Turn on the lamp in twenty minutes")
        assert names(server.bodies[0])[-1] == SCHEDULE

    @pytest.mark.parametrize(
        ("query", "tool"),
        [
            ("do something later", SCHEDULE),
            ("schedule an action", SCHEDULE),
            ("list scheduled actions", QUERY),
            ("cancel scheduled action", CANCEL),
        ],
    )
    async def test_found(
        self, model: Model, spy: SpyTool, query: str, tool: str
    ) -> None:
        """They are found by what they do."""
        found = await model.call("query_tools", {"query": query}, "Well")
        assert tool in [one["name"] for one in found["tools"]]

    async def test_shown_while_something_is_scheduled(
        self, server: ModelServer, say: Say, model: Model, spy: SpyTool, clock: Clock
    ) -> None:
        """As long as something is scheduled, it can be listed and cancelled."""
        await say("Hello")
        await model.schedule("brew", {"level": 1}, 30)
        await say("Hello")
        assert names(server.bodies[-1]) == ["brew", SCHEDULE, QUERY, CANCEL]
        await clock.tick(1800)
        await say("Hello")
        # A new session: they are those of a home that used one of them.
        assert names(server.bodies[-1]) == ["brew", SCHEDULE]

    async def test_stay_in_the_session(
        self, server: ModelServer, say: Say, model: Model, spy: SpyTool
    ) -> None:
        """What was sent stays for the session, and nothing is said to be gone."""
        action_id = await model.schedule("brew", {"level": 1}, 30)
        await model.call(CANCEL, {"id": action_id})
        await say("Hello")
        assert names(server.bodies[-1]) == ["brew", SCHEDULE, QUERY, CANCEL]
        assert "Not available" not in server.bodies[-1]["messages"][-1]["content"]

    async def test_none_without_tools(
        self, server: ModelServer, say: Say, set_options: Callable[..., None]
    ) -> None:
        """Without an API there is nothing to schedule."""
        set_options(llm_hass_api=[], enable_fact_learning=True)
        await say("Turn it off in twenty minutes")
        assert SCHEDULE not in names(server.bodies[-1])

    async def test_names_are_reserved(
        self, model: Model, say: Say, offer: Callable[..., None]
    ) -> None:
        """A tool of another integration with such a name gets another one."""
        theirs = SpyTool(SCHEDULE)
        offer(theirs)
        given = {"tool": f"test__{SCHEDULE}", "arguments": {}, "in_minutes": 1}
        result = await model.call(SCHEDULE, given)
        assert result["scheduled"]["tool"] == f"test__{SCHEDULE}"


class TestListAndCancel:
    """What is scheduled is listed and cancelled by voice."""

    async def test_list_and_cancel(
        self, model: Model, spy: SpyTool, clock: Clock
    ) -> None:
        """The next action comes first, and a cancelled one is not run."""
        later = await model.schedule("brew", {"level": 2}, 2)
        sooner = await model.schedule("brew", {"level": 1}, 1)
        listed = (await model.call(QUERY))["scheduled"]
        assert [action["id"] for action in listed] == [sooner, later]
        assert listed[0]["arguments"] == {"level": 1}
        for action_id, cancelled in (
            *((sooner.upper(), True), (sooner, False), ("none", False)),
            *((7, False), (None, False)),
        ):
            result = await model.call(CANCEL, {"id": action_id})
            assert result == {"cancelled": cancelled}
        assert await model.call(CANCEL) == {"cancelled": False}
        await clock.tick(120)
        assert spy.calls == [{"level": 2}]
        assert (await model.call(QUERY))["scheduled"] == []
        assert await model.call(CANCEL, {"id": later}) == {"cancelled": False}

    async def test_household_and_administrator(
        self,
        hass: HomeAssistant,
        agent: str,
        model: Model,
        hass_admin_user: Any,
        set_options: Callable[..., None],
        clock: Clock,
    ) -> None:
        """What an administrator's tool will do is theirs alone."""
        lamp, reboot = SpyTool("lamp"), SpyTool("reboot")
        restricted = SpyAPI(hass, "admin", reboot)
        # The attribute does not exist in 2026.10.
        object.__setattr__(restricted, "requires_admin", True)
        for api in (SpyAPI(hass, "all", lamp), restricted):
            llm.async_register_api(hass, api)
        set_options(llm_hass_api=["all", "admin"])
        admin = Context(user_id=hass_admin_user.id)
        private = await model.schedule("reboot", context=admin)
        shared = await model.schedule("lamp", context=admin)
        listed = (await model.call(QUERY))["scheduled"]
        assert [action["id"] for action in listed] == [shared]
        assert await model.call(CANCEL, {"id": private}) == {"cancelled": False}
        state = hass.states.get(CALENDAR)
        assert state is not None
        assert state.attributes["message"] == "lamp"
        events = await calendar_events(hass)
        assert [event["summary"] for event in events] == ["lamp"]
        given = {"tool": "reboot", "arguments": {}, "in_minutes": 1}
        assert (await model.call(SCHEDULE, given))["error"] == "no_tool"
        listed = (await model.call(QUERY, context=admin))["scheduled"]
        assert len(listed) == 2
        cancelled = await model.call(CANCEL, {"id": private}, context=admin)
        assert cancelled == {"cancelled": True}
        await clock.tick(20 * 60)
        assert (len(lamp.calls), len(reboot.calls)) == (1, 0)


async def calendar_events(hass: HomeAssistant, days: float = 2) -> list[dict[str, Any]]:
    """Return the entries of the calendar from now on."""
    start = dt_util.now()
    response = await hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": CALENDAR,
            "start_date_time": start,
            "end_date_time": start + timedelta(days=days),
        },
        blocking=True,
        return_response=True,
    )
    events: Any = response
    found: list[dict[str, Any]] = events[CALENDAR]["events"]
    return found


class TestCalendar:
    """What is scheduled is in sight, and can be deleted there."""

    async def test_entries(
        self, hass: HomeAssistant, model: Model, light: list[ServiceCall], clock: Clock
    ) -> None:
        """An entry says what will be done."""
        state = hass.states.get(CALENDAR)
        assert state is not None
        assert state.state == "off"
        assert await calendar_events(hass) == []
        await model.schedule(TURN_ON, LAMP, 60)
        await model.schedule(TURN_ON, LAMP, 3 * 24 * 60)
        (event,) = await calendar_events(hass)
        assert event["summary"] == "Turn on: Lamp"
        assert event["description"] == "name: Lamp"
        assert len(await calendar_events(hass, 4)) == 2
        state = hass.states.get(CALENDAR)
        assert state is not None
        assert state.attributes["message"] == "Turn on: Lamp"
        assert state.attributes["friendly_name"] == "Scripted Scheduled actions"
        await clock.tick(3600)
        assert await calendar_events(hass) == []

    async def test_delete(
        self,
        hass: HomeAssistant,
        model: Model,
        light: list[ServiceCall],
        clock: Clock,
        hass_ws_client: Any,
    ) -> None:
        """An entry that is deleted is not done; none can be added."""
        action_id = await model.schedule(TURN_ON, LAMP, 60)
        client = await hass_ws_client(hass)
        for expected in (True, False):
            await client.send_json_auto_id(
                {
                    "type": "calendar/event/delete",
                    "entity_id": CALENDAR,
                    "uid": action_id,
                }
            )
            answer = await client.receive_json()
            assert answer["success"] is expected
        assert "not scheduled any more" in answer["error"]["message"]
        assert await calendar_events(hass) == []
        await clock.tick(3600)
        assert not light
        state = hass.states.get(CALENDAR)
        assert state is not None
        assert state.attributes["supported_features"] == 2

    async def test_not_exposed(
        self, hass: HomeAssistant, model: Model, spy: SpyTool
    ) -> None:
        """No assistant is shown the calendar by itself."""
        for assistant in ("conversation", "cloud.alexa", "cloud.google_assistant"):
            assert not async_should_expose(hass, assistant, CALENDAR)
