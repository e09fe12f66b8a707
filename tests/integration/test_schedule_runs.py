"""Tests of scheduled actions at their time: once, with the rights of who asked."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import Context, CoreState, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar, device_registry as dr, llm
from homeassistant.util import dt as dt_util
from testbed.replies import Call, Pause, say as reply
from testbed.server import ModelServer

from .conftest import MODEL, Say
from .scheduled import CANCEL, QUERY, Clock, Model, notifications, stored
from .spies import SpyAPI, SpyTool
from .text_calls import TURN_ON

LAMP = {"name": "Lamp"}


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
    tool = SpyTool("brew", title="Brew coffee")
    offer(tool)
    return tool


@pytest.fixture
def reload(hass: HomeAssistant, entry: MockConfigEntry) -> Callable[[], Any]:
    """Return a function that reloads the entry."""

    async def _reload() -> None:
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()

    return _reload


class TestOnTime:
    """An action is run at its time, and once."""

    async def test_within_a_second(
        self,
        hass: HomeAssistant,
        model: Model,
        offer: Callable[..., None],
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
    ) -> None:
        """With the clock as it runs, an action begins within a second of its time."""
        begun: asyncio.Future[float] = hass.loop.create_future()
        offer(SpyTool("brew", lambda: begun.set_result(dt_util.utcnow().timestamp())))
        await model.schedule("brew", minutes=0.03)
        (kept,) = stored(hass_storage, entry)
        at = dt_util.parse_datetime(kept["at"], raise_on_error=True)
        async with asyncio.timeout(5):
            late = await begun - at.timestamp()
        assert 0 <= late < 1

    async def test_once(self, model: Model, spy: SpyTool, clock: Clock) -> None:
        """It is run once, whatever passes afterwards, and nobody is told of it."""
        await model.schedule("brew")
        await clock.tick(20 * 60 - 1)
        assert not spy.calls
        for seconds in (1, 1, 60, 3600, 86400):
            await clock.tick(seconds)
            assert len(spy.calls) == 1

    async def test_many_at_once(
        self,
        hass: HomeAssistant,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
    ) -> None:
        """Actions of the same time are all run, and gone afterwards."""
        for _ in range(5):
            await model.schedule("brew")
        await clock.tick(20 * 60)
        assert len(spy.calls) == 5
        assert stored(hass_storage, entry) == []
        assert notifications(hass) == []

    async def test_noted_before_it_runs(
        self,
        model: Model,
        offer: Callable[..., None],
        clock: Clock,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
    ) -> None:
        """When the call runs, it is on disk that it has begun."""
        seen: list[bool] = []
        offer(
            SpyTool(
                "brew",
                lambda: seen.extend(
                    action["has_begun"] for action in stored(hass_storage, entry)
                ),
            )
        )
        await model.schedule("brew")
        await clock.tick(20 * 60)
        assert seen == [True]

    async def test_clock_set_back_and_forth(
        self, model: Model, spy: SpyTool, clock: Clock, freezer: FrozenDateTimeFactory
    ) -> None:
        """A clock that is set neither runs an action twice, nor never, nor too early."""
        await model.schedule("brew")
        await clock.tick(600)
        await clock.set(timedelta(hours=-1))
        await clock.tick(600)
        assert not spy.calls
        await clock.set(timedelta(hours=1))
        assert len(spy.calls) == 1
        for hours in (-2, 1, -1, 3):
            await clock.set(timedelta(hours=hours))
            await clock.tick(60)
        assert len(spy.calls) == 1

    async def test_clock_set_beyond(
        self, hass: HomeAssistant, model: Model, spy: SpyTool, clock: Clock
    ) -> None:
        """What a clock set far ahead leaves behind is told as missed."""
        await model.schedule("brew")
        await clock.set(timedelta(hours=5))
        assert not spy.calls
        (text,) = notifications(hass)
        assert "too late" in text
        await clock.set(timedelta(hours=-5))
        await clock.tick(20 * 60)
        assert not spy.calls
        assert len(notifications(hass)) == 1

    async def test_cancel_while_it_runs(
        self,
        hass: HomeAssistant,
        model: Model,
        offer: Callable[..., None],
        clock: Clock,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
    ) -> None:
        """What has begun can no longer be cancelled, is not listed, and ends."""
        go_on = asyncio.Event()
        tool = SpyTool("brew", go_on.wait)
        offer(tool)
        action_id = await model.schedule("brew")
        clock.hurry(20 * 60)
        async with asyncio.timeout(5):
            while not tool.calls:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert await model.call(CANCEL, {"id": action_id}) == {"cancelled": False}
        assert (await model.call(QUERY))["scheduled"] == []
        assert [a["has_begun"] for a in stored(hass_storage, entry)] == [True]
        go_on.set()
        await hass.async_block_till_done()
        assert len(tool.calls) == 1
        assert stored(hass_storage, entry) == []

    async def test_two_entries(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        hass_storage: dict[str, Any],
    ) -> None:
        """Another entry neither knows nor runs it."""
        other = MockConfigEntry(
            domain=DOMAIN,
            title="Other",
            data={"base_url": server.base_url, "api_key": "key"},
            options={"chat_model": MODEL, "llm_hass_api": ["spy"]},
        )
        other.add_to_hass(hass)
        assert await hass.config_entries.async_setup(other.entry_id)
        await hass.async_block_till_done()
        action_id = await model.schedule("brew")
        elsewhere: dict[str, Any] = {"agent_id": "conversation.other"}
        theirs = Model(server, lambda text: conversation_with(hass, text, **elsewhere))
        assert (await theirs.call(QUERY))["scheduled"] == []
        assert await theirs.call(CANCEL, {"id": action_id}) == {"cancelled": False}
        await theirs.schedule("brew", minutes=30)
        await clock.tick(20 * 60)
        assert len(spy.calls) == 1
        await clock.tick(10 * 60)
        assert len(spy.calls) == 2
        assert stored(hass_storage, other) == []


async def conversation_with(hass: HomeAssistant, text: str, agent_id: str) -> Any:
    """Run a turn of a device with an agent."""
    return await conversation.async_converse(
        hass, text, None, Context(), agent_id=agent_id, device_id="satellite"
    )


class TestRestart:
    """What is scheduled survives; what was missed is told."""

    async def test_reload(
        self, hass: HomeAssistant, model: Model, spy: SpyTool, clock: Clock, reload: Any
    ) -> None:
        """A reload changes nothing."""
        await model.schedule("brew")
        await reload()
        await clock.tick(20 * 60)
        assert len(spy.calls) == 1
        assert notifications(hass) == []

    async def test_reload_while_it_runs(
        self,
        hass: HomeAssistant,
        model: Model,
        offer: Callable[..., None],
        clock: Clock,
        reload: Any,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
    ) -> None:
        """A call that runs during a reload goes on, and is not begun again."""
        go_on = asyncio.Event()
        tool = SpyTool("brew", go_on.wait)
        offer(tool)
        await model.schedule("brew")
        clock.hurry(20 * 60)
        async with asyncio.timeout(5):
            while not tool.calls:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert await hass.config_entries.async_reload(entry.entry_id)
        go_on.set()
        await clock.tick(60)
        assert len(tool.calls) == 1
        assert stored(hass_storage, entry) == []
        assert notifications(hass) == []

    @pytest.mark.parametrize(
        ("minutes", "runs", "words"),
        [(20, 1, "does it now"), (29, 1, "does it now"), (30, 0, "too late")],
    )
    async def test_missed(
        self,
        hass: HomeAssistant,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        entry: MockConfigEntry,
        hass_storage: dict[str, Any],
        minutes: int,
        runs: int,
        words: str,
    ) -> None:
        """What was missed is told, and run if it is less than ten minutes late."""
        await model.schedule("brew")
        await model.schedule("brew", minutes=60)
        await hass.config_entries.async_set_disabled_by(
            entry.entry_id, ConfigEntryDisabler.USER
        )
        await clock.tick(minutes * 60)
        assert not spy.calls
        await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
        await clock.tick(1)
        assert len(spy.calls) == runs
        (text,) = notifications(hass)
        assert words in text
        assert "`Brew coffee`" in text
        assert len(stored(hass_storage, entry)) == 1

    async def test_many_missed(
        self,
        hass: HomeAssistant,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        entry: MockConfigEntry,
    ) -> None:
        """One notification tells of all."""
        for _ in range(13):
            await model.schedule("brew")
        assert await hass.config_entries.async_unload(entry.entry_id)
        await clock.tick(86400)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        (text,) = notifications(hass)
        assert text.count("`Brew coffee`") == 13

    async def test_begun_before(
        self,
        hass: HomeAssistant,
        components: None,
        entry: MockConfigEntry,
        hass_storage: dict[str, Any],
        clock: Clock,
    ) -> None:
        """What had begun when Home Assistant ended is told, and not begun again."""
        tool = SpyTool("brew")
        llm.async_register_api(hass, SpyAPI(hass, "spy", tool))
        hass.config_entries.async_update_entry(
            entry, options={**entry.options, "llm_hass_api": ["spy"]}
        )
        write(hass_storage, entry, action(has_begun=True), action(id="b"), {"id": 7})
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        (text,) = notifications(hass)
        assert "may have been done or not" in text
        assert [one["id"] for one in stored(hass_storage, entry)] == ["b"]
        await clock.tick(1860)
        assert len(tool.calls) == 1

    async def test_waits_for_start(
        self,
        hass: HomeAssistant,
        components: None,
        entry: MockConfigEntry,
        hass_storage: dict[str, Any],
        clock: Clock,
    ) -> None:
        """Nothing is run before all integrations are there."""
        tool = SpyTool("brew")
        llm.async_register_api(hass, SpyAPI(hass, "spy", tool))
        hass.config_entries.async_update_entry(
            entry, options={**entry.options, "llm_hass_api": ["spy"]}
        )
        write(hass_storage, entry, action())
        hass.set_state(CoreState.starting)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await clock.tick(1860)
        assert not tool.calls
        hass.set_state(CoreState.running)
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await hass.async_block_till_done()
        assert len(tool.calls) == 1

    async def test_not_while_stopping(
        self,
        hass: HomeAssistant,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
    ) -> None:
        """Nothing is begun while nothing is written any more."""
        await model.schedule("brew")
        hass.set_state(CoreState.stopping)
        await clock.tick(20 * 60)
        hass.set_state(CoreState.running)
        assert not spy.calls
        assert [one["has_begun"] for one in stored(hass_storage, entry)] == [False]

    async def test_entry_removed(
        self,
        hass: HomeAssistant,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
    ) -> None:
        """What is scheduled goes with its entry."""
        await model.schedule("brew")
        assert await hass.config_entries.async_remove(entry.entry_id)
        assert f"{DOMAIN}.{entry.entry_id}.schedule" not in hass_storage
        await clock.tick(20 * 60)
        assert not spy.calls
        assert notifications(hass) == []

    async def test_entry_removed_while_it_runs(
        self,
        hass: HomeAssistant,
        model: Model,
        offer: Callable[..., None],
        clock: Clock,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
    ) -> None:
        """A call that outlives its entry writes nothing."""
        go_on = asyncio.Event()
        tool = SpyTool("brew", go_on.wait)
        offer(tool)
        await model.schedule("brew")
        clock.hurry(20 * 60)
        async with asyncio.timeout(5):
            while not tool.calls:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert await hass.config_entries.async_remove(entry.entry_id)
        go_on.set()
        await clock.tick(60)
        assert f"{DOMAIN}.{entry.entry_id}.schedule" not in hass_storage


def action(**fields: Any) -> dict[str, Any]:
    """Return an action on disk that is due in half an hour."""
    return {
        "id": "a",
        "at": (dt_util.utcnow() + timedelta(minutes=30)).isoformat(),
        "tool": "brew",
        "arguments": {},
        "summary": "Brew coffee",
        "integration": "test",
        "user_id": None,
        "device_id": None,
        "language": "en",
        **fields,
    }


def write(
    hass_storage: dict[str, Any], entry: MockConfigEntry, *actions: dict[str, Any]
) -> None:
    """Write the file of an entry."""
    key = f"{DOMAIN}.{entry.entry_id}.schedule"
    hass_storage[key] = {
        "version": 1,
        "minor_version": 1,
        "key": key,
        "data": {"actions": [*actions]},
    }


class TestRights:
    """Whether a call may be made is checked again, and what fails is told."""

    async def run(self, hass: HomeAssistant, clock: Clock) -> str:
        """Let the action be run; return what is told of it."""
        await clock.tick(20 * 60)
        (text,) = notifications(hass)
        assert "failed" in text
        return text

    async def test_user_deleted(
        self,
        hass: HomeAssistant,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        resident: Context,
    ) -> None:
        """Nothing is done for a user who is gone."""
        await model.schedule("brew")
        assert resident.user_id is not None
        user = await hass.auth.async_get_user(resident.user_id)
        assert user is not None
        await hass.auth.async_remove_user(user)
        assert "user who asked" in await self.run(hass, clock)
        assert not spy.calls

    async def test_user_inactive(
        self,
        hass: HomeAssistant,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        resident: Context,
    ) -> None:
        """Nothing is done for a user who was locked out."""
        await model.schedule("brew")
        assert resident.user_id is not None
        user = await hass.auth.async_get_user(resident.user_id)
        assert user is not None
        await hass.auth.async_deactivate_user(user)
        assert "not active" in await self.run(hass, clock)
        assert not spy.calls

    async def test_api_not_selected(
        self,
        hass: HomeAssistant,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        set_options: Callable[..., None],
    ) -> None:
        """A tool that was taken away is not called."""
        await model.schedule("brew")
        set_options(llm_hass_api=["assist"])
        assert "not available any more" in await self.run(hass, clock)
        assert not spy.calls

    async def test_tool_of_another_integration(
        self, hass: HomeAssistant, model: Model, spy: SpyTool, clock: Clock
    ) -> None:
        """A tool that took the name of another one is not called."""
        await model.schedule("brew")
        spy.integration = "other"
        assert "not available any more" in await self.run(hass, clock)
        assert not spy.calls

    async def test_administrator_no_more(
        self,
        hass: HomeAssistant,
        model: Model,
        agent: str,
        set_options: Callable[..., None],
        hass_admin_user: Any,
        clock: Clock,
    ) -> None:
        """Administrators' tools are for administrators; others are told no content."""
        tool = SpyTool("reboot", title="Reboot the server")
        api = SpyAPI(hass, "spy", tool)
        # The attribute does not exist in 2026.10.
        object.__setattr__(api, "requires_admin", True)
        llm.async_register_api(hass, api)
        set_options(llm_hass_api=["spy"])
        admin = Context(user_id=hass_admin_user.id)
        action_id = await model.schedule("reboot", context=admin)
        await hass.auth.async_update_user(hass_admin_user, group_ids=["system-users"])
        text = await self.run(hass, clock)
        assert not tool.calls
        assert action_id in text
        assert "Reboot" not in text

    async def test_not_exposed(
        self,
        hass: HomeAssistant,
        model: Model,
        light: list[ServiceCall],
        clock: Clock,
    ) -> None:
        """What is not exposed any more is left alone."""
        await model.schedule(TURN_ON, LAMP)
        async_expose_entity(
            hass, conversation.DOMAIN, "light.lamp", should_expose=False
        )
        assert "not exposed any more" in await self.run(hass, clock)
        assert not light

    async def test_sensitive_by_now(
        self, hass: HomeAssistant, model: Model, light: list[ServiceCall], clock: Clock
    ) -> None:
        """What has become a way in since then is not opened."""
        await model.schedule(TURN_ON, LAMP)
        hass.states.async_remove("light.lamp")
        hass.states.async_set(
            "cover.lamp",
            "closed",
            {"friendly_name": "Lamp", "device_class": "garage"},
        )
        async_expose_entity(hass, conversation.DOMAIN, "cover.lamp", should_expose=True)
        assert "unlock, open or disarm" in await self.run(hass, clock)

    async def test_exactly_that_call(
        self, hass: HomeAssistant, model: Model, light: list[ServiceCall], clock: Clock
    ) -> None:
        """Arguments are not repaired once more: nothing else is done instead."""
        await model.schedule(TURN_ON, LAMP)
        hass.states.async_remove("light.lamp")
        hass.states.async_set("light.lamp_2", "off", {"friendly_name": "Lamp 2"})
        async_expose_entity(
            hass, conversation.DOMAIN, "light.lamp_2", should_expose=True
        )
        await self.run(hass, clock)
        assert not light

    async def test_here(
        self,
        hass: HomeAssistant,
        model: Model,
        light: list[ServiceCall],
        clock: Clock,
        entry: MockConfigEntry,
    ) -> None:
        """What names no room is done in the room where it was said."""
        device_id = self.satellite(hass, entry)
        seen: list[Any] = []
        tool = "intent__HassTurnOn"
        await model.schedule(tool, {"domain": ["light"]}, device_id=device_id)
        hass.bus.async_listen("call_service", seen.append)
        dr.async_get(hass).async_remove_device(device_id)
        assert "device that does not exist" in await self.run(hass, clock)
        assert not light
        assert not seen

    async def test_here_goes_with_the_call(
        self, hass: HomeAssistant, model: Model, entry: MockConfigEntry, clock: Clock
    ) -> None:
        """A tool is given the device, the language and the user of the turn."""
        device_id = self.satellite(hass, entry)
        contexts: list[llm.LLMContext] = []

        class Recorder(SpyTool):
            """A tool that records the context of its calls."""

            async def async_call(
                self,
                hass: HomeAssistant,
                tool_input: llm.ToolInput,
                llm_context: llm.LLMContext,
            ) -> llm.ToolResult:
                """Record the context."""
                contexts.append(llm_context)
                return await super().async_call(hass, tool_input, llm_context)

        llm.async_register_api(hass, SpyAPI(hass, "spy", Recorder("brew")))
        hass.config_entries.async_update_entry(
            entry, options={**entry.options, "llm_hass_api": ["spy"]}
        )
        await model.schedule("brew", device_id=device_id, language="de")
        await clock.tick(20 * 60)
        (context,) = contexts
        assert (context.device_id, context.language) == (device_id, "de")
        assert context.assistant == "conversation"
        assert context.context is not None
        assert context.context.user_id is not None

    def satellite(self, hass: HomeAssistant, entry: MockConfigEntry) -> str:
        """Return the id of a device in the kitchen."""
        registry = dr.async_get(hass)
        device = registry.async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={("test", "satellite")}
        )
        area = ar.async_get(hass).async_create("Kitchen")
        registry.async_update_device(device.id, area_id=area.id)
        return device.id


