"""Tests that the beginning of the requests stays, whatever happens in a home.

A server's prompt cache holds what two requests have in common from their first byte on:
the tools, the system prompt and the earlier messages. They are compared as bytes.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import orjson
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.agent.instructions import (
    OWN_INSTRUCTIONS,
)
from custom_components.openai_compatible_conversation.tools.query_tools import (
    SEARCH_INSTRUCTIONS,
)
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.intent import async_register_timer_handler
from homeassistant.components.media_player import MediaPlayerEntityFeature
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr, llm
from homeassistant.setup import async_setup_component
from testbed.replies import Body, Call, say as reply
from testbed.server import ModelServer

from .conftest import AGENT, Say
from .spies import SpyAPI, SpyTool

PLAYER = "media_player.radio"
SEARCH_AND_PLAY = (
    MediaPlayerEntityFeature.SEARCH_MEDIA | MediaPlayerEntityFeature.PLAY_MEDIA
)
MEDIA_TOOLS = ["media_player__search_media", "media_player__play_media"]


def names(body: Body) -> list[str]:
    """Return the names of the tools in a request."""
    return [tool["function"]["name"] for tool in body.get("tools", ())]


def tools_of(body: Body) -> list[bytes]:
    """Return the tools in a request, as bytes."""
    return [orjson.dumps(tool) for tool in body["tools"]]


def messages_of(body: Body) -> list[bytes]:
    """Return the messages of a request, as bytes."""
    return [orjson.dumps(message) for message in body["messages"]]


def assert_extends(after: Body, before: Body) -> None:
    """Fail unless a request begins with all that an earlier one was."""
    tools, messages = tools_of(before), messages_of(before)
    assert tools_of(after)[: len(tools)] == tools
    assert messages_of(after)[: len(messages)] == messages


def assert_stays(server: ModelServer) -> None:
    """Fail unless each request extends the one before, with the same tools."""
    assert len(server.bodies) > 1
    for before, after in pairwise(server.bodies):
        assert_extends(after, before)
        assert tools_of(after) == tools_of(before)


def told(body: Body) -> str:
    """Return the last message of a request."""
    text: str = body["messages"][-1]["content"]
    return text


def result(body: Body) -> dict[str, Any]:
    """Return the last message of a request as the result of a tool."""
    data: dict[str, Any] = json.loads(told(body))
    return data


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Advance the clock, and wait for what is due."""
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
def api(hass: HomeAssistant, set_options: Callable[..., None]) -> SpyAPI:
    """Select an API with some tools, which a test may take away."""
    api = SpyAPI(hass, "spy", *(SpyTool(name) for name in ("radio", "oven", "pump")))
    llm.async_register_api(hass, api)
    set_options(llm_hass_api=["spy"])
    return api


@pytest.fixture
def player(hass: HomeAssistant, light: list[ServiceCall]) -> Callable[..., None]:
    """Expose a media player; return a function that turns it on or off."""

    def _turn(*, on: bool) -> None:
        features = SEARCH_AND_PLAY if on else MediaPlayerEntityFeature.TURN_ON
        hass.states.async_set(
            PLAYER,
            "playing" if on else "off",
            {"friendly_name": "Radio", "supported_features": features},
        )

    _turn(on=True)
    async_expose_entity(hass, conversation.DOMAIN, PLAYER, should_expose=True)
    return _turn


@pytest.fixture
def visitor(hass: HomeAssistant) -> Callable[[str], Awaitable[Context]]:
    """Return a function that returns the context of a new user with a name."""

    async def _visitor(name: str) -> Context:
        group = await hass.auth.async_get_group(GROUP_ID_USER)
        assert group is not None
        user = MockUser(name=name, groups=[group]).add_to_hass(hass)
        return Context(user_id=user.id)

    return _visitor


