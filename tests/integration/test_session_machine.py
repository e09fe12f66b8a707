"""Stateful test of the session: turns, errors, expiry and restarts in any order."""

import asyncio
from collections.abc import Coroutine, Generator, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
import hashlib
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
import pytest

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
from custom_components.openai_compatible_conversation.issues import Issues
from custom_components.openai_compatible_conversation.memory.extraction.turn_queue import (
    async_queue_turns,
)
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from custom_components.openai_compatible_conversation.session.session import Session
from custom_components.openai_compatible_conversation.session.session_state import (
    MAX_TURNS,
    messages_of,
)
from custom_components.openai_compatible_conversation.session.session_turn import (
    SessionTurn,
)
from custom_components.openai_compatible_conversation.session.sessions import Sessions
from custom_components.openai_compatible_conversation.session.turn_owner import (
    HOUSEHOLD,
)
from custom_components.openai_compatible_conversation.session.turns import Turn
from homeassistant.components import conversation
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm, storage
from homeassistant.util.file import WriteError
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
    full_disk = ""
    """The files that cannot be written: ".session", "facts" or none."""

    def __init__(self) -> None:
        """Initialize with an empty session."""
        super().__init__()
        SessionMachine.machines += 1
        self.entry_id = f"house-{SessionMachine.machines}"
        self.count = 0
        self.open: list[OpenTurn] = []
        self.logs: dict[str, list[conversation.Content]] = {}
        self.said: list[str] = []
        """What users said, but for what is forgotten."""
        self.ended: list[str] = []
        """What of it was said in turns that ended."""
        self.forgotten: list[str] = []
        self.held: set[str] = set()
        """What users said in the session by now."""
        self.left: set[str] = set()
        """What of it has left the session since the last restart."""
        self.extracted: list[str] = []
        self.run(self.start())

    def run[ResultT](self, coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run a coroutine in Home Assistant's event loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.hass.loop).result(10)

    async def start(self) -> None:
        """Start the session and the fact store, loaded from storage."""
        SessionMachine.full_disk = ""
        entry: Any = ConfigEntry.__new__(ConfigEntry)
        object.__setattr__(entry, "entry_id", self.entry_id)
        object.__setattr__(entry, "title", "House")
        self.fact_store = FactStore(self.hass, self.entry_id, Issues(self.hass, entry))
        await self.fact_store.async_load()
        self.sessions = Sessions(
            self.hass,
            self.entry_id,
            lambda: TIMEOUT,
            self.async_retain,
            limits=limits,
            on_set_aside=self.set_aside,
        )
        self.fact_store.async_listen_forgotten(self.sessions.async_forget)
        await self.sessions.async_start()

    @property
    def session(self) -> Session:
        """Return the session of the household."""
        return self.sessions.household

    def set_aside(self, content: str, path: str) -> None:
        """Fail: what a session wrote, it can read."""
        raise AssertionError(f"{content}: {path}")

    async def async_retain(self, turns: Sequence[Turn]) -> None:
        """Queue evicted turns."""
        await async_queue_turns(self.fact_store, turns, self.sessions.turn_ids)

    @property
    def queued(self) -> list[str]:
        """Return the lines that wait to be extracted from."""
        return [line.text for p in self.fact_store.pending for line in p.lines]

    def unique_text(self, kind: str) -> str:
        """Return a text that was not used before, with a word of its own."""
        self.count += 1
        digest = hashlib.sha256(f"{self.entry_id} {self.count}".encode()).hexdigest()
        word = "".join(chr(ord("a") + int(digit, 16)) for digit in digest[:12])
        return f"{kind} {word}."

    def user_text(self) -> str:
        """Return what a user says."""
        self.said.append(text := self.unique_text("user"))
        return text

    def log_of(self, conversation_id: str) -> list[conversation.Content]:
        """Return the chat log of a conversation."""
        return self.logs.setdefault(conversation_id, [conversation.SystemContent("")])

    @rule(conversation_id=CONVERSATIONS)
    def begin(self, conversation_id: str) -> None:
        """Begin a turn."""
        text = self.user_text()
        content = [*self.log_of(conversation_id), conversation.UserContent(text)]
        chat_log = conversation.ChatLog(self.hass, conversation_id, content)

        context = self.sessions.async_begin_turn(HOUSEHOLD, chat_log, str)
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
        if turn.text in self.said:
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
                conversation.UserContent(self.user_text()),
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
        """Restart Home Assistant, losing running turns and chat logs.

        With a full disk, what could not be written is lost.
        """
        self.run(self.hass.async_block_till_done())
        is_full = bool(self.full_disk)
        self.open.clear()
        self.logs.clear()
        self.sessions.async_stop()
        self.run(self.start())
        self.held, self.left = set(), set()
        if is_full:
            kept = f"{self.session.state.turns} {self.queued} {self.extracted}"
            self.ended = [text for text in self.ended if text in kept]

    @rule()
    def end_session(self) -> None:
        """End the session, as a user does."""
        with suppress(HomeAssistantError):
            self.run(self.sessions.async_end_now())

    @rule()
    def kill_at_the_end(self) -> None:
        """End the session, and be killed before its file is gone."""
        self.fill_disk(".session")
        self.end_session()
        self.restart()

    @rule(which=st.integers(0, 50))
    def forget(self, which: int) -> None:
        """Forget what a user said."""
        if not self.said:
            return
        text = self.said.pop(which % len(self.said))
        word = text.removeprefix("user ").removesuffix(".")
        with suppress(HomeAssistantError):
            self.run(self.fact_store.async_learn("family_members", "pet", word))
        SessionMachine.full_disk = ""
        assert self.run(self.fact_store.async_forget("family_members", "pet"))
        self.forgotten.append(word)
        self.ended = [ended for ended in self.ended if ended != text]

    @rule()
    def extract(self) -> None:
        """Finish the extraction from the transcript that waits for longest."""
        if self.fact_store.pending:
            first = self.fact_store.pending[0]
            with suppress(HomeAssistantError):
                self.run(self.fact_store.async_extracted(first, []))
                self.extracted += [line.text for line in first.lines]

    @rule(what=st.sampled_from(["", ".session", "facts"]))
    def fill_disk(self, what: str) -> None:
        """Have writes of the session's file fail, or those of the facts, or none."""
        self.run(self.sessions.async_flush())
        SessionMachine.full_disk = what

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
    def taken_in_once(self) -> None:
        """Check that what has left the session does not come back."""
        now = {
            message.text
            for message in messages_of(self.session.state.turns)
            if isinstance(message, UserMessage)
        }
        assert not now & self.left
        self.left |= self.held - now
        self.held = now

    @invariant()
    def each_line_is_queued_once(self) -> None:
        """Check that no line is in two transcripts."""
        lines = [*self.extracted, *self.queued]
        assert len(set(lines)) == len(lines)

    @invariant()
    def forgotten_is_forgotten(self) -> None:
        """Check that nothing forgotten is sent, learned from, or kept on disk."""
        seen = [str(self.next_request()), *self.queued]
        for turn in self.open:
            # A running turn still has its own words.
            messages = turn.session_turn.messages
            seen.append(str(messages[: -len(turn.session_turn.new_messages)]))
        for word in self.forgotten:
            assert not [text for text in seen if word in text]

    @invariant()
    def turns_are_limited(self) -> None:
        """Check that the number of turns is limited."""
        assert len(self.session.state.turns) <= MAX_TURNS

    def teardown(self) -> None:
        """Check that all finished turns were retained, and remove the session."""
        SessionMachine.full_disk = ""
        self.run(self.sessions.async_end_now())
        assert {*self.extracted, *self.queued} >= set(self.ended)
        self.each_line_is_queued_once()
        self.run(self.sessions.async_remove())
        self.run(self.fact_store.async_remove())


@pytest.fixture
def disk(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Have writes and deletions fail of the files that `full_disk` names."""
    write = vars(storage.Store)["_async_write_data"]
    remove = vars(storage.Store)["async_remove"]

    def is_full(store: storage.Store[Any]) -> bool:
        what = SessionMachine.full_disk
        return bool(what) and store.key.endswith(".session") == (what == ".session")

    async def write_or_fail(store: storage.Store[Any], data: dict[str, Any]) -> None:
        if is_full(store):
            raise WriteError("No space left on device")
        await write(store, data)

    async def remove_or_fail(store: storage.Store[Any]) -> None:
        if is_full(store):
            raise OSError("Read-only file system")
        await remove(store)

    # Undone before the storage of the test instance is.
    with monkeypatch.context() as patch:
        patch.setattr(storage.Store, "_async_write_data", write_or_fail)
        patch.setattr(storage.Store, "async_remove", remove_or_fail)
        yield


async def test_any_order(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, disk: None
) -> None:
    """Under any order of operations, requests are valid and no turn is lost.

    Each line is learned from once, and what was forgotten is not.
    """
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
