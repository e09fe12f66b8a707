"""Turns, cancels, errors, expiries and restarts in any order leave a session in good order."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
)
from custom_components.openai_compatible_conversation.session.session import Session
from custom_components.openai_compatible_conversation.session.session_state import (
    MAX_TURNS,
    messages_of,
)
from custom_components.openai_compatible_conversation.session.session_turn import (
    SessionTurn,
)
from custom_components.openai_compatible_conversation.session.turns import Turn
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from testbed.strict import faults

TIMEOUT = 60
CONVERSATIONS = st.sampled_from(["kitchen", "bedroom", "chat"])
NUMBERS = st.integers(0, 5)


@dataclass
class Open:
    """A turn that lasts, and its conversation."""

    context: AbstractAsyncContextManager[SessionTurn]
    session_turn: SessionTurn
    conversation_id: str
    words: str


class SessionMachine(RuleBasedStateMachine):
    """A house in which things happen in any order. Runs beside Home Assistant's loop."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    houses = 0

    def __init__(self) -> None:
        """Initialize a house in which nothing was said."""
        super().__init__()
        SessionMachine.houses += 1
        self.entry_id = f"house-{SessionMachine.houses}"
        self.count = 0
        self.open: list[Open] = []
        self.logs: dict[str, list[conversation.Content]] = {}
        self.kept: list[Turn] = []
        self.ended: list[str] = []
        self.session = self.run(self.started())

    def run[ResultT](self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Return what comes of work that is done in Home Assistant's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.hass.loop).result(10)

    async def started(self) -> Session:
        """Return the session as it is after a start."""
        session = Session(self.hass, self.entry_id, lambda: TIMEOUT, self.keep)
        await session.async_start()
        return session

    async def keep(self, turns: Sequence[Turn]) -> None:
        """Take note of what the session lets go."""
        self.kept += turns

    def words(self, kind: str) -> str:
        """Return words that nobody said before."""
        self.count += 1
        return f"{kind} {self.count}."

    def log_of(self, conversation_id: str) -> list[conversation.Content]:
        """Return the chat log of a conversation."""
        return self.logs.setdefault(conversation_id, [conversation.SystemContent("")])

    @rule(conversation_id=CONVERSATIONS)
    def begin(self, conversation_id: str) -> None:
        """Let somebody speak."""
        words = self.words("user")
        content = [*self.log_of(conversation_id), conversation.UserContent(words)]
        chat_log = conversation.ChatLog(self.hass, conversation_id, content)

        context = self.session.async_begin_turn(chat_log, str)
        session_turn = self.run(context.__aenter__())
        session_turn.new_messages.append(UserMessage(words))
        self.open.append(Open(context, session_turn, conversation_id, words))

    @rule(which=NUMBERS, count=st.integers(0, 2), results=st.integers(0, 2))
    def act(self, which: int, count: int, results: int) -> None:
        """Let the model call tools, of which some have come to an end."""
        if not self.open:
            return
        turn = self.open[which % len(self.open)]
        calls = tuple(ToolCallPart(f"call_{n}", "f", "{}") for n in range(count))
        text = self.words("looks") if not calls else None
        turn.session_turn.new_messages.append(AssistantMessage(text, calls))
        for call in calls[:results]:
            turn.session_turn.new_messages.append(ToolMessage(call.id, "{}"))

    @rule(which=NUMBERS, how=st.sampled_from(["good", "cancelled", "failed"]))
    def end(self, which: int, how: str) -> None:
        """Let a turn end in one of the ways in which Home Assistant lets it end."""
        if not self.open:
            return
        turn = self.open.pop(which % len(self.open))
        content = turn.session_turn.chat_log.content
        if how == "good":
            answer = self.words("answer")
            content.append(conversation.AssistantContent("agent", answer))
            turn.session_turn.new_messages.append(AssistantMessage(answer))
        error = asyncio.CancelledError() if how == "cancelled" else None
        self.run(turn.context.__aexit__(type(error) if error else None, error, None))
        self.ended.append(turn.words)
        if how == "good":
            self.logs[turn.conversation_id] = content
        elif self.count % 2:
            # Home Assistant 2026.11 keeps such a turn, and adds that it failed.
            content.append(conversation.AssistantContent("agent", "Error: failed"))
            self.logs[turn.conversation_id] = content

    @rule(conversation_id=CONVERSATIONS)
    def handle_locally(self, conversation_id: str) -> None:
        """Let Home Assistant handle a command by itself."""
        call = llm.ToolInput("HassTurnOn", {"name": "Lamp"}, external=True)
        self.log_of(conversation_id).extend(
            [
                conversation.UserContent(self.words("user")),
                conversation.AssistantContent("local", None, tool_calls=[call]),
                conversation.ToolResultContent(
                    "local", call.id, call.tool_name, llm.ToolResult({"ok": True})
                ),
                conversation.AssistantContent("local", self.words("local")),
            ]
        )

    @rule(conversation_id=CONVERSATIONS)
    def announce(self, conversation_id: str) -> None:
        """Let a satellite begin a conversation."""
        self.logs[conversation_id] = [
            conversation.SystemContent(""),
            conversation.AssistantContent("satellite", self.words("announced")),
        ]

    @rule(which=NUMBERS, share=st.floats(0.1, 1))
    def forget(self, which: int, share: float) -> None:
        """Let the server take in less."""
        if self.open:
            session_turn = self.open[which % len(self.open)].session_turn

            async def forget() -> bool:
                return session_turn.drop_oldest(share)

            self.run(forget())

    @rule(seconds=st.sampled_from([1, 30, TIMEOUT - 1, TIMEOUT, 10 * TIMEOUT]))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.freezer.tick(timedelta(seconds=seconds))
        if seconds > 300:
            self.logs.clear()

    @rule()
    def restart(self) -> None:
        """Restart Home Assistant: turns that last are lost, and so are its chat logs."""
        self.open.clear()
        self.logs.clear()
        self.session.async_stop()
        self.session = self.run(self.started())

    def next_request(self) -> list[Message]:
        """Return the messages that a next turn would send."""
        return [*messages_of(self.session.state.turns), UserMessage("Next.")]

    @invariant()
    def requests_are_valid(self) -> None:
        """Check that a strict server takes what turns send now, and what the next one would."""
        chats = [self.next_request()]
        for turn in self.open:
            messages = turn.session_turn.messages
            calls = {
                c.id
                for m in messages
                if isinstance(m, AssistantMessage)
                for c in m.calls
            }
            if isinstance(messages[-1], UserMessage) or not calls:
                chats.append(
                    [m for m in messages if m not in turn.session_turn.new_messages[1:]]
                )
        for chat in chats:
            body = build_body("m", [SystemMessage("Be nice."), *chat], stream=True)
            assert not faults(body), faults(body)

    @invariant()
    def nothing_comes_twice(self) -> None:
        """Check that what was said is in the session once."""
        told = [
            line
            for message in messages_of(self.session.state.turns)
            if isinstance(message, UserMessage | AssistantMessage) and message.text
            for line in message.text.split("\n")
            if not line.startswith("(")
        ]
        assert len(set(told)) == len(told)

    @invariant()
    def bounded(self) -> None:
        """Check that a session does not grow without end."""
        assert len(self.session.state.turns) <= MAX_TURNS

    def teardown(self) -> None:
        """Check that nothing was lost in the end, and remove what was stored."""
        self.run(self.session.async_end_now())
        kept = {m.text for m in messages_of(self.kept) if isinstance(m, UserMessage)}
        assert kept >= set(self.ended)
        self.run(self.session.async_remove())


async def test_any_order(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Whatever happens in whatever order, requests are valid and nothing comes twice."""
    SessionMachine.hass, SessionMachine.freezer = hass, freezer
    await hass.async_add_executor_job(
        lambda: run_state_machine_as_test(
            SessionMachine,
            settings=settings(
                max_examples=60,
                stateful_step_count=40,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    )
    await hass.async_block_till_done()