class TestToolsStay:
    """Tools that were offered stay offered until the session ends."""

    async def test_media_player(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        player: Callable[..., None],
    ) -> None:
        """A media player that goes off and on again changes no byte."""
        assert await async_setup_component(hass, "media_player", {})
        await hass.async_block_till_done()
        await say("One")
        assert [name for name in names(server.bodies[0]) if name in MEDIA_TOOLS]
        player(on=False)
        await say("Two")
        assert all(name in told(server.bodies[1]) for name in MEDIA_TOOLS)
        await say("Three")
        assert not any(name in told(server.bodies[2]) for name in MEDIA_TOOLS)
        player(on=True)
        await say("Four")
        assert all(name in told(server.bodies[3]) for name in MEDIA_TOOLS)
        await say("Five")
        assert not any(name in told(server.bodies[4]) for name in MEDIA_TOOLS)
        assert_stays(server)

    async def test_only_satellite_with_timers(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
        entry: MockConfigEntry,
    ) -> None:
        """The only satellite with timers reconnects."""
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={("test", "satellite")}
        )
        started: list[Any] = []

        def connect() -> Callable[[], None]:
            """Connect the satellite; return a function that disconnects it."""
            return async_register_timer_handler(
                hass, device.id, lambda *args: started.append(args)
            )

        disconnect = connect()
        await say("One", device_id=device.id)
        disconnect()
        timer = Call("intent__HassStartTimer", {"minutes": 5})
        server.script(reply(calls=[timer]), reply("It is not there."))
        await say("Start a timer")
        assert result(server.bodies[2])["error"] == "NotAvailable"
        assert not started
        disconnect = connect()
        server.script(reply(calls=[timer]), reply("Started."))
        await say("Start a timer", device_id=device.id)
        assert "error" not in result(server.bodies[4])
        assert started
        assert_stays(server)
        disconnect()

    async def test_call_of_what_is_gone(
        self, server: ModelServer, say: Say, api: SpyAPI
    ) -> None:
        """A call of a tool that is gone is not run, and is told as such."""
        tools = list(api.tools)
        radio = tools[0]
        await say("One")
        del api.tools[0]
        server.script(reply(calls=[Call("radio")]), reply("No."))
        await say("Two")
        error = result(server.bodies[2])
        assert error["error"] == "NotAvailable"
        assert "radio" in error["error_text"]
        assert "not available now" in error["error_text"]
        api.tools = tools
        server.script(reply(calls=[Call("radio")]), reply("It plays."))
        await say("Three")
        assert result(server.bodies[4]) == {"ok": True}
        assert isinstance(radio, SpyTool)
        assert radio.calls == [{}]
        assert_stays(server)

    async def test_written_call_of_what_is_gone(
        self, server: ModelServer, say: Say, api: SpyAPI
    ) -> None:
        """A call that is written as text is no more spoken than any other."""
        await say("One")
        del api.tools[0]
        written = '<tool_call>{"name": "radio", "arguments": {}}</tool_call>'
        server.script(reply(written), reply("No."))
        spoken = await say("Two")
        assert spoken.response.speech["plain"]["speech"] == "No."
        assert result(server.bodies[2])["error"] == "NotAvailable"

    async def test_failing_api(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        set_options: Callable[..., None],
    ) -> None:
        """An API that is not there for a while takes nothing with it."""
        for name in ("one", "two"):
            api = SpyAPI(hass, name, SpyTool(f"{name}_start"))
            unregister = llm.async_register_api(hass, api)
        set_options(llm_hass_api=["one", "two"])
        await say("One")
        unregister()
        await say("Two")
        llm.async_register_api(hass, api)
        await say("Three")
        for before, after in pairwise(server.bodies):
            assert tools_of(after) == tools_of(before)

    async def test_session_ends(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        api: SpyAPI,
        freezer: FrozenDateTimeFactory,
    ) -> None:
        """The next session has what there is; what comes back comes last."""
        tools = list(api.tools)
        await say("One")
        api.tools = tools[1:]
        await pass_time(hass, freezer, 100)
        await say("Two")
        assert names(server.bodies[1]) == ["oven", "pump"]
        assert "radio" not in told(server.bodies[1])
        api.tools = tools
        await pass_time(hass, freezer, 100)
        await say("Three")
        assert names(server.bodies[2]) == ["oven", "pump", "radio"]
        assert messages_of(server.bodies[2])[0] == messages_of(server.bodies[0])[0]

    async def test_options(
        self,
        server: ModelServer,
        say: Say,
        api: SpyAPI,
        set_options: Callable[..., None],
    ) -> None:
        """What the user takes away by the options is gone at once."""
        set_options(enable_fact_learning=True)
        await say("One")
        assert "learn_fact" in names(server.bodies[0])
        set_options(enable_fact_learning=False)
        await say("Two")
        assert names(server.bodies[1]) == ["radio", "oven", "pump"]
        assert "learn_fact" not in told(server.bodies[1])
        set_options(llm_hass_api=[])
        await say("Three")
        assert not names(server.bodies[2])

    async def test_evicted(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        api: SpyAPI,
    ) -> None:
        """What is not available is told again if the turn with it was dropped."""
        await say("One")
        del api.tools[0]
        await say("Two")
        assert "radio" in told(server.bodies[1])
        for number in range(40):
            await say(str(number))
        assert "radio" in str(server.bodies[-1]["messages"][1:])


