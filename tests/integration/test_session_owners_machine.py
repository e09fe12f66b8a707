"""Stateful test of the owners of turns: no text is where it does not belong."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
import re
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
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.session.conversation_owners import (
    BOUND_TO_USER,
)
from custom_components.openai_compatible_conversation.session.session import Session
from custom_components.openai_compatible_conversation.session.session_file import (
    storage_key,
)
from custom_components.openai_compatible_conversation.session.session_state import (
    messages_of,
)
from custom_components.openai_compatible_conversation.session.session_turn import (
    SessionTurn,
)
from custom_components.openai_compatible_conversation.session.sessions import Sessions
from custom_components.openai_compatible_conversation.session.turn_owner import (
    HOUSEHOLD,
    NOBODY,
    TurnOwner,
    owner_of_turn,
)
from custom_components.openai_compatible_conversation.session.turns import Turn
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from testbed.limits import limits

TIMEOUT = 60
CONVERSATIONS = st.sampled_from(["sofa", "desk"])
NUMBERS = st.integers(0, 5)
MARK = re.compile(r"<(.+?)>")
"""Each text carries its owner's mark; what is handled locally has one of its own."""
MARKED = re.compile(r"<.+?> \d+(?=\.)")
"""A text with its mark and its number."""
NUMBERED = re.compile(r"<(.+?)> (\d+)\.")
"""A text by its mark and its number."""


@dataclass(frozen=True)
class Speaker:
    """Who begins turns: a user, a device, or neither."""

    user_id: str | None = None
    device_id: str | None = None
    requires_admin: bool = False

    @property
    def owner(self) -> TurnOwner:
        """Return the owner of the speaker's turns."""
        return owner_of_turn(
            self.user_id, self.device_id, None, requires_admin=self.requires_admin
        )


SPEAKERS = st.sampled_from(
    [
        Speaker(device_id="kitchen"),
        Speaker("guest"),
        Speaker("ann"),
        Speaker("ann", requires_admin=True),
        Speaker("bob", "kitchen", requires_admin=True),
        Speaker(),
        Speaker(),
    ]
)


@dataclass
class OpenTurn:
    """A running turn, with all that identifies it."""

    context: AbstractAsyncContextManager[SessionTurn]
    session_turn: SessionTurn
    owner: TurnOwner
    conversation_id: str
    mark: str
    text: str


