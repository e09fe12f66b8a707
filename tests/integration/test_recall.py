"""Test that facts go with the turn that they fit."""

from collections.abc import Callable

import pytest

from custom_components.openai_compatible_conversation.agent.turn_context import (
    FACTS_START,
)
from homeassistant.core import Context, HomeAssistant
from testbed.replies import Call, say as reply
from testbed.server import ModelServer

from .conftest import Say, speech

LEARN = Call(
    "learn_fact",
    {"category": "family_members", "key": "cat", "value": "called Mimi"},
)


@pytest.fixture
async def cat(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """Have a fact learned."""
    set_options(enable_fact_learning=True)
    server.script(reply(calls=[LEARN]), reply("I will."))
    assert speech(await say("Remember that our cat is called Mimi")) == "I will."
    server.requests.clear()


def context_of(server: ModelServer, number: int = -1) -> str:
    """Return the last user message of a request."""
    content: str = server.bodies[number]["messages"][-1]["content"]
    return content


async def test_fact_goes_with_the_turn(
    server: ModelServer, say: Say, cat: None
) -> None:
    """A fact goes once a session, in the context, and only where it fits."""
    server.script(*[reply("Well.")] * 4)
    await say("Good morning")
    await say("What is the name of the cat?")
    await say("And how old is the cat?")
    bodies = server.bodies[-3:]
    assert FACTS_START not in str(bodies[0]["messages"][-1])
    before, _, said = bodies[1]["messages"][-1]["content"].rpartition("</context>\n")
    assert f"{FACTS_START} cat: called Mimi\n" in before
    assert said == "What is the name of the cat?"
    assert FACTS_START not in bodies[2]["messages"][-1]["content"]
    # The prompt cache holds: what was sent is sent again as it was.
    assert bodies[2]["messages"][: len(bodies[1]["messages"])] == bodies[1]["messages"]


@pytest.mark.parametrize(
    "options", [{"recall_facts": False}, {"enable_fact_learning": False}]
)
async def test_turned_off(
    server: ModelServer,
    say: Say,
    cat: None,
    set_options: Callable[..., None],
    options: dict[str, bool],
) -> None:
    """The options turn it off."""
    set_options(**options)
    server.script(reply("Well."))
    await say("What is the name of the cat?")
    assert FACTS_START not in context_of(server)


async def test_automation(server: ModelServer, say: Say, cat: None) -> None:
    """A turn of nobody is told nothing of the household."""
    server.script(reply("Well."))
    await say("What is the name of the cat?", context=Context())
    assert FACTS_START not in context_of(server)


ASKS_TO_REMEMBER = "The user asks to remember this: call learn_fact.\n"
ASKS_TO_FORGET = "The user asks to forget this: call forget_fact.\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("The boiler is from 2014, remember that.", ASKS_TO_REMEMBER),
        ("Retiens que la chaudière date de 2014", ASKS_TO_REMEMBER),
        ("Forget what I said about the cat", ASKS_TO_FORGET),
        ("Forget what I said about the boiler", None),
        ("Forget about that, please", None),
        ("Don't forget that the boiler is from 2014", ASKS_TO_REMEMBER),
        ("Do you remember that the boiler is from 2014?", None),
        ("Remember to turn on the bed light", None),
        ("What is the name of the cat?", None),
    ],
)
async def test_asked_of_the_memory(
    server: ModelServer, say: Say, cat: None, text: str, line: str | None
) -> None:
    """The tool is named for what is asked of the memory, for small models."""
    server.script(reply("Well."))
    await say(text)
    before, _, said = context_of(server).rpartition("</context>\n")
    assert said == text
    assert [
        found for found in (ASKS_TO_REMEMBER, ASKS_TO_FORGET) if found in before
    ] == ([line] if line else [])


async def test_forgetting_what_was_told_before(
    server: ModelServer, say: Say, cat: None
) -> None:
    """A fact that the session has already is known as well."""
    server.script(reply("Mimi."), reply("Well."))
    await say("What is the name of the cat?")
    await say("Forget what I said about the cat")
    assert FACTS_START not in context_of(server)
    assert ASKS_TO_FORGET in context_of(server)


async def test_memory_asked_without_tools(
    server: ModelServer, say: Say, cat: None, set_options: Callable[..., None]
) -> None:
    """No tool is named that there is not."""
    set_options(enable_fact_learning=False)
    server.script(reply("Well."))
    await say("The boiler is from 2014, remember that.")
    assert ASKS_TO_REMEMBER not in context_of(server)


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("What is the name of the cat?", True),
        ("what is the name of the cat", True),
        ("What is the name of the zebra?", False),
        ("Turn on the cat", False),
    ],
)
async def test_looked_up_elsewhere(
    server: ModelServer, say: Say, cat: None, text: str, noted: bool
) -> None:
    """A call that fails is answered with where the answer to a question is."""
    call = Call("homeassistant__GetLiveContext", {"name": "cat"})
    server.script(reply(calls=[call]), reply("Mimi."), reply(calls=[call]))
    server.script(reply("Mimi."))
    for _ in range(2):
        # The second time, the session holds the fact.
        await say(text)
        result = server.bodies[-1]["messages"][-1]["content"]
        assert "error" in result
        assert ("Answer with what is remembered." in result) is noted