class TestOrder:
    """The order of the tools does not depend on how they are listed."""

    async def test_listed_in_another_order(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        api: SpyAPI,
        freezer: FrozenDateTimeFactory,
    ) -> None:
        """A server that lists its tools in another order changes nothing."""
        await say("One")
        api.tools.reverse()
        await say("Two")
        assert_stays(server)
        await pass_time(hass, freezer, 100)
        await say("Three")
        assert tools_of(server.bodies[2]) == tools_of(server.bodies[0])
        assert messages_of(server.bodies[2])[0] == messages_of(server.bodies[0])[0]

    async def test_gone_for_a_while(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        api: SpyAPI,
        freezer: FrozenDateTimeFactory,
    ) -> None:
        """What was gone during a session has its old place in the next one."""
        await say("One")
        radio = api.tools.pop(0)
        await say("Two")
        api.tools.append(radio)
        await say("Three")
        await pass_time(hass, freezer, 100)
        await say("Four")
        assert tools_of(server.bodies[3]) == tools_of(server.bodies[0])

    async def test_several_apis(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        api: SpyAPI,
        set_options: Callable[..., None],
    ) -> None:
        """Which tools there are is not told in the system prompt, too."""
        llm.async_register_api(hass, SpyAPI(hass, "other", SpyTool("kettle")))
        set_options(llm_hass_api=["spy", "other"])
        await say("One")
        del api.tools[0]
        api.tools.append(SpyTool("fan"))
        api.tools.reverse()
        await say("Two")
        assert_extends(server.bodies[1], server.bodies[0])
        assert len(names(server.bodies[1])) == len(names(server.bodies[0])) + 1