class OwnersMachine(RuleBasedStateMachine):
    """Runs turns of all owners in any order, from outside the event loop."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    machines = 0

    def __init__(self) -> None:
        """Initialize with empty sessions."""
        super().__init__()
        OwnersMachine.machines += 1
        self.entry_id = f"house-{OwnersMachine.machines}"
        self.count = 0
        self.open: list[OpenTurn] = []
        self.logs: dict[str, list[conversation.Content]] = {}
        self.retained: list[Turn] = []
        self.ended: list[str] = []
        self.forget_rules: list[Callable[[str], bool]] = []
        """What was forgotten."""
        self.sessions = self.run(self.start_sessions())

    def run[ResultT](self, coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run a coroutine in Home Assistant's event loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.hass.loop).result(10)

    async def start_sessions(self) -> Sessions:
        """Return started sessions, loaded from storage."""
        sessions = Sessions(
            self.hass,
            self.entry_id,
            lambda: TIMEOUT,
            self.async_retain,
            limits=limits,
            on_set_aside=self.set_aside,
        )
        await sessions.async_start()
        return sessions

    def set_aside(self, content: str, path: str) -> None:
        """Fail: what a session wrote, it can read."""
        raise AssertionError(f"{content}: {path}")

    async def async_retain(self, turns: Sequence[Turn]) -> None:
        """Record evicted turns."""
        self.retained += turns

    def text(self, mark: str) -> str:
        """Return a text with a mark that was not used before."""
        self.count += 1
        return f"<{mark}> {self.count}."

    def mark_of(self, owner: TurnOwner, conversation_id: str) -> str:
        """Return the mark of an owner's texts; nobody has one in each conversation."""
        if owner == NOBODY:
            return f"nobody in {conversation_id}"
        return owner.user_id or "household"

    def conversation_of(self, speaker: Speaker, name: str) -> str:
        """Return a conversation id, which a user has to themselves since 2026.11."""
        return f"{name} of {speaker.user_id}" if BOUND_TO_USER else name

    def log_of(self, conversation_id: str) -> list[conversation.Content]:
        """Return the chat log of a conversation."""
        return self.logs.setdefault(conversation_id, [conversation.SystemContent("")])

    @rule(speaker=SPEAKERS, name=CONVERSATIONS)
    def begin(self, speaker: Speaker, name: str) -> None:
        """Begin a turn."""
        conversation_id = self.conversation_of(speaker, name)
        if BOUND_TO_USER and any(
            turn.conversation_id == conversation_id for turn in self.open
        ):
            # Home Assistant 2026.11 refuses it.
            return
        owner = speaker.owner
        mark = self.mark_of(owner, conversation_id)
        text = self.text(mark)
        content = [*self.log_of(conversation_id), conversation.UserContent(text)]
        chat_log = conversation.ChatLog(self.hass, conversation_id, content)
        context = self.sessions.async_begin_turn(owner, chat_log, str)
        session_turn = self.run(context.__aenter__())
        session_turn.new_messages.append(UserMessage(text))
        self.open.append(
            OpenTurn(context, session_turn, owner, conversation_id, mark, text)
        )

    @rule(speakers=st.lists(SPEAKERS, min_size=1, max_size=3), name=CONVERSATIONS)
    def converse(self, speakers: list[Speaker], name: str) -> None:
        """Run turns of a conversation one after the other."""
        for speaker in speakers:
            count = len(self.open)
            self.begin(speaker, name)
            if len(self.open) > count:
                self.requests_are_apart()
                self.act(count, is_done=True)
                self.end(count, "good")

    @rule(which=NUMBERS, is_done=st.booleans())
    def act(self, which: int, is_done: bool) -> None:
        """Add a tool call to a turn, with or without a result."""
        if not self.open:
            return
        turn = self.open[which % len(self.open)]
        call = ToolCallPart(f"call_{self.count}", "f", "{}")
        turn.session_turn.new_messages.append(AssistantMessage(None, (call,)))
        if is_done:
            result = ToolMessage(call.id, self.text(turn.mark))
            turn.session_turn.new_messages.append(result)

    @rule(which=NUMBERS, share=st.floats(0.1, 1))
    def drop_oldest_turns(self, which: int, share: float) -> None:
        """Drop the oldest turns as after an error for an exceeded context window."""
        if self.open:
            session_turn = self.open[which % len(self.open)].session_turn

            async def drop_oldest_turns() -> bool:
                return session_turn.drop_oldest(share)

            self.run(drop_oldest_turns())

    @rule(which=NUMBERS, how=st.sampled_from(["good", "cancelled", "failed"]))
    def end(self, which: int, how: str) -> None:
        """End a turn as completed, cancelled or failed."""
        if not self.open:
            return
        turn = self.open.pop(which % len(self.open))
        content = turn.session_turn.chat_log.content
        if how == "good":
            answer = self.text(turn.mark)
            content.append(conversation.AssistantContent("agent", answer))
            turn.session_turn.new_messages.append(AssistantMessage(answer))
        error = asyncio.CancelledError() if how == "cancelled" else None
        self.run(turn.context.__aexit__(type(error) if error else None, error, None))
        is_forgotten = any(forgets(turn.text) for forgets in self.forget_rules)
        if turn.owner != NOBODY and not is_forgotten:
            self.ended.append(turn.text)
        if how != "good" and self.count % 2:
            # Home Assistant 2026.11 keeps a failed turn in the chat log, with an error.
            content.append(conversation.AssistantContent("agent", "Error: failed"))
        if how == "good" or self.count % 2:
            self.logs[turn.conversation_id] = content

    @rule(speaker=SPEAKERS, name=CONVERSATIONS)
    def fail_at_once(self, speaker: Speaker, name: str) -> None:
        """Fail a turn before its owner is known."""
        conversation_id = self.conversation_of(speaker, name)
        log = self.log_of(conversation_id)
        log.append(conversation.UserContent(self.text("failed")))
        chat_log = conversation.ChatLog(self.hass, conversation_id, log)

        async def skip() -> None:
            self.sessions.async_skip(chat_log)

        self.run(skip())
        log.append(conversation.AssistantContent("agent", "(no response)"))

    @rule(speaker=SPEAKERS, name=CONVERSATIONS)
    def handle_locally(self, speaker: Speaker, name: str) -> None:
        """Add a command that Home Assistant handles locally."""
        conversation_id = self.conversation_of(speaker, name)
        mark = f"local in {conversation_id}"
        self.log_of(conversation_id).extend(
            [
                conversation.UserContent(self.text(mark)),
                conversation.AssistantContent("local", self.text(mark)),
            ]
        )

    @rule(seconds=st.sampled_from([1, 30, TIMEOUT - 1, TIMEOUT, 10 * TIMEOUT]))
    def wait(self, seconds: int) -> None:
        """Advance the clock."""
        self.freezer.tick(timedelta(seconds=seconds))
        if seconds > 300:
            self.logs.clear()

    @rule()
    def restart(self) -> None:
        """Restart Home Assistant, cancelling running turns and losing chat logs."""
        while self.open:
            self.end(0, "cancelled")
        self.run(self.hass.async_block_till_done())
        self.logs.clear()
        self.sessions.async_stop()
        self.sessions = self.run(self.start_sessions())

    @rule()
    def end_sessions(self) -> None:
        """End all sessions, as a user does."""
        self.run(self.sessions.async_end_now())

    @rule(mark=st.sampled_from(["household", "ann", "bob", "local", "nobody"]))
    def forget(self, mark: str) -> None:
        """Forget all that was said so far with a mark."""
        count = self.count
        self.freezer.tick(1)

        def is_forgotten(text: str) -> bool:
            """Return whether a text has the mark, and was said before."""
            return any(
                found.startswith(mark) and int(number) <= count
                for found, number in NUMBERED.findall(text)
            )

        async def forget() -> None:
            await self.sessions.async_forget(is_forgotten)

        self.run(forget())
        self.ended = [text for text in self.ended if not is_forgotten(text)]
        self.forget_rules.append(is_forgotten)

    def allows(self, owner: TurnOwner, own: str, mark: str) -> bool:
        """Return whether a mark may be in what an owner sees or stores."""
        if mark == own:
            return True
        if not mark.startswith("local"):
            return False
        if owner == HOUSEHOLD:
            return True
        return BOUND_TO_USER and mark.endswith(f" of {owner.user_id}")

    def check(self, owner: TurnOwner, own: str, text: str) -> None:
        """Check that a text has no mark of another owner."""
        for mark in MARK.findall(text):
            assert self.allows(owner, own, mark), (owner, mark)

    @invariant()
    def requests_are_apart(self) -> None:
        """Check the requests of running turns, whose own message is always in them."""
        for turn in self.open:
            messages = str(turn.session_turn.messages)
            assert turn.text in messages
            self.check(turn.owner, turn.mark, messages)

    @invariant()
    def files_are_apart(self) -> None:
        """Check what the sessions hold and what is on disk."""
        folder = Path(self.hass.config.path(".storage"))
        for owner in (
            HOUSEHOLD,
            TurnOwner("user", "ann"),
            TurnOwner("user", "bob"),
        ):
            path = folder / storage_key(self.entry_id, owner.user_id)
            # The session may expire, and its file be removed, at any time.
            with suppress(FileNotFoundError):
                self.check(owner, self.mark_of(owner, ""), path.read_text())
        self.check(HOUSEHOLD, "household", str(self.sessions.household.state.turns))
        assert len(self.sessions.personal) <= 2

    @invariant()
    def forgotten_is_forgotten(self) -> None:
        """Check that nothing forgotten is in a session or the history of a turn."""
        histories = [session.state.turns for session in self.all_sessions]
        told = [str(message) for turns in histories for message in messages_of(turns)]
        for turn in self.open:
            # A running turn still has its own words.
            own = len(turn.session_turn.new_messages)
            told += map(str, turn.session_turn.messages[:-own])
        for is_forgotten in self.forget_rules:
            assert not [text for text in told if is_forgotten(text)]

    @property
    def all_sessions(self) -> list[Session]:
        """Return all sessions."""
        return [self.sessions.household, *self.sessions.personal]

    @invariant()
    def taken_in_once(self) -> None:
        """Check that no text is in two sessions, or in one that it had left."""
        texts = [
            text
            for session in self.all_sessions
            for message in messages_of(session.state.turns)
            for text in MARKED.findall(str(message))
        ]
        assert len(set(texts)) == len(texts)
        retained = str(self.retained)
        assert not [text for text in texts if f"{text}." in retained]

    @invariant()
    def nobody_is_retained(self) -> None:
        """Check that nothing of nobody's is learned from."""
        assert "<nobody" not in str(self.retained)

    def teardown(self) -> None:
        """Check that no turn of an owner is lost, and remove the sessions."""
        while self.open:
            self.end(0, "good")
        self.run(self.sessions.async_end_now())
        assert self.sessions.is_over
        retained = {
            m.text for m in messages_of(self.retained) if isinstance(m, UserMessage)
        }
        assert retained >= set(self.ended)
        self.nobody_is_retained()
        self.run(self.sessions.async_remove())
        folder = Path(self.hass.config.path(".storage"))
        assert not list(folder.glob(f"{storage_key(self.entry_id)}*"))


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Return a temporary config folder for Home Assistant."""
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Disable the mocked storage: stored sessions are found by their files."""
    return {}


async def test_any_order(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Under any order of operations, no owner sees or stores what is another's."""
    OwnersMachine.hass, OwnersMachine.freezer = hass, freezer
    await hass.async_add_executor_job(
        lambda: Path(hass.config.path(".storage")).mkdir(exist_ok=True)
    )
    await hass.async_block_till_done()
    await hass.async_add_executor_job(
        lambda: run_state_machine_as_test(
            OwnersMachine,
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
