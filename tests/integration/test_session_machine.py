"""Stateful test of the session: turns, errors, expiry and restarts in any order."""

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
from testbed.limits import limits
from testbed.strict import faults

TIMEOUT = 60
CONVERSATIONS = st.sampled_from(["kitchen", "bedroom", "chat"])
NUMBERS = st.integers(0, 5)


@dataclass
class OpenTurn:
    """A running turn and its conversation."""

    context: AbstractAsyncContextManager[SessionTurn]
    session_turn: SessionTurn
    conversation_id: str
    text: str


class SessionMachine(RuleBasedStateMachine):
    """Runs operations on a session in any order, from outside the event loop."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    machines = 0

    def __init__(self) -> None:
        """Initialize with an empty session."""
        super().__init__()
        SessionMachine.machines += 1
        self.entry_id = f"house-{SessionMachine.machines}"
        self.count = 0
        self.open: list[OpenTurn] = []
        self.logs: dict[str, list[conversation.Content]] = {}
        self.retained: list[Turn] = []
        self.ended: list[str] = []
        self.session = self.run(self.start_session())

    def run[ResultT](self, coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run a coroutine in Home Assistant's event loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.hass.loop).result(10)

    async def start_session(self) -> Session:
        """Return a started session, loaded from storage."""
        session = Session(
            self.hass,
            self.entry_id,
            lambda: TIMEOUT,
            self.async_retain,
            limits=limits,
            on_set_aside=self.set_aside,
        )
        await session.async_start()
        return session

    def set_aside(self, content: str, path: str) -> None:
        """Fail: what a session wrote, it can read."""
        raise AssertionError(f"{content}: {path}")

    async def async_retain(self, turns: Sequence[Turn]) -> None:
        """Record evicted turns."""
        self.retained += turns

    def unique_text(self, kind: str) -> str:
        """Return a text that was not used before."""
        self.count += 1
        return f"{kind} {self.count}."

    def log_of(self, conversation_id: str) -> list[conversation.Content]:
        """Return the chat log of a conversation."""
        return self.logs.setdefault(conversation_id, [conversation.SystemContent("")])

    @rule(conversation_id=CONVERSATIONS)
    def begin(self, conversation_id: str) -> None:
        """Begin a turn."""
        text = self.unique_text("user")
        content = [*self.log_of(conversation_id), conversation.UserContent(text)]
        chat_log = conversation.ChatLog(self.hass, conversation_id, content)

        context = self.session.async_begin_turn(chat_log, str)
        session_turn = self.run(context.__aenter__())
        session_turn.new_messages.append(UserMessage(text))
        self.open.append(OpenTurn(context, session_turn, conversation_id, text))

    @rule(which=NUMBERS, count=st.integers(0, 2), results=st.integers(0, 2))
    def act(self, which: int, count: int, results: int) -> None:
        """Add tool calls to a turn, some of them with results."""
        if not self.open:
            return
        turn = self.open[which % len(self.open)]
        calls = tuple(ToolCallPart(f"call_{n}", "f", "{}") for n in range(count))
        text = self.unique_text("looks") if not calls else None
        turn.session_turn.new_messages.append(AssistantMessage(text, calls))
        for call in calls[:results]:
            turn.session_turn.new_messages.append(ToolMessage(call.id, "{}"))

    @rule(which=NUMBERS, how=st.sampled_from(["good", "cancelled", "failed"]))
    def end(self, which: int, how: str) -> None:
        """End a turn as completed, cancelled or failed."""
        if not self.open:
            return
        turn = self.open.pop(which % len(self.open))
        content = turn.session_turn.chat_log.content
        if how == "good":
            answer = self.unique_text("answer")
            content.append(conversation.AssistantContent("agent", answer))
            turn.session_turn.new_messages.append(AssistantMessage(answer))
        error = asyncio.CancelledError() if how == "cancelled" else None
        self.run(turn.context.__aexit__(type(error) if error else None, error, None))
        self.ended.append(turn.text)
        if how == "good":
            self.logs[turn.conversation_id] = content
        elif self.count % 2:
            # Home Assistant 2026.11 keeps a failed turn in the chat log, with an error.
            content.append(conversation.AssistantContent("agent", "Error: failed"))
            self.logs[turn.conversation_id] = content

    @rule(conversation_id=CONVERSATIONS)
    def handle_locally(self, conversation_id: str) -> None:
        """Add a command that Home Assistant handles locally."""
        call = llm.ToolInput("HassTurnOn", {"name": "Lamp"}, external=True)
        self.log_of(conversation_id).extend(
            [
                conversation.UserContent(self.unique_text("user")),
                conversation.AssistantContent("local", None, tool_calls=[call]),
                conversation.ToolResultContent(
                    "local", call.id, call.tool_name, llm.ToolResult({"ok": True})
                ),
                conversation.AssistantContent("local", self.unique_text("local")),
            ]
        )

    @rule(conversation_id=CONVERSATIONS)
    def announce(self, conversation_id: str) -> None:
        """Start a new chat log with an announcement from a satellite."""
        self.logs[conversation_id] = [
            conversation.SystemContent(""),
            conversation.AssistantContent("satellite", self.unique_text("announced")),
        ]

    @rule(which=NUMBERS, share=st.floats(0.1, 1))
    def drop_oldest_turns(self, which: int, share: float) -> None:
        """Drop the oldest turns as after an error for an exceeded context window."""
        if self.open:
            session_turn = self.open[which % len(self.open)].session_turn

            async def drop_oldest_turns() -> bool:
                return session_turn.drop_oldest(share)

            self.run(drop_oldest_turns())

    @rule(seconds=st.sampled_from([1, 30, TIMEOUT - 1, TIMEOUT, 10 * TIMEOUT]))
    def wait(self, seconds: int) -> None:
        """Advance the clock."""
        self.freezer.tick(timedelta(seconds=seconds))
        if seconds > 300:
            self.logs.clear()

    @rule()
    def restart(self) -> None:
        """Restart Home Assistant, losing running turns and chat logs."""
        self.open.clear()
        self.logs.clear()
        self.session.async_stop()
        self.session = self.run(self.start_session())

    def next_request(self) -> list[Message]:
        """Return the messages that the next turn would send."""
        return [*messages_of(self.session.state.turns), UserMessage("Next.")]

    @invariant()
    def requests_are_valid(self) -> None:
        """Check that strict servers accept the requests of running and next turns."""
        requests = [self.next_request()]
        for turn in self.open:
            messages = turn.session_turn.messages
            calls = {
                c.id
                for m in messages
                if isinstance(m, AssistantMessage)
                for c in m.calls
            }
            if isinstance(messages[-1], UserMessage) or not calls:
                requests.append(
                    [m for m in messages if m not in turn.session_turn.new_messages[1:]]
                )
        for request in requests:
            body = build_body("m", [SystemMessage("Be nice."), *request], stream=True)
            assert not faults(body), faults(body)

    @invariant()
    def no_duplicates(self) -> None:
        """Check that each text is in the session once."""
        lines = [
            line
            for message in messages_of(self.session.state.turns)
            if isinstance(message, UserMessage | AssistantMessage) and message.text
            for line in message.text.split("\n")
            if not line.startswith("(")
        ]
        assert len(set(lines)) == len(lines)

    @invariant()
    def turns_are_limited(self) -> None:
        """Check that the number of turns is limited."""
        assert len(self.session.state.turns) <= MAX_TURNS

    def teardown(self) -> None:
        """Check that all finished turns were retained, and remove the session."""
        self.run(self.session.async_end_now())
        retained = {
            m.text for m in messages_of(self.retained) if isinstance(m, UserMessage)
        }
        assert retained >= set(self.ended)
        self.run(self.session.async_remove())


async def test_any_order(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Under any order of operations, requests are valid and no turn is lost."""
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
