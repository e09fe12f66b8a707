"""Tests of what the owners of turns may import from a chat log."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.openai_compatible_conversation.session.chat_log_import import (
    START_OF_LOG,
    unseen_turns,
)
from custom_components.openai_compatible_conversation.session.conversation_owners import (
    MAX_CONVERSATIONS,
    ConversationOwners,
    Readable,
)
from custom_components.openai_compatible_conversation.session.turn_owner import (
    HOUSEHOLD,
    NOBODY,
    TurnOwner,
)
from homeassistant.components import conversation

NO_HASS: Any = None
ANN = TurnOwner("user", "ann")


class Conversation:
    """A conversation with a chat log."""

    def __init__(self, owners: ConversationOwners, conversation_id: str) -> None:
        """Initialize with an empty chat log."""
        self.owners = owners
        self.chat_log = conversation.ChatLog(NO_HASS, conversation_id)

    def add(self, text: str) -> None:
        """Add a text of the user."""
        self.chat_log.content.append(conversation.UserContent(text))

    def turn(self, owner: TurnOwner, text: str) -> list[str]:
        """Run a turn of an owner; return the user's texts that it imports."""
        self.add(text)
        new = self.owners.async_begin_turn(owner, self.chat_log).new
        turns = unseen_turns(self.chat_log.content[1:-1], new, str)
        self.chat_log.content.append(conversation.AssistantContent("agent", "Ok."))
        self.owners.async_end_turn(owner, self.chat_log)
        return [str(getattr(turn.messages[0], "text", None)) for turn in turns]


@pytest.fixture
def sofa() -> Conversation:
    """Return a conversation."""
    return Conversation(ConversationOwners(), "sofa")


def test_own_turns(sofa: Conversation) -> None:
    """The only owner of a conversation imports all of it, once."""
    sofa.add("local")
    assert sofa.turn(HOUSEHOLD, "one") == ["local"]
    assert sofa.turn(HOUSEHOLD, "two") == []
    sofa.add("local again")
    assert sofa.turn(HOUSEHOLD, "three") == ["local again"]
    assert not sofa.owners.async_is_shared(sofa.chat_log)


def test_after_a_turn_of_nobody(sofa: Conversation) -> None:
    """A session may import what is said after the last turn of nobody."""
    sofa.turn(NOBODY, "mail")
    sofa.add("local")
    assert sofa.turn(HOUSEHOLD, "one") == ["local"]
    assert sofa.owners.async_is_shared(sofa.chat_log)
    sofa.turn(NOBODY, "mail")
    assert sofa.turn(HOUSEHOLD, "two") == []


def test_another_session(sofa: Conversation) -> None:
    """Where two sessions had turns, neither imports anything from then on."""
    sofa.turn(ANN, "one")
    assert sofa.turn(HOUSEHOLD, "two") == []
    sofa.add("local")
    assert sofa.turn(ANN, "three") == []
    assert sofa.turn(HOUSEHOLD, "four") == []


def test_turns_of_nobody(sofa: Conversation) -> None:
    """A turn of nobody may import the uninterrupted turns of nobody before it."""
    sofa.add("local")
    assert sofa.turn(NOBODY, "one") == []
    assert sofa.turn(NOBODY, "two") == ["one"]
    sofa.add("local")
    assert sofa.turn(NOBODY, "three") == []
    assert sofa.turn(NOBODY, "four") == ["three"]
    sofa.turn(HOUSEHOLD, "five")
    assert sofa.turn(NOBODY, "six") == []
    assert sofa.turn(NOBODY, "seven") == []


def test_skip(sofa: Conversation) -> None:
    """What is skipped is imported by none."""
    sofa.turn(NOBODY, "one")
    sofa.add("failed")
    sofa.owners.async_skip(sofa.chat_log)
    assert sofa.turn(NOBODY, "two") == []
    sofa.add("failed")
    sofa.owners.async_skip(sofa.chat_log)
    assert sofa.turn(HOUSEHOLD, "three") == []


@pytest.mark.parametrize("owner", [NOBODY, ANN, HOUSEHOLD])
def test_evicted(
    sofa: Conversation, freezer: FrozenDateTimeFactory, owner: TurnOwner
) -> None:
    """Nothing older than an evicted conversation's end is imported from a new one."""
    sofa.turn(owner, "one")
    other = Conversation(sofa.owners, "other")
    other.add("before")
    for number in range(MAX_CONVERSATIONS):
        Conversation(sofa.owners, str(number)).turn(NOBODY, "mail")
    freezer.tick(1)
    other.add("after")
    assert sofa.turn(HOUSEHOLD, "two") == []
    assert other.turn(HOUSEHOLD, "three") == ["after"]
    assert len(vars(sofa.owners)["_conversations"]) == MAX_CONVERSATIONS


def test_empty_chat_log() -> None:
    """Before the first item is the start of the log."""
    owners = ConversationOwners()
    chat_log = conversation.ChatLog(NO_HASS, "sofa")
    chat_log.content.append(conversation.UserContent("Hi"))
    start = Readable(START_OF_LOG, START_OF_LOG)
    assert owners.async_begin_turn(HOUSEHOLD, chat_log) == start
    assert owners.async_begin_turn(NOBODY, chat_log) == start