class TestSpeakers:
    """Turns of different speakers share their beginning, but no permissions."""

    @pytest.fixture
    def admin(self, hass_admin_user: Any) -> Context:
        """Return the context of an administrator."""
        return Context(user_id=hass_admin_user.id)

    async def test_administrator_and_satellite(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
        admin: Context,
        set_options: Callable[..., None],
    ) -> None:
        """They take turns; the tools for administrators come last."""
        if "homeassistant" not in {api.id for api in llm.async_get_apis(hass)}:
            api = SpyAPI(hass, "homeassistant", SpyTool("restart"))
            object.__setattr__(api, "requires_admin", True)
            llm.async_register_api(hass, api)
        set_options(llm_hass_api=["assist", "homeassistant"])
        satellite = {"context": Context(), "device_id": "a-device"}
        await say("One", **satellite)
        await say("Two", context=admin)
        await say("Three", **satellite)
        await say("Four", context=admin)
        household, personal = server.bodies[::2], server.bodies[1::2]
        for bodies in (household, personal):
            assert_extends(bodies[1], bodies[0])
            assert tools_of(bodies[1]) == tools_of(bodies[0])
        shared = tools_of(household[0])
        assert tools_of(personal[0])[: len(shared)] == shared
        assert len(tools_of(personal[0])) > len(shared)
        assert messages_of(personal[0])[0] == messages_of(household[0])[0]

    async def test_tool_of_one_user(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        api: SpyAPI,
        admin: Context,
        visitor: Callable[[str], Awaitable[Context]],
    ) -> None:
        """A tool that an API gives to some users only reaches no other's request."""
        safe = SpyTool("safe")

        class PrivateAPI(SpyAPI):
            """An API that decides by itself who may have its tool."""

            async def async_get_api_instance(
                self, llm_context: llm.LLMContext
            ) -> llm.APIInstance:
                instance = await super().async_get_api_instance(llm_context)
                context = llm_context.context
                if context is None or context.user_id != admin.user_id:
                    instance.tools = [t for t in instance.tools if t.name != "safe"]
                return instance

        api.__class__ = PrivateAPI
        api.tools.append(safe)
        ann = await visitor("Ann")
        await say("One", context=admin)
        assert "safe" in names(server.bodies[-1])
        await say("Two", context=ann)
        assert "safe" not in str(server.bodies[-1])
        api.tools.remove(safe)
        await say("Three", context=ann)
        await say("Four")
        await say("Five", context=Context(), device_id="a-device")
        assert not any("safe" in str(body) for body in server.bodies[2:])
        await say("Six", context=admin)
        assert names(server.bodies[-1]) == names(server.bodies[0])
        await say("Seven", context=ann)
        assert "safe" not in str(server.bodies[-1])
        # The others' tools stay for all.
        radio = api.tools.pop(0)
        await say("Eight", context=ann)
        await say("Nine", context=await visitor("Bob"))
        for body in server.bodies[-2:]:
            assert names(body) == ["radio", "oven", "pump"]
        assert isinstance(radio, SpyTool)
        assert not radio.calls

    async def test_other_language(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
    ) -> None:
        """Somebody else's language changes no byte, nor does a wake word for it."""
        await say("One")
        await conversation.async_prepare_agent(hass, AGENT, "de")
        await hass.async_block_till_done(wait_background_tasks=True)
        await say("Zwei", language="de")
        first, prewarm, second = server.bodies
        assert prewarm["max_tokens"] == 1
        assert tools_of(prewarm) == tools_of(first) == tools_of(second)
        assert messages_of(prewarm)[:-1] == messages_of(second)[:-1]
        assert_extends(second, first)

    async def test_template_with_the_speaker(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
        set_options: Callable[..., None],
        visitor: Callable[[str], Awaitable[Context]],
    ) -> None:
        """What instructions say of the speaker goes with the turn, when it changes."""
        set_options(
            prompt="Be brief.\n{% if user_name %}Call me {{ user_name }}.\n{% endif %}"
            "Be kind."
        )
        ann, bob = await visitor("Ann"), await visitor("Bob")
        await conversation.async_prepare_agent(hass, AGENT, "en")
        await hass.async_block_till_done(wait_background_tasks=True)
        for text, context in (("1", ann), ("2", ann), ("3", bob), ("4", Context())):
            await say(text, context=context, device_id="a-device")
        prewarm, *bodies = server.bodies
        for before, after in pairwise(bodies):
            assert_extends(after, before)
        head = messages_of(prewarm)[0]
        assert head == messages_of(bodies[0])[0]
        text = bodies[0]["messages"][0]["content"]
        assert text.startswith("Be brief.\nBe kind.\n")
        assert "Call me" not in text
        assert ["Call me" in told(body) for body in bodies] == [
            True,
            False,
            True,
            False,
        ]
        assert "Call me Ann." in told(bodies[0])
        assert "Call me Bob." in told(bodies[2])
        # What was said of the speaker before does not hold for the next one.
        assert f"{OWN_INSTRUCTIONS}none." in told(bodies[3])
        await say("5", context=ann)
        assert "Call me Ann." in told(server.bodies[-1])