def raising(err: BaseException) -> Callable[[], None]:
    """Return a function that raises an error."""

    def _raise() -> None:
        raise err

    return _raise


class TestFailures:
    """What fails is told in the words of the tool, and nowhere else."""

    @pytest.mark.parametrize(
        ("run", "words"),
        [
            (raising(HomeAssistantError("The pot is empty")), "`The pot is empty`"),
            (raising(ValueError("*no* `beans`\n")), "`*no* 'beans'`"),
            (raising(BaseExceptionGroup("g", [KeyError("x")])), "`'x'`"),
            (raising(asyncio.CancelledError()), "`CancelledError`"),
            (raising(ValueError("x" * 999)), f"`{'x' * 200}…`"),
        ],
    )
    async def test_raised(
        self,
        hass: HomeAssistant,
        model: Model,
        offer: Callable[..., None],
        clock: Clock,
        caplog: pytest.LogCaptureFixture,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
        run: Callable[[], None],
        words: str,
    ) -> None:
        """Whatever a tool raises is told, and the action is over."""
        caplog.set_level("INFO")
        offer(SpyTool("brew", run, title="Brew coffee"))
        await model.schedule("brew", {"for": "Quixote"})
        await clock.tick(20 * 60)
        (text,) = notifications(hass)
        assert words in text
        assert "`Brew coffee`" in text
        assert stored(hass_storage, entry) == []
        for private in ("pot", "beans", "xxx", "Quixote"):
            assert private not in caplog.text

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"error": "NoWater", "error_text": "No water"}, "`No water`"),
            ({"error": "NoWater"}, "`NoWater`"),
            ({"state": "dry"}, "dry"),
            (None, "`"),
        ],
    )
    async def test_error_result(
        self,
        hass: HomeAssistant,
        model: Model,
        spy: SpyTool,
        clock: Clock,
        data: Any,
        words: str,
    ) -> None:
        """An error that a tool returns is told as well."""

        async def fail(*_: Any) -> llm.ToolResult:
            return llm.ToolResult(data=data, error=True)

        spy.async_call = AsyncMock(side_effect=fail)  # type: ignore[method-assign]
        await model.schedule("brew")
        await clock.tick(20 * 60)
        (text,) = notifications(hass)
        assert words in text

    async def test_language(
        self, hass: HomeAssistant, model: Model, spy: SpyTool, clock: Clock
    ) -> None:
        """Who asked in German is told in German."""
        await model.schedule("brew", language="de-CH")
        spy.integration = "other"
        await clock.tick(20 * 60)
        (text,) = notifications(hass)
        assert "fehlgeschlagen" in text
        assert "Werkzeug" in text

    async def test_long_call(
        self,
        hass: HomeAssistant,
        model: Model,
        offer: Callable[..., None],
        clock: Clock,
    ) -> None:
        """A call may take an hour, and is no failure."""
        go_on = asyncio.Event()
        offer(SpyTool("brew", go_on.wait))
        await model.schedule("brew")
        clock.hurry(20 * 60)
        clock.hurry(3600)
        assert notifications(hass) == []
        go_on.set()
        await hass.async_block_till_done()
        assert notifications(hass) == []

    async def test_model_is_not_asked(
        self, server: ModelServer, model: Model, spy: SpyTool, clock: Clock
    ) -> None:
        """An action needs no server."""
        await model.schedule("brew")
        await server.stop()
        await clock.tick(20 * 60)
        assert len(spy.calls) == 1

    async def test_turn_cancelled(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        say: Say,
        spy: SpyTool,
        clock: Clock,
    ) -> None:
        """What was scheduled before a turn was cut off is kept, and listed."""
        given = {"tool": "brew", "arguments": {}, "in_minutes": 20}
        never = asyncio.Event()
        server.script(
            reply(calls=[Call("schedule_action", given)]),
            reply(Pause(never)),
            reply("Well."),
        )
        turn = asyncio.ensure_future(say("Brew in twenty minutes"))
        await server.wait_for_completions(2)
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        never.set()
        await clock.tick(20 * 60)
        assert len(spy.calls) == 1
