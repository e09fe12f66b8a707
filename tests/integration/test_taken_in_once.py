"""Tests that what a session has taken in does not come back from a chat log."""

import asyncio
from collections.abc import Callable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.util import dt as dt_util
from testbed.replies import Answer, Body, Pause, Reply, say as reply
from testbed.server import ModelServer

from .conftest import Say
from .test_session import chat_session_of, handle_locally, transcript_of

type End = Callable[[], Any]


@pytest.fixture
def end_session(hass: HomeAssistant, entry: MockConfigEntry) -> End:
    """Return a function that ends the session by the action."""

    async def _end() -> None:
        await hass.services.async_call(
            DOMAIN, "end_session", {"config_entry_id": entry.entry_id}, blocking=True
        )

    return _end


@pytest.fixture(params=["chat", "device"])
def talk(request: pytest.FixtureRequest, say: Say) -> Say:
    """Return a function that says something in a chat, or to a device."""
    device = {"device_id": "kitchen", "context": Context()}
    fields = device if request.param == "device" else {}

    async def _talk(text: str, **others: Any) -> conversation.ConversationResult:
        return await say(text, **fields, **others)

    return _talk


def answered(text: str, body: Body) -> Reply:
    """Return a reply to a request, which may want it streamed or not."""
    answer = reply(text)
    return answer if isinstance(answer, Reply) else answer(body)


async def test_after_the_time_out(
    server: ModelServer, talk: Say, freezer: FrozenDateTimeFactory
) -> None:
    """A conversation that outlasts its session begins the next one with nothing."""
    conversation_id = None
    for text in ("One", "Two", "Three"):
        result = await talk(text, conversation_id=conversation_id)
        conversation_id = result.conversation_id
        assert transcript_of(server.bodies[-1]) == [text]
        freezer.tick(90)
    await talk("Four", conversation_id=conversation_id)
    await talk("Five", conversation_id=conversation_id)
    assert transcript_of(server.bodies[-1]) == ["Four", "Hello there.", "Five"]


async def test_after_the_end(server: ModelServer, talk: Say, end_session: End) -> None:
    """Once the session was ended, its conversation goes on with nothing."""
    first = await talk("One")
    await talk("Two", conversation_id=first.conversation_id)
    await end_session()
    for text in ("Three", "Four"):
        await talk(text, conversation_id=first.conversation_id)
    assert transcript_of(server.bodies[-1]) == ["Three", "Hello there.", "Four"]


async def test_after_the_end_during_a_turn(
    server: ModelServer, talk: Say, end_session: End
) -> None:
    """A turn that is running when the session ends is the first of the next one."""
    first = await talk("One")
    go_on = asyncio.Event()
    server.script(reply("Well, ", Pause(go_on), "two."))
    turn = asyncio.ensure_future(talk("Two", conversation_id=first.conversation_id))
    await server.wait_for_completions(2)
    await end_session()
    go_on.set()
    await turn
    await talk("Three", conversation_id=first.conversation_id)
    assert transcript_of(server.bodies[-1]) == ["Two", "Well, two.", "Three"]


async def test_new_in_the_chat_log_after_the_end(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    resident: Context,
    end_session: End,
) -> None:
    """What no session had is taken in, whether it was said before or after the end."""
    first = (await say("One")).conversation_id
    await handle_locally(hass, "turn on the lamp", resident, first)
    await end_session()
    assert first == await handle_locally(hass, "turn on the lamp", resident, first)
    await say("Two", conversation_id=first)
    command = ["turn on the lamp", "calls intent__HassTurnOn", "result"]
    expected = [*command, "Turned on the light", *command, "Turned on the light", "Two"]
    assert transcript_of(server.bodies[-1]) == expected
    await end_session()
    await say("Three", conversation_id=first)
    assert transcript_of(server.bodies[-1]) == ["Three"]


async def test_announcement_after_the_end(
    hass: HomeAssistant, server: ModelServer, say: Say, end_session: End
) -> None:
    """An announcement is taken in once, also by the session after the one it met."""
    await say("One")
    await end_session()
    with (
        chat_session_of(hass, context=None) as session,
        conversation.async_get_chat_log(hass, session) as chat_log,
    ):
        chat_log.async_add_assistant_content_without_tools(
            conversation.AssistantContent("assist_satellite.hall", "Shall I lock up?")
        )
    device: dict[str, Any] = {"device_id": "hall", "context": Context()}
    await say("Yes", conversation_id=session.conversation_id, **device)
    assert transcript_of(server.bodies[-1])[1:] == ["Shall I lock up?", "Yes"]
    await end_session()
    await say("Really", conversation_id=session.conversation_id, **device)
    assert transcript_of(server.bodies[-1]) == ["Really"]


async def test_each_line_is_learned_from_once(
    hass: HomeAssistant,
    server: ModelServer,
    talk: Say,
    set_options: Callable[..., None],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Six sentences 90 seconds apart give six lines to extract."""
    set_options(enable_fact_learning=True)
    requests: list[str] = []

    def answer(body: Body) -> Reply:
        """Record an extraction request, and answer any request."""
        is_extraction = "response_format" in body
        if is_extraction:
            requests.append(body["messages"][-1]["content"])
        return answered('{"facts": []}' if is_extraction else "I see.", body)

    answers: list[Answer] = [answer] * 20
    server.script(*answers)
    conversation_id = None
    said = [f"My cat number {number} is called Amy" for number in range(6)]
    for text in said:
        result = await talk(text, conversation_id=conversation_id)
        conversation_id = result.conversation_id
        freezer.tick(90)
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done(wait_background_tasks=True)
    assert [sum(text in r for r in requests) for text in said] == [1] * len(said)
