"""Tests of which calls are run only once the user has said yes, and what they are called."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from homeassistant.components import ai_task, conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.intent import async_register_timer_handler
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr, llm
from homeassistant.setup import async_setup_component
from testbed.mcp import RemoteTool, ToolServer
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .asking import (
    ASKED,
    CONFIRM,
    DESTRUCTIVE,
    FRONT,
    OFF,
    ON,
    UNLOCK,
    Talk,
    confirm,
    confirm_in_text,
    results,
    services,
    told,
)
from .conftest import Say, speech
from .scheduled import SCHEDULE, names, stored
from .spies import SpyAPI, SpyTool
from .text_calls import text_call

POSITION = "intent__HassSetPosition"
TOGGLE = "intent__HassToggle"


@pytest.mark.usefixtures("careful")
class TestCalls:
    """A call is asked for by what it would do."""

    @pytest.mark.parametrize(
        ("tool", "arguments", "asked"),
        [
            (OFF, {"name": "front door"}, ASKED),
            (OFF, {"area": "Hall", "domain": ["lock"]}, "Front Door, Back Door?"),
            (OFF, {"area": "Hall"}, "Should I unlock Front Door, Back Door?"),
            (OFF, {"name": "all", "domain": ["lock"]}, "Front Door, Back Door?"),
            (ON, {"name": "Garage"}, "Should I open Garage?"),
            (POSITION, {"name": "Garage", "position": 40}, "Should I open Garage?"),
            (POSITION, {"name": "Garage", "position": 0}, None),
            (ON, {"name": "Front Door"}, None),
            (OFF, {"name": "Garage"}, None),
            (ON, {"name": "Blind"}, None),
            (ON, {"name": "Lamp"}, None),
        ],
    )
    async def test_intents(
        self,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        tool: str,
        arguments: dict[str, Any],
        asked: str | None,
    ) -> None:
        """What unlocks or opens a way in is asked for, in an area as well."""
        server.script(reply(calls=[Call(tool, arguments)]), reply("Well."))
        said = speech(await talk("Front door, hall, garage, blind and lamp"))
        if asked is None:
            assert said == "Well."
            assert doors
        else:
            assert said.endswith(asked)
            assert not doors
            server.script(confirm(), reply("Well."))
            await talk("Yes")
            assert doors

    @pytest.mark.parametrize("is_script", [True, False])
    async def test_through_a_script(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        is_script: bool,
    ) -> None:
        """A script that names a lock is asked for by both names."""
        action = {
            "action": "lock.unlock",
            "target": {"entity_id": "lock.test_front_door"},
        }
        script = {"come_in": {"alias": "Come in", "sequence": [action]}}
        assert await async_setup_component(hass, "script", {"script": script})
        await hass.async_block_till_done()
        async_expose_entity(
            hass, conversation.DOMAIN, "script.come_in", should_expose=True
        )
        call = Call("script__come_in") if is_script else Call(ON, {"name": "Come in"})
        server.script(reply(calls=[call]))
        asked = speech(await talk("Start the script Come in"))
        assert asked == "Should I really do this: Come in (Front Door)?"
        assert not doors
        server.script(confirm(), reply("OK."))
        await talk("Yes")
        await hass.async_block_till_done()
        assert services(doors) == ["unlock"]

    async def test_alarm(
        self, server: ModelServer, talk: Talk, offer: Callable[..., None]
    ) -> None:
        """What disarms by its name is asked for, without what is to be kept secret."""
        tool = SpyTool("alarm__disarm", title="Disarm the alarm")
        offer(tool)
        arguments = {"alarm": "Home", "code": "4711", "more": {"access_code": "0815"}}
        server.script(reply(calls=[Call("alarm__disarm", arguments)]))
        asked = speech(await talk("Disarm the alarm with 4711"))
        assert asked == "Should I really do this: Disarm the alarm (alarm: Home)?"
        assert not tool.calls
        server.script(confirm(), reply("OK."))
        await talk("Yes")
        assert tool.calls == [arguments]

    async def test_alarm_script(
        self, hass: HomeAssistant, server: ModelServer, talk: Talk
    ) -> None:
        """A script that disarms an alarm panel is asked for."""
        hass.states.async_set(
            "alarm_control_panel.home", "armed_away", {"friendly_name": "Alarm"}
        )
        done = async_mock_service(hass, "alarm_control_panel", "alarm_disarm")
        action = {
            "action": "alarm_control_panel.alarm_disarm",
            "target": {"entity_id": "alarm_control_panel.home"},
        }
        script = {"home": {"alias": "We are home", "sequence": [action]}}
        assert await async_setup_component(hass, "script", {"script": script})
        async_expose_entity(
            hass, conversation.DOMAIN, "script.home", should_expose=True
        )
        server.script(reply(calls=[Call("script__home")]))
        asked = speech(await talk("We are home"))
        assert asked == "Should I really do this: We are home (Alarm)?"
        server.script(confirm(), reply("OK."))
        await talk("Yes")
        assert services(done) == ["alarm_disarm"]

    @pytest.mark.parametrize(
        ("annotations", "is_asked"),
        [
            (DESTRUCTIVE, True),
            (llm.ToolAnnotations(), False),
            (llm.ToolAnnotations(destructive=False), False),
            (llm.ToolAnnotations(read_only=True, open_world=False), False),
        ],
    )
    async def test_annotations(
        self,
        server: ModelServer,
        talk: Talk,
        offer: Callable[..., None],
        annotations: llm.ToolAnnotations,
        is_asked: bool,
    ) -> None:
        """A tool that says of itself that it destroys is asked for."""
        tool = SpyTool("wipe_disk", annotations=annotations)
        offer(tool)
        server.script(
            reply(calls=[Call("wipe_disk", {"disk": 1, "all": True})]), reply("Well.")
        )
        asked = "Should I really do this: wipe disk (disk: 1, all: True)?"
        assert speech(await talk("Wipe the disk")) == (asked if is_asked else "Well.")
        assert bool(tool.calls) is not is_asked

    async def test_long_arguments(
        self, server: ModelServer, talk: Talk, spy: SpyTool
    ) -> None:
        """What is long is named in part."""
        arguments = {f"part {n}": f"{'very ' * 30}long" for n in range(9)}
        server.script(reply(calls=[Call("wipe", arguments)]))
        asked = speech(await talk("Wipe it"))
        assert len(asked) < 600
        assert asked.count("…") == 7

    async def test_tool_server(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        talk: Talk,
        set_options: Callable[..., None],
    ) -> None:
        """A tool server says which of its tools destroys."""
        pytest.importorskip("mcp")
        hints = {"destructiveHint": True, "openWorldHint": False}
        tools = [RemoteTool("delete_photos", "Deletes photos.", annotations=hints)]
        async with ToolServer("Photos", tools) as remote:
            entry = MockConfigEntry(domain="mcp", title="P", data={"url": remote.url})
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(entry.entry_id)
            set_options(llm_hass_api=[f"mcp-{entry.entry_id}"])
            await talk("Hello")
            name = next(n for n in names(server.bodies[-1]) if "delete_photos" in n)
            server.script(reply(calls=[Call(name)]))
            asked = speech(await talk("Delete the photos"))
            assert asked == "Should I really do this: delete photos?"
            assert not remote.calls
            server.script(confirm(), reply("OK."))
            await talk("Yes")
            assert remote.calls == [("delete_photos", {})]
            assert await hass.config_entries.async_unload(entry.entry_id)

    async def test_timer_with_command(
        self,
        hass: HomeAssistant,
        server: ModelServer,
        entry: MockConfigEntry,
        talk: Talk,
    ) -> None:
        """A command for later may be any, so it is asked for."""
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={("test", "speaker")}
        )
        async_register_timer_handler(hass, device.id, lambda *_: None)
        command = {"minutes": 5, "conversation_command": "unlock the back door"}
        server.script(reply(calls=[Call("intent__HassStartTimer", command)]))
        device_id = {"device_id": device.id}
        asked = speech(await talk("In five minutes, unlock", **device_id))
        assert "unlock the back door" in asked
        server.script(confirm(), reply("OK."))
        await talk("Yes", **device_id)
        assert results(server)[0]["response_type"] == "action_done"

    async def test_scheduled(
        self,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        freezer: Any,
        hass: HomeAssistant,
    ) -> None:
        """What is to be unlocked later is asked for now, with its time."""
        await hass.config.async_set_time_zone("Europe/Berlin")
        freezer.move_to("2026-11-30 13:00:00+00:00")
        given = {"tool": OFF, "arguments": FRONT, "in_minutes": 20}
        server.script(reply(calls=[Call(SCHEDULE, given)]))
        said = "Unlock the front door in twenty minutes"
        assert speech(await talk(said)) == f"14:20: {ASKED}"
        assert not stored(hass_storage, entry)
        server.script(confirm(), reply("OK."))
        await talk("Yes")
        (kept,) = stored(hass_storage, entry)
        assert kept["at"].startswith("2026-11-30T13:20")
        assert kept["is_sensitive"]
        given = {**given, "in_minutes": None, "at": "2026-12-01T07:00"}
        server.script(reply(calls=[Call(SCHEDULE, given)]))
        assert speech(await talk(said)) == f"2026-12-01 07:00: {ASKED}"

    @pytest.mark.parametrize(
        ("given", "error"),
        [
            ({"tool": OFF, "arguments": FRONT}, "bad_time"),
            (
                {"tool": CONFIRM, "arguments": {"token": "x"}, "in_minutes": 1},
                "no_tool",
            ),
        ],
    )
    async def test_not_scheduled(
        self, server: ModelServer, talk: Talk, given: dict[str, Any], error: str
    ) -> None:
        """What cannot be scheduled is not asked for, and a yes is not for later."""
        server.script(reply(calls=[Call(SCHEDULE, given)]), reply("Well."))
        assert speech(await talk("Unlock the front door later")) == "Well."
        assert results(server)[0]["error"] == error

    async def test_scheduled_lamp(
        self,
        hass_storage: dict[str, Any],
        entry: MockConfigEntry,
        server: ModelServer,
        talk: Talk,
    ) -> None:
        """What does no harm is scheduled at once."""
        given = {"tool": ON, "arguments": {"name": "Lamp"}, "in_minutes": 20}
        server.script(reply(calls=[Call(SCHEDULE, given)]), reply("Well."))
        await talk("Turn on the lamp in twenty minutes")
        assert len(stored(hass_storage, entry)) == 1

    async def test_forget(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        hass_storage: dict[str, Any],
        server: ModelServer,
        talk: Talk,
        set_options: Callable[..., None],
    ) -> None:
        """To forget cannot be undone; who said yes has asked for it before."""
        set_options(enable_fact_learning=True)
        fact = {"category": "preferences", "key": "drink", "value": "green tea"}
        server.script(reply(calls=[Call("learn_fact", fact)]), reply("OK."))
        await talk("Remember that I like to drink green tea")
        del fact["value"]
        server.script(reply(calls=[Call("forget_fact", fact)]))
        asked = speech(await talk("Forget that I like to drink green tea"))
        assert asked.startswith("Should I really do this: Forget")
        server.script(confirm(), reply("OK."))
        await talk("Yes")
        assert results(server) == [{"forgotten": True}]

    async def test_nobody(
        self, server: ModelServer, say: Say, doors: list[ServiceCall]
    ) -> None:
        """In a turn of nobody there is nobody to ask, and nothing is done."""
        nobody: dict[str, Any] = {"context": Context()}
        server.script(reply(calls=[UNLOCK]), reply("It stays locked."))
        result = await say("Unlock the front door", **nobody)
        assert speech(result) == "It stays locked."
        assert not result.continue_conversation
        assert results(server)[0]["error"] == "NotConfirmed"
        await say("Yes", conversation_id=result.conversation_id, **nobody)
        assert not told(server.bodies[-1])
        assert not doors

    async def test_task(
        self, hass: HomeAssistant, server: ModelServer, agent: str, careful: None
    ) -> None:
        """In an AI task there is nobody to ask either."""
        tool = SpyTool("wipe", annotations=DESTRUCTIVE)
        server.script(reply(calls=[Call("wipe")]), reply("Not done."))
        result = await ai_task.async_generate_data(
            hass,
            task_name="Clean up",
            entity_id="ai_task.scripted_ai_task",
            instructions="Wipe the disk.",
            llm_api=SpyAPI(hass, "spy", tool),
        )
        assert result.data == "Not done."
        assert not tool.calls


class TestInText:
    """What stands in the model's text is asked for, also without the option."""

    @pytest.mark.parametrize("option", ["never", "sensitive"])
    @pytest.mark.parametrize("streaming", [True, False])
    async def test_unlock(
        self,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        set_options: Callable[..., None],
        option: str,
        streaming: bool,
    ) -> None:
        """A small model can unlock: its user is asked, and it confirms in its text."""
        set_options(confirm_actions=option, enable_streaming=streaming)
        server.script(reply("Sure. " + text_call(OFF, **FRONT)))
        asked = await talk("Unlock the front door")
        assert speech(asked).endswith(ASKED)
        assert asked.continue_conversation
        server.script(confirm_in_text, reply("It is open."))
        assert speech(await talk("Yes")) == "It is open."
        assert services(doors) == ["unlock"]

    async def test_proper_call_is_run(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """Without the option, a proper call is run, beside one in the text as well."""
        server.script(
            reply(text_call(OFF, **FRONT), calls=[UNLOCK]), reply("It is open.")
        )
        result = await talk("Unlock the front door")
        assert speech(result) == "It is open."
        assert not result.continue_conversation
        assert services(doors) == ["unlock"]

    async def test_proper_call_is_asked_for(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall], careful: None
    ) -> None:
        """With the option, the same call in the text and beside it is one question."""
        server.script(reply(text_call(OFF, **FRONT), calls=[UNLOCK]))
        assert speech(await talk("Unlock the front door")).endswith(ASKED)
        server.script(confirm(), reply("OK."))
        await talk("Yes")
        assert services(doors) == ["unlock"]

    async def test_again_in_text(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """A model that writes its call again is told to confirm it."""
        server.script(reply(text_call(OFF, **FRONT)))
        await talk("Unlock the front door")
        server.script(
            reply(text_call(OFF, **FRONT)), confirm_in_text, reply("It is open.")
        )
        await talk("Yes")
        assert services(doors) == ["unlock"]

    @pytest.mark.parametrize(("text", "is_done"), [("No", False), ("Yes", True)])
    async def test_properly_after_the_question(
        self,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        text: str,
        is_done: bool,
    ) -> None:
        """What was asked for needs a yes, also if it is then called properly."""
        server.script(reply(text_call(OFF, **FRONT)))
        await talk("Unlock the front door")
        rest = confirm() if is_done else reply("It stays locked.")
        server.script(reply(calls=[UNLOCK]), rest, reply("All right."))
        await talk(text)
        assert services(doors) == ["unlock"] * is_done

    async def test_quoted(
        self,
        server: ModelServer,
        talk: Talk,
        doors: list[ServiceCall],
        note: dict[str, Any],
    ) -> None:
        """What is only read out is not asked for."""
        call = text_call(OFF, **FRONT)
        note["text"] = call
        read = next(iter(("notes__read_note", "read_note")))
        server.script(lambda body: called(body, read), reply(f"The note says: {call}"))
        result = await talk("What is on the note about the front door?")
        assert not result.continue_conversation
        assert not doors

    async def test_unasked(
        self, server: ModelServer, talk: Talk, doors: list[ServiceCall]
    ) -> None:
        """What nobody spoke of is not asked for, either."""
        for text in ("Good morning", "Is the front door locked?"):
            server.script(reply(text_call(OFF, **FRONT)), reply("Hello."))
            assert speech(await talk(text)) == "Hello."
        assert not doors

    async def test_nobody(
        self, server: ModelServer, say: Say, doors: list[ServiceCall]
    ) -> None:
        """With nobody to ask, the model has to make the call properly."""
        server.script(reply(text_call(OFF, **FRONT)), reply("Well."))
        await say("Unlock the front door", context=Context())
        assert results(server)[0]["error"] == "NotRunFromText"
        assert not doors


def called(body: dict[str, Any], tool: str) -> Any:
    """Return a call of a tool, by the name that the request has for it."""
    name = next(n for n in names(body) if n.endswith(tool.rpartition("__")[2]))
    made: Any = reply(calls=[Call(name)])
    return made(body)


class TestRequests:
    """What is asked costs nothing until it is, and extends what was sent."""

    @pytest.mark.parametrize("option", ["never", "sensitive"])
    async def test_first_request(
        self,
        server: ModelServer,
        say: Say,
        doors: list[ServiceCall],
        set_options: Callable[..., None],
        option: str,
    ) -> None:
        """A first request is the same with the option and without it."""
        set_options(confirm_actions=option)
        await say("Unlock the front door")
        assert CONFIRM not in names(server.bodies[0])
        assert "confirm" not in orjson.dumps(server.bodies[0]).decode().lower()

    async def test_append_only(
        self, server: ModelServer, talk: Talk, careful: None
    ) -> None:
        """Messages and tools of a request extend those of the one before it."""
        server.script(
            reply("Hello."),
            reply(calls=[UNLOCK]),
            reply(calls=[UNLOCK]),
            confirm(),
            reply("It is open."),
            reply("You're welcome."),
        )
        for text in ("Hello", "Unlock the front door", "Yes", "Thanks"):
            await talk(text)
        for before, after in zip(server.bodies, server.bodies[1:], strict=False):
            for key in ("messages", "tools"):
                length = len(before[key])
                assert orjson.dumps(after[key][:length]) == orjson.dumps(before[key])
        assert names(server.bodies[-1])[-1] == CONFIRM
        definition = server.bodies[-1]["tools"][-1]
        assert len(orjson.dumps(definition)) < 400

    async def test_used_in_the_home(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        server: ModelServer,
        talk: Talk,
        say: Say,
        careful: None,
        freezer: Any,
    ) -> None:
        """A home that confirms has the tool from the beginning of its sessions."""
        server.script(reply(calls=[UNLOCK]), confirm(), reply("It is open."))
        for text in ("Unlock the front door", "Yes"):
            await talk(text)
        freezer.tick(600)
        await say("Hello")
        assert len(server.bodies[-1]["messages"]) == 2
        assert CONFIRM in names(server.bodies[-1])
        server.script(reply(calls=[Call(CONFIRM, {"token": "x"})]), reply("Well."))
        await say("Unlock the front door")
        assert "no question waits" in results(server)[0]["error_text"]

    async def test_not_found(
        self, server: ModelServer, talk: Talk, set_options: Callable[..., None]
    ) -> None:
        """It is not found by search: without a question it is of no use."""
        set_options(tool_discovery="always", confirm_actions="sensitive")
        search = Call("query_tools", {"query": "confirm action token yes"})
        server.script(reply(calls=[search]), reply("Well."))
        await talk("Confirm it")
        assert CONFIRM not in orjson.dumps(results(server)).decode()
        server.script(reply(calls=[UNLOCK]), confirm(), reply("OK."))
        await talk("Unlock the front door")
        await talk("Yes")
        assert names(server.bodies[-1])[-1] == CONFIRM

    async def test_name_is_reserved(
        self, server: ModelServer, talk: Talk, offer: Callable[..., None]
    ) -> None:
        """A tool of another integration with this name gets another one."""
        theirs = SpyTool(CONFIRM)
        offer(theirs)
        server.script(reply(calls=[Call(f"test__{CONFIRM}")]), reply("Well."))
        await talk("Confirm it")
        assert len(theirs.calls) == 1