class TestInBetween:
    """What happens between two turns changes nothing of their beginning."""

    async def test_task_and_extraction(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        light: list[ServiceCall],
        set_options: Callable[..., None],
        freezer: FrozenDateTimeFactory,
    ) -> None:
        """An AI task and an extraction in between."""
        set_options(enable_fact_learning=True)
        assert await async_setup_component(hass, "ai_task", {})
        await say("My cat is called Amy")
        await hass.services.async_call(
            "ai_task",
            "generate_data",
            {
                "entity_id": "ai_task.scripted_ai_task",
                "task_name": "poem",
                "instructions": "A poem",
            },
            blocking=True,
            return_response=True,
        )
        await say("Two")
        first, task, second = server.bodies
        assert "tools" not in task
        assert_extends(second, first)
        count = len(server.bodies)
        await pass_time(hass, freezer, 100)
        await server.wait_for_completions(count + 1)
        await hass.async_block_till_done(wait_background_tasks=True)
        await say("Three")
        third = server.bodies[-1]
        assert tools_of(third) == tools_of(first)
        assert messages_of(third)[0] == messages_of(first)[0]


class TestDiscovery:
    """Whether tools are found by search is decided by the tools, in one step."""

    @pytest.fixture
    def many(self) -> list[llm.Tool]:
        """Return tools that exceed the budget together."""
        text = "It takes its time, and tells how long it took in the end. " * 10
        return [SpyTool(f"device_{n}", description=text) for n in range(150)]

    async def test_grown(
        self, server: ModelServer, say: Say, api: SpyAPI, many: list[llm.Tool]
    ) -> None:
        """A set that has grown is sent on demand from the next turn on."""
        await say("One")
        assert "query_tools" not in names(server.bodies[0])
        api.tools += many
        await say("Two")
        assert len(names(server.bodies[1])) < 20
        assert "query_tools" in names(server.bodies[1])
        assert "query_tools" in server.bodies[1]["messages"][0]["content"]
        # It is not changed back as long as the session lasts.
        del api.tools[3:]
        await say("Three")
        assert_extends(server.bodies[2], server.bodies[1])

    async def test_visitor_does_not_decide(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        api: SpyAPI,
        many: list[llm.Tool],
        hass_admin_user: Any,
    ) -> None:
        """An administrator with more tools gets them on demand, and so do all then."""

        class PrivateAPI(SpyAPI):
            """An API that decides by itself who may have its tools."""

            async def async_get_api_instance(
                self, llm_context: llm.LLMContext
            ) -> llm.APIInstance:
                instance = await super().async_get_api_instance(llm_context)
                context = llm_context.context
                if context is None or context.user_id != hass_admin_user.id:
                    instance.tools = instance.tools[:3]
                return instance

        api.__class__ = PrivateAPI
        api.tools += many
        await say("One")
        assert names(server.bodies[0]) == ["radio", "oven", "pump"]
        server.script(reply(calls=[Call("device_7")]), reply("Done."))
        await say("Two", context=Context(user_id=hass_admin_user.id))
        assert names(server.bodies[1]) == ["radio", "oven", "pump", "query_tools"]
        # The system prompt stays as it is, so the tool says what it is for.
        search = server.bodies[1]["tools"][-1]["function"]
        assert SEARCH_INSTRUCTIONS in search["description"]
        assert_extends(server.bodies[1], server.bodies[0])
        assert names(server.bodies[2])[-1] == "device_7"
        await say("Three")
        assert names(server.bodies[3]) == ["radio", "oven", "pump", "query_tools"]
        assert tools_of(server.bodies[3]) == tools_of(server.bodies[1])
        assert "device_7" not in names(server.bodies[3])

    async def test_not_within_a_turn(
        self, server: ModelServer, say: Say, api: SpyAPI, many: list[llm.Tool]
    ) -> None:
        """A turn keeps the tools that it began with, whatever another one decides."""
        await say("Zero")
        first = server.bodies[-1]

        async def grow() -> dict[str, Any]:
            """Be called by the model, while tools are added and another turn runs."""
            api.tools += many
            await say("Two")
            return {"ok": True}

        radio = api.tools[0]
        assert isinstance(radio, SpyTool)
        radio._run = grow  # noqa: SLF001
        server.script(
            reply(calls=[Call("radio")]), reply("Second."), reply("First, done.")
        )
        await say("One")
        _, one, two, one_again = server.bodies
        assert "query_tools" in names(two)
        assert_extends(one, first)
        assert_extends(one_again, one)
        assert tools_of(one_again) == tools_of(one) == tools_of(first)
        await say("Three")
        assert_extends(server.bodies[-1], two)
