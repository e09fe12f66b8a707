"""Tests that what is forgotten leaves sessions, chat logs and what is to be learned."""

import asyncio
from collections.abc import Callable
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import storage
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
from testbed.replies import Body, Call, Pause, Reply, say as reply
from testbed.server import ModelServer

from .conftest import AGENT, Say, speech
from .test_session import chat_session_of, key_of, transcript_of

CAT = {"category": "family_members", "key": "cat", "value": "Amy"}
LEARN = Call("learn_fact", CAT)
QUERY = Call("query_facts", {"query": "cat"})
FORGET = Call("forget_fact", {"category": "family_members", "key": "cat"})
TOLD = "My cat is called Amy"
TEA = "I only drink green tea"

type Act = Callable[..., Any]


@pytest.fixture(autouse=True)
def learning(set_options: Callable[..., None]) -> None:
    """Enable fact learning."""
    set_options(enable_fact_learning=True)


@pytest.fixture
def act(hass: HomeAssistant, agent: str, entry: MockConfigEntry) -> Act:
    """Return a function that calls an action for the entry."""

    async def _act(action: str, **data: Any) -> None:
        await hass.services.async_call(
            DOMAIN, action, {"config_entry_id": entry.entry_id, **data}, blocking=True
        )

    return _act


@pytest.fixture
def on_disk(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> Callable[[], str]:
    """Return a function that returns the files of the entry as text."""

    def text() -> str:
        keys = [f"{DOMAIN}.{entry.entry_id}", key_of(entry)]
        return json.dumps([hass_storage.get(key) for key in keys])

    return text


@pytest.fixture
def expire(
    hass: HomeAssistant, server: ModelServer, freezer: FrozenDateTimeFactory
) -> Callable[..., Any]:
    """Return a function that ends the session, and returns what is then extracted from."""

    async def _expire() -> str:
        freezer.tick(61)
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done(wait_background_tasks=True)
        return extracted_from(server)

    return _expire


def extracted_from(server: ModelServer) -> str:
    """Return all that was sent to extract facts from."""
    return json.dumps(
        [
            body["messages"][-1]["content"]
            for body in server.bodies
            if "response_format" in body
        ]
    )


async def add_to_chat_log(
    hass: HomeAssistant, text: str, context: Context, conversation_id: str
) -> None:
    """Say something in a conversation that another agent answers."""
    user_input = conversation.ConversationInput(
        text, context, conversation_id, None, None, "en", AGENT
    )
    with (
        chat_session_of(hass, conversation_id, context=context) as session,
        conversation.async_get_chat_log(hass, session, user_input) as chat_log,
    ):
        chat_log.async_add_assistant_content_without_tools(
            conversation.AssistantContent("conversation.other", "Noted.")
        )


async def test_by_the_model(
    server: ModelServer,
    say: Say,
    on_disk: Callable[[], str],
    expire: Callable[..., Any],
) -> None:
    """What the model forgets is told to it no more, nor learned; the rest stays."""
    on_disk_then = ""

    def gone(body: Body) -> Reply:
        """Take note of what is on disk when the model is told that it is forgotten."""
        nonlocal on_disk_then
        on_disk_then = on_disk()
        answer = reply("It is forgotten.")
        return answer if isinstance(answer, Reply) else answer(body)

    server.script(
        *(reply(calls=[LEARN]), reply("Nice."), reply("Sure.")),
        *(reply(calls=[QUERY]), reply("She is called Amy.")),
        *(reply(calls=[FORGET]), gone, reply("Hello.")),
    )
    await say(TOLD)
    await say(TEA)
    assert speech(await say("What is my cat called?")) == "She is called Amy."
    assert "Amy" in on_disk()
    await say("Forget that my cat is called Amy")
    assert TEA in on_disk_then
    assert "Amy" not in on_disk_then
    # The turn that asked for it has its own words, and none of the earlier ones.
    during = transcript_of(server.bodies[-1])
    assert during[:3] == [TEA, "Sure.", "Forget that my cat is called Amy"]
    await say("Hi")
    after = server.bodies[-1]
    assert transcript_of(after) == [TEA, "Sure.", "Hi"]
    assert "Amy" not in str(after)
    # What told the time is gone.
    assert "Language: en" in after["messages"][-1]["content"]
    extracted = await expire()
    assert TEA in extracted
    assert "Amy" not in extracted
    assert "Amy" not in on_disk()


async def test_by_an_action_with_two_rooms(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    act: Act,
    on_disk: Callable[[], str],
    expire: Callable[..., Any],
) -> None:
    """A turn that runs meanwhile in another room does not bring it back."""
    await act("learn_fact", **CAT)
    await say(TEA, device_id="bedroom", context=Context())
    go_on = asyncio.Event()
    server.script(reply("Amy, ", Pause(go_on), "nice."), reply("Yes."))
    turn = asyncio.ensure_future(say(TOLD, device_id="kitchen", context=Context()))
    await server.wait_for_completions(2)
    await act("forget_fact", category="family_members", key="cat")
    go_on.set()
    assert speech(await turn) == "Amy, nice."
    await say("Hi", device_id="bedroom", context=Context())
    assert transcript_of(server.bodies[-1]) == [TEA, "Hello there.", "Hi"]
    assert "Amy" not in str(server.bodies[-1])
    assert "Amy" not in await expire()
    assert "Amy" not in on_disk()


async def test_history_of_a_running_turn(
    server: ModelServer, say: Say, act: Act
) -> None:
    """A turn that is running is not told any more what an earlier one told."""
    await act("learn_fact", **CAT)
    await say(TOLD)
    go_on = asyncio.Event()
    server.script(
        reply("Let me see. ", Pause(go_on), calls=[Call("query_facts", {})]),
        reply("There."),
    )
    turn = asyncio.ensure_future(say("What do you know?"))
    await server.wait_for_completions(2)
    await act("forget_fact", category="family_members", key="cat")
    go_on.set()
    await turn
    assert "Amy" not in str(server.bodies[-1])
    assert "What do you know?" in str(server.bodies[-1])


async def test_unknown_fact(
    server: ModelServer, say: Say, expire: Callable[..., Any]
) -> None:
    """What was only mentioned is not learned once the user wants it forgotten."""
    server.script(reply("Nice."), reply(calls=[FORGET]), reply("I do not know it."))
    await say(TEA)
    await say("Forget that my cat is called Amy")
    extracted = await expire()
    assert TEA in extracted
    assert "Amy" not in extracted


async def test_nobody_asked(
    server: ModelServer, say: Say, expire: Callable[..., Any]
) -> None:
    """What a user tells is learned from, although the model calls the wrong tool."""
    server.script(reply(calls=[FORGET]), reply("I see."))
    await say(TEA)
    assert TEA in await expire()


@pytest.mark.parametrize(
    ("asked", "is_learned"),
    [
        ("Forget that my cat is called Amy", False),
        ("Bitte vergiss, dass meine Katze Amy heißt", False),
        ("Oublie que mon chat s'appelle Amy", False),
        ("Por favor, olvida que mi gata se llama Amy", False),
        ("Vergeet dat mijn kat Amy heet", False),
        ("Don't forget that my cat is called Amy", True),
        ("Vergiss nicht, dass meine Katze Amy heißt", True),
        ("Vergeet niet dat mijn kat Amy heet", True),
        ("I always forget that my cat is called Amy", True),
    ],
)
async def test_the_model_does_not_understand(
    server: ModelServer,
    say: Say,
    expire: Callable[..., Any],
    asked: str,
    *,
    is_learned: bool,
) -> None:
    """A sentence that asks to forget is not learned from, whatever the model does."""
    await say(TEA)
    await say(asked)
    extracted = await expire()
    assert TEA in extracted
    assert ("Amy" in extracted) is is_learned


async def test_not_yet_taken_in(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    act: Act,
    resident: Context,
    expire: Callable[..., Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """What only a chat log has is not taken in once it is forgotten, unless told anew."""
    await act("learn_fact", **CAT)
    known = (await say("One")).conversation_id
    assert known
    await add_to_chat_log(hass, TOLD, resident, known)
    await add_to_chat_log(hass, TEA, resident, known)
    await act("forget_fact", category="family_members", key="cat")
    await say("Two", conversation_id=known)
    expected = ["One", "Hello there.", TEA, "Noted.", "Two"]
    assert transcript_of(server.bodies[-1]) == expected
    freezer.tick(1)
    await add_to_chat_log(hass, "Her name is Amy, the cat", resident, known)
    await say("Three", conversation_id=known)
    assert "Her name is Amy, the cat" in transcript_of(server.bodies[-1])
    extracted = await expire()
    assert TOLD not in extracted
    assert "Her name is Amy, the cat" in extracted


async def test_it_is_no_evidence(
    hass: HomeAssistant, server: ModelServer, say: Say, act: Act
) -> None:
    """The model cannot learn it again from what was said before."""
    await act("learn_fact", **CAT)
    known = (await say(TOLD)).conversation_id
    await act("forget_fact", category="family_members", key="cat")
    server.script(reply(calls=[LEARN]), reply("Hm."))
    await say("Do it again", conversation_id=known)
    (result,) = [m for m in server.bodies[-1]["messages"] if m["role"] == "tool"]
    assert "error" in json.loads(result["content"])


async def test_everything(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    act: Act,
    resident: Context,
    hass_admin_user: Any,
    entry: MockConfigEntry,
    on_disk: Callable[[], str],
    expire: Callable[..., Any],
) -> None:
    """To forget everything ends the session, and nothing of it is learned."""
    known = (await say(TEA)).conversation_id
    assert known
    await add_to_chat_log(hass, TOLD, resident, known)
    go_on = asyncio.Event()
    server.script(reply("Nuts, ", Pause(go_on), "I see."))
    turn = asyncio.ensure_future(say("I am allergic to nuts"))
    await server.wait_for_completions(2)
    await hass.services.async_call(
        DOMAIN,
        "forget_everything",
        {"config_entry_id": entry.entry_id},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    assert TEA not in on_disk()
    go_on.set()
    await turn
    await say("Hi", conversation_id=known)
    assert transcript_of(server.bodies[-1]) == ["Hi"]
    extracted = await expire()
    assert not any(word in extracted for word in ("tea", "Amy", "nuts"))
    assert not any(word in on_disk() for word in ("green tea", "Amy", "nuts"))


async def test_failing_disk(
    hass: HomeAssistant,
    say: Say,
    act: Act,
    entry: MockConfigEntry,
    on_disk: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is an error if the words are still on disk, until they can be removed."""
    await act("learn_fact", **CAT)
    await say(TEA)
    await say(TOLD)
    write = vars(storage.Store)["_async_write_data"]

    async def disk_full(store: storage.Store[Any], data: dict[str, Any]) -> None:
        if store.key == key_of(entry):
            raise WriteError("No space left on device")
        await write(store, data)

    forget = {"category": "family_members", "key": "cat"}
    with monkeypatch.context() as patch:
        patch.setattr(storage.Store, "_async_write_data", disk_full)
        with pytest.raises(HomeAssistantError, match="cannot be deleted from disk"):
            await act("forget_fact", **forget)
        assert TOLD in on_disk()
    await act("forget_fact", **forget)
    assert TEA in on_disk()
    assert "Amy" not in on_disk()


async def test_waiting_to_be_queued(
    hass: HomeAssistant,
    say: Say,
    act: Act,
    entry: MockConfigEntry,
    on_disk: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Turns that left the session and wait for the disk are forgotten as well."""
    await act("learn_fact", **CAT)
    await say(TOLD)
    await say(TEA)
    write = vars(storage.Store)["_async_write_data"]

    async def disk_full(store: storage.Store[Any], data: dict[str, Any]) -> None:
        if store.key != key_of(entry):
            raise WriteError("No space left on device")
        await write(store, data)

    with monkeypatch.context() as patch:
        patch.setattr(storage.Store, "_async_write_data", disk_full)
        with pytest.raises(HomeAssistantError, match="memory cannot be written"):
            await act("end_session")
        with pytest.raises(HomeAssistantError, match="memory cannot be written"):
            await act("forget_fact", category="family_members", key="cat")
    await act("end_session")
    assert TEA in on_disk()
    assert "Amy" not in on_disk()


async def test_learning_is_off(
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    on_disk: Callable[[], str],
    expire: Callable[..., Any],
) -> None:
    """Nothing is passed on to learn from while learning is off."""
    await say(TOLD)
    set_options(enable_fact_learning=False)
    assert "Amy" not in await expire()
    set_options(enable_fact_learning=True)
    assert "Amy" not in await expire()
    assert "Amy" not in on_disk()


async def test_who_said_it(
    say: Say,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    hass_admin_user: Any,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each turn is stored with who said it, where and when."""
    freezer.move_to("2026-11-30 09:05:00+00:00")
    await say("One", context=Context(user_id=hass_admin_user.id))
    await say("Two", device_id="kitchen", context=Context())
    said = hass_storage[key_of(entry)]["data"]["said"]
    ids = [about.pop("id") for about in said]
    at = "2026-11-30T09:05:00+00:00"
    assert said == [
        {"speaker": hass_admin_user.name, "channel": "chat", "at": at},
        {"channel": "voice", "at": at},
    ]
    assert len(set(ids)) == 2
