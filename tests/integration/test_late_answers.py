"""Test answers that take longer than a satellite may be silent."""

import asyncio
from collections.abc import Callable
import json
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.openai_compatible_conversation.agent.late_answers import MAX_AGE
from custom_components.openai_compatible_conversation.agent.spoken_output import (
    MAX_SILENCE,
    MAX_WAIT,
)
from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.tools.runtime import CALL_TIMEOUT
from homeassistant.components.conversation import ConversationResult
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from testbed.replies import Call, Pause, failure, say as reply
from testbed.request_view import words
from testbed.server import ModelServer

from .conftest import Say, failed, speech
from .spies import SpyTool
from .test_session import handle_locally

SATELLITE = "assist_satellite.kitchen"
SOON = 20.0
LONG = (
    "I am going to ask the house how long it takes. That may take some time, because "
    "it has many rooms. "
)

type Start = Callable[..., asyncio.Task[ConversationResult]]
type Clock = Callable[[float], None]


@pytest.fixture
def clock(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return a function that moves the clock of the event loop."""
    time, moved = hass.loop.time, 0.0

    def move(seconds: float) -> None:
        nonlocal moved
        moved += seconds

    monkeypatch.setattr(hass.loop, "time", lambda: time() + moved)
    return move


@pytest.fixture
def announced(hass: HomeAssistant) -> list[ServiceCall]:
    """Add a satellite that can announce; return its announcements."""
    be(hass, "idle")
    return async_mock_service(hass, "assist_satellite", "announce")


@pytest.fixture
def done() -> asyncio.Event:
    """Return what ends the slow tool."""
    return asyncio.Event()


@pytest.fixture
def slow(offer: Callable[..., None], done: asyncio.Event) -> SpyTool:
    """Offer a tool that takes long, and one that does not."""

    async def wait() -> None:
        await done.wait()

    tool = SpyTool("slow", wait)
    offer(tool, SpyTool("fast"))
    return tool


@pytest.fixture
def start(hass: HomeAssistant, say: Say) -> Start:
    """Return a function that starts a turn on the satellite."""

    def _start(text: str, **fields: Any) -> asyncio.Task[ConversationResult]:
        fields.setdefault("satellite_id", SATELLITE)
        fields.setdefault("context", Context())

        async def turn() -> ConversationResult:
            return await say(text, **fields)

        return hass.async_create_task(turn())

    return _start


def be(hass: HomeAssistant, state: str, features: int = 1) -> None:
    """Set the state of the satellite."""
    hass.states.async_set(SATELLITE, state, {"supported_features": features})


async def until(holds: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(SOON):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def until_late(
    turn: asyncio.Task[ConversationResult], slow: SpyTool, clock: Clock
) -> ConversationResult:
    """Let the time pass after which the user is told to wait; return the result."""
    await until(lambda: slow.calls)
    assert not turn.done()
    clock(MAX_WAIT)
    async with asyncio.timeout(SOON):
        return await turn


@pytest.mark.parametrize(
    ("before", "language", "said"),
    [
        ("", "en", "One moment."),
        ("", "de-AT", "Einen Moment."),
        ("Let me look", "en", "Let me look. One moment."),
    ],
)
async def test_answer_is_announced(
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
    before: str,
    language: str,
    said: str,
) -> None:
    """The user is told to wait once, and the answer is announced."""
    calls = [Call("fast"), Call("slow")]
    server.script(reply(before, calls=calls), reply("It took ", "a while."))
    result = await until_late(start("How long?", language=language), slow, clock)
    assert speech(result) == said
    assert not result.continue_conversation
    assert len(server.bodies) == 1
    clock(MAX_WAIT)
    assert not announced
    done.set()
    await until(lambda: announced)
    (announcement,) = announced
    assert announcement.data["entity_id"] == SATELLITE
    assert announcement.data["message"] == "It took a while."
    assert announcement.data["preannounce"] is False
    results = [
        json.loads(message["content"])
        for message in server.bodies[1]["messages"]
        if message["role"] == "tool"
    ]
    assert results == [{"ok": True}, {"ok": True}]


async def test_several_rounds(
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
) -> None:
    """What is said between later calls is part of the one announcement."""
    server.script(
        reply(calls=[Call("slow")]),
        reply("One of two.", calls=[Call("fast")]),
        reply("Two of two."),
    )
    await until_late(start("How long?"), slow, clock)
    done.set()
    await until(lambda: announced)
    assert announced[0].data["message"] == "One of two. Two of two."


async def test_satellite_is_busy(
    hass: HomeAssistant,
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
) -> None:
    """An announcement waits for who speaks, and for what is spoken."""
    server.script(reply(calls=[Call("slow")]), reply("It took a while."))
    await until_late(start("How long?"), slow, clock)
    be(hass, "responding")
    done.set()
    await until(lambda: len(server.bodies) == 2)
    be(hass, "listening")
    await asyncio.sleep(0.05)
    assert not announced
    be(hass, "idle")
    await until(lambda: announced)


@pytest.mark.parametrize(
    ("features", "service"), [(1, "announce"), (3, "start_conversation")]
)
async def test_question(
    hass: HomeAssistant,
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
    features: int,
    service: str,
) -> None:
    """A satellite listens after a question, if it can."""
    be(hass, "idle", features)
    started = async_mock_service(hass, "assist_satellite", "start_conversation")
    server.script(reply(calls=[Call("slow")]), reply("Which one? [CONTINUE_LISTENING]"))
    await until_late(start("How long?"), slow, clock)
    done.set()
    await until(lambda: announced or started)
    (call,) = announced + started
    assert call.service == service
    assert "Which one?" in call.data.values()


@pytest.mark.parametrize("before", ["", "Let me look."])
async def test_server_fails(
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
    before: str,
) -> None:
    """The error that ends a late turn is announced."""
    server.script(reply(before, calls=[Call("slow")]), *[failure(400)] * 3)
    await until_late(start("How long?"), slow, clock)
    done.set()
    await until(lambda: announced)
    assert "127.0.0.1" in announced[0].data["message"]


async def test_tool_never_ends(
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    announced: list[ServiceCall],
    clock: Clock,
) -> None:
    """A tool that does not end is told like any other after a minute."""
    server.script(reply(calls=[Call("slow")]), reply("It is not done yet."))
    await until_late(start("How long?"), slow, clock)
    clock(CALL_TIMEOUT)
    await until(lambda: announced)
    assert announced[0].data["message"] == "It is not done yet."
    assert "Timeout" in server.bodies[1]["messages"][-1]["content"]


async def test_spoken_to_meanwhile(
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
) -> None:
    """Another turn knows what is not answered yet, and both are whole in the session."""
    server.script(reply(calls=[Call("slow")]), reply("Still at it."))
    first = await until_late(start('Say "so"'), slow, clock)
    second = await start("And?", conversation_id=first.conversation_id)
    assert speech(second) == "Still at it."
    told = server.bodies[1]["messages"]
    assert [message["role"] for message in told] == ["system", "user"]
    assert r'"Say \"so\""' in told[1]["content"]
    assert not announced
    server.script(reply("It took a while."), reply("You are welcome."))
    done.set()
    await until(lambda: announced)
    await start("Thanks", conversation_id=first.conversation_id)
    messages = server.bodies[-1]["messages"][1:]
    assert [message["role"] for message in messages] == [
        *("user", "assistant"),
        *("user", "assistant", "tool", "assistant"),
        "user",
    ]
    assert words(messages[2]["content"]) == 'Say "so"'
    assert messages[5]["content"] == "It took a while."
    assert r"\"so\"" not in messages[6]["content"]


async def test_command_meanwhile(
    hass: HomeAssistant,
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
    resident: Context,
    light: list[ServiceCall],
) -> None:
    """A command that Home Assistant handles meanwhile is known in the next turn."""
    server.script(reply(calls=[Call("slow")]), reply("It took a while."))
    first = await until_late(start("How long?", context=resident), slow, clock)
    conversation_id = first.conversation_id
    await handle_locally(hass, "turn on the lamp", resident, conversation_id)
    done.set()
    await until(lambda: announced)
    server.script(reply("Yes."))
    await start("Is it on?", context=resident, conversation_id=conversation_id)
    said = [
        words(message["content"]).partition("\n")[0]
        for message in server.bodies[-1]["messages"]
        if message["role"] == "user"
    ]
    assert said == ["How long?", "turn on the lamp", "Is it on?"]


async def test_cannot_be_announced(
    hass: HomeAssistant,
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    clock: Clock,
) -> None:
    """An answer that cannot be announced is said in front of the next one there."""
    be(hass, "idle")
    error = HomeAssistantError("No sound")
    calls = async_mock_service(
        hass, "assist_satellite", "announce", raise_exception=error
    )
    server.script(reply(calls=[Call("slow")]), reply("It took a while."))
    await until_late(start("How long?"), slow, clock)
    done.set()
    await until(lambda: calls)
    server.script(reply("Yes."), reply("I am."), reply("I am."))
    elsewhere = await start("Are you there?", satellite_id="assist_satellite.hall")
    assert speech(elsewhere) == "Yes."
    assert speech(await start("Well?")) == "It took a while. I am."
    assert '"It took a while."' in server.bodies[-1]["messages"][-1]["content"]
    assert speech(await start("Are you?")) == "I am."


async def test_forgotten_meanwhile(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    clock: Clock,
    set_options: Callable[..., None],
) -> None:
    """An answer that tells what was forgotten meanwhile is not said any more."""
    be(hass, "idle")
    set_options(enable_fact_learning=True)
    fact = {"category": "family_members", "key": "cat", "value": "Amy"}
    where = {"config_entry_id": entry.entry_id}
    await hass.services.async_call(
        DOMAIN, "learn_fact", {**where, **fact}, blocking=True, return_response=True
    )
    server.script(reply(calls=[Call("slow")]), reply("She is called Amy."))
    await until_late(start("What is my cat called?"), slow, clock)
    be(hass, "unavailable")
    done.set()
    await until(lambda: len(server.bodies) == 2)
    await asyncio.sleep(0.05)
    del fact["value"]
    await hass.services.async_call(
        DOMAIN, "forget_fact", {**where, **fact}, blocking=True, return_response=True
    )
    server.script(reply("I am."))
    assert speech(await start("Well?")) == "I am."
    assert "Amy" not in str(server.bodies[-1]["messages"])


async def test_too_old(
    hass: HomeAssistant,
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    clock: Clock,
) -> None:
    """Nobody waits for an answer of long ago."""
    be(hass, "idle")
    server.script(reply(calls=[Call("slow")]), reply("It took a while."))
    await until_late(start("How long?"), slow, clock)
    be(hass, "unavailable")
    done.set()
    await until(lambda: len(server.bodies) == 2)
    await asyncio.sleep(0.05)
    clock(MAX_AGE + 1)
    server.script(reply("I am."))
    assert speech(await start("Well?")) == "I am."


async def test_speech_has_started(
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    clock: Clock,
) -> None:
    """Where nothing can be announced, speech that has started ends all the same."""
    server.script(reply(*LONG, calls=[Call("slow")]), reply("It took a while."))
    device = {"satellite_id": None, "device_id": "a-device"}
    turn = start("How long?", **device)
    await until(lambda: slow.calls)
    clock(MAX_SILENCE)
    async with asyncio.timeout(SOON):
        assert speech(await turn) == "One moment."
    done.set()
    await until(lambda: len(server.bodies) == 2)
    await asyncio.sleep(0.05)
    server.script(reply("I am here."))
    assert speech(await start("Well?", **device)) == "It took a while. I am here."


async def test_model_is_slow_after_speech(
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
) -> None:
    """Speech that has started is ended, too, if the model takes long after a tool."""
    rest = asyncio.Event()
    server.script(
        reply(*LONG, calls=[Call("slow")]),
        reply("<think>Hm", Pause(rest), "</think>It took a while."),
    )
    turn = start("How long?")
    await until(lambda: slow.calls)
    done.set()
    await until(lambda: len(server.bodies) == 2)
    assert not turn.done()
    await asyncio.sleep(0.05)
    clock(MAX_SILENCE)
    async with asyncio.timeout(SOON):
        assert speech(await turn) == "One moment."
    rest.set()
    await until(lambda: announced)
    assert announced[0].data["message"] == "It took a while."


@pytest.mark.parametrize(
    "where", [{"satellite_id": None}, {"satellite_id": None, "device_id": "a-device"}]
)
async def test_nothing_can_follow(
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
    resident: Context,
    where: dict[str, str | None],
) -> None:
    """The chat window, and a device that cannot announce, wait for the answer."""
    server.script(reply("Let me look.", calls=[Call("slow")]), reply("It took long."))
    turn = start("How long?", context=resident, **where)
    await until(lambda: slow.calls)
    clock(2 * MAX_WAIT)
    await asyncio.sleep(0.05)
    assert not turn.done()
    done.set()
    async with asyncio.timeout(SOON):
        said = speech(await turn)
    is_heard = "device_id" in where
    assert said == ("Let me look. It took long." if is_heard else "It took long.")
    assert not announced


async def test_cancelled_before_result(
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
) -> None:
    """A turn that is cancelled before its result ends, and what was done is known."""
    server.script(reply("Let me look.", calls=[Call("slow")]), reply("Fine."))
    turn = start("How long?")
    await until(lambda: slow.calls)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    done.set()
    assert speech(await start("Never mind")) == "Fine."
    roles = [message["role"] for message in server.bodies[-1]["messages"]]
    assert roles[:4] == ["system", "user", "assistant", "tool"]
    assert roles[-1] == "user"
    assert not announced


async def test_reload_meanwhile(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
) -> None:
    """A reload of the entry does not take away the answer."""
    server.script(reply(calls=[Call("slow")]), reply("It took a while."))
    await until_late(start("How long?"), slow, clock)
    assert await hass.config_entries.async_unload(entry.entry_id)
    done.set()
    await until(lambda: announced)
    assert announced[0].data["message"] == "It took a while."


async def test_home_assistant_stops_meanwhile(
    hass: HomeAssistant,
    server: ModelServer,
    start: Start,
    slow: SpyTool,
    done: asyncio.Event,
    announced: list[ServiceCall],
    clock: Clock,
    hass_storage: dict[str, Any],
) -> None:
    """If Home Assistant stops, what was done is in the session, and nothing is said."""
    server.script(reply(calls=[Call("slow")]))
    await until_late(start("How long?"), slow, clock)
    done_at_stop = hass.async_create_task(hass.async_stop(force=True))
    await asyncio.sleep(0.05)
    done.set()
    await done_at_stop
    assert not announced
    assert len(server.bodies) == 1
    stored = [v for k, v in hass_storage.items() if k.endswith(".session")]
    assert "How long?" in json.dumps(stored)


async def test_failing_tool(
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    start: Start,
    announced: list[ServiceCall],
    clock: Clock,
) -> None:
    """A slow tool that fails is told, also where the model says nothing."""
    done = asyncio.Event()

    async def fail() -> None:
        await done.wait()
        raise HomeAssistantError("No floor 25")

    tool = SpyTool("slow", fail)
    offer(tool)
    server.script(reply(calls=[Call("slow", {"name": "Fan"})]), reply(""))
    result = await until_late(start("How long?"), tool, clock)
    assert not failed(result)
    done.set()
    await until(lambda: announced)
    assert announced[0].data["message"] == "That did not work: Fan."
