"""Tests of answers that are interrupted: what was heard of them is known.

The satellites are states, as Home Assistant writes them while it runs a pipeline.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.entry_state import (
    DATA_ENTRY_STATES,
)
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.util import dt as dt_util
from testbed.replies import Call, Pause, failure, say as reply
from testbed.request_view import RequestView, words
from testbed.server import ModelServer

from .conftest import Say, speech

KITCHEN, BATH = "assist_satellite.kitchen", "assist_satellite.bath"

RECIPE = (
    "First peel the potatoes and boil them. Then cut the onions. Fry both in a pan. "
    "At last beat six eggs, pour them over it, and wait until they are firm."
)
"""An answer that takes ten seconds to say."""

WHERE_IT_ENDS = "Your last answer was interrupted where it ends."
BEFORE_IT_WAS_HEARD = "Your last answer was interrupted before it was heard."

TURN_ON = Call("intent__HassTurnOn", {"name": "Lamp"})


class Satellite:
    """A satellite that speaks."""

    def __init__(
        self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, say: Say, name: str
    ) -> None:
        """Initialize a satellite that is idle."""
        self._hass = hass
        self._freezer = freezer
        self._say = say
        self.name = name
        self.becomes("idle")

    def becomes(self, state: str) -> None:
        """Write a state."""
        self._hass.states.async_set(self.name, state)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._freezer.tick(seconds)

    async def asks(self, text: str, **fields: Any) -> str:
        """Run a turn until the satellite begins to speak; return what it says."""
        self.becomes("listening")
        self.becomes("processing")
        result = await self._say(text, satellite_id=self.name, **fields)
        self.becomes("responding")
        return speech(result)

    async def asks_for(self, seconds: float, text: str, **fields: Any) -> None:
        """Run a turn, and let the satellite speak for some seconds."""
        await self.asks(text, **fields)
        self.wait(seconds)

    async def hears_all(self, seconds: float, text: str) -> None:
        """Run a turn whose answer takes some seconds to say."""
        await self.asks_for(seconds, text)
        self.becomes("idle")


@pytest.fixture
def satellite(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, say: Say
) -> Callable[[str], Satellite]:
    """Return a function that makes a satellite."""
    return lambda name: Satellite(hass, freezer, say, name)


@pytest.fixture
def kitchen(satellite: Callable[[str], Satellite]) -> Satellite:
    """Return the satellite in the kitchen."""
    return satellite(KITCHEN)


def messages(server: ModelServer) -> list[dict[str, Any]]:
    """Return the messages of the last request, after the system prompt."""
    found: list[dict[str, Any]] = server.bodies[-1]["messages"][1:]
    return found


def notes(server: ModelServer) -> list[str]:
    """Return what is told in the last message of interruptions."""
    text = messages(server)[-1]["content"]
    return [line for line in text.splitlines() if "interrupted" in line]


def answers(server: ModelServer) -> list[str]:
    """Return the texts of the assistant in the last request."""
    return [
        m["content"]
        for m in messages(server)
        if m["role"] == "assistant" and m["content"]
    ]


async def arrived() -> None:
    """Wait until what the server has sent has arrived; the clock stands still."""
    for _ in range(3000):
        await asyncio.sleep(0)


async def test_spoken_over(server: ModelServer, kitchen: Satellite) -> None:
    """Who interrupts has heard a part, and the model is told so once."""
    server.script(reply(RECIPE), reply("Yes."), reply("Ok."))
    await kitchen.asks_for(3.5, "How do I make a tortilla?")
    await kitchen.asks_for(5, "Does that work with leeks?")
    assert answers(server) == ["First peel the potatoes and boil them. Then"]
    assert notes(server) == [WHERE_IT_ENDS]
    assert words(messages(server)[-1]["content"]) == "Does that work with leeks?"
    kitchen.becomes("idle")
    await kitchen.asks("Thanks")
    assert notes(server) == []
    one, two, three = (body["messages"] for body in server.bodies)
    assert two[: len(one)] == one
    assert three[: len(two)] == two


@pytest.mark.parametrize("seconds", [9, 10, 11, 50])
async def test_heard_to_its_end(
    server: ModelServer, kitchen: Satellite, seconds: float
) -> None:
    """An answer that was heard, or nearly, was not interrupted."""
    server.script(reply(RECIPE))
    await kitchen.asks_for(seconds, "How do I make a tortilla?")
    await kitchen.asks("Thanks")
    assert answers(server) == [RECIPE]
    assert notes(server) == []


@pytest.mark.parametrize("state", ["idle", "listening"])
async def test_short_answer(
    server: ModelServer, kitchen: Satellite, state: str
) -> None:
    """A short answer is heard by the time at which anybody can interrupt it."""
    server.script(reply("Fry both in a pan."))
    await kitchen.asks_for(1.1, "And then?")
    kitchen.becomes(state)
    await kitchen.asks("Thanks")
    assert answers(server) == ["Fry both in a pan."]
    assert notes(server) == []


@pytest.mark.parametrize("state", ["idle", "listening", "processing"])
async def test_satellite_that_does_not_speak(
    server: ModelServer, kitchen: Satellite, state: str
) -> None:
    """A satellite that is not responding for a second tells nothing of its speech."""
    server.script(reply(RECIPE))
    await kitchen.asks_for(0.5, "How do I make a tortilla?")
    kitchen.becomes(state)
    kitchen.wait(5)
    await kitchen.asks("Thanks")
    assert answers(server) == [RECIPE]
    assert notes(server) == []


async def test_stopped(
    server: ModelServer,
    kitchen: Satellite,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """An answer that is stopped is known minutes later, in the chat window as well."""
    set_options(conversation_timeout=600)
    server.script(reply(RECIPE))
    await kitchen.asks_for(3.5, "How do I make a tortilla?")
    kitchen.becomes("idle")
    kitchen.wait(300)
    await say("What comes after the onions?")
    assert answers(server) == ["First peel the potatoes and boil them. Then"]
    assert notes(server) == [WHERE_IT_ENDS]


async def test_unavailable(server: ModelServer, kitchen: Satellite) -> None:
    """What is heard of a satellite that is gone is not known."""
    server.script(reply(RECIPE))
    await kitchen.asks_for(2, "How do I make a tortilla?")
    kitchen.becomes("unavailable")
    kitchen.becomes("responding")
    kitchen.wait(1)
    kitchen.becomes("idle")
    await kitchen.asks("Thanks")
    assert answers(server) == [RECIPE]
    assert notes(server) == []


async def test_no_satellite(
    server: ModelServer, say: Say, freezer: FrozenDateTimeFactory
) -> None:
    """In the chat window, and on a device without states, nothing is interrupted."""
    server.script(*(reply(RECIPE) for _ in range(3)))
    for fields in ({}, {"device_id": "phone"}, {"satellite_id": "assist_satellite.no"}):
        await say("How do I make a tortilla?", **fields)
        freezer.tick(2)
    await say("Thanks")
    assert answers(server) == [RECIPE] * 3
    assert notes(server) == []


async def test_pace_is_learned(
    server: ModelServer, kitchen: Satellite, satellite: Callable[[str], Satellite]
) -> None:
    """Who hears a faster voice has heard more, on this satellite."""
    server.script(*(reply(RECIPE) for _ in range(4)))
    for _ in range(3):
        await kitchen.hears_all(5.5, "How do I make a tortilla?")
        kitchen.wait(1)
    await kitchen.asks_for(3, "Again")
    await kitchen.asks("Thanks")
    assert answers(server) == [
        *[RECIPE] * 3,
        "First peel the potatoes and boil them. Then cut the onions. Fry both in a",
    ]
    server.script(reply(RECIPE))
    kitchen.becomes("idle")
    bath = satellite(BATH)
    await bath.asks_for(3.1, "Again")
    await bath.asks("Thanks")
    assert answers(server)[-1] == "First peel the potatoes and boil them."


@pytest.mark.parametrize("is_known", [True, False])
async def test_idle_early(
    server: ModelServer, kitchen: Satellite, *, is_known: bool
) -> None:
    """A satellite that is idle early was stopped, unless it may just speak fast."""
    if is_known:
        server.script(reply(RECIPE[:79]))
        await kitchen.hears_all(5.8, "How do I begin?")
    server.script(reply(RECIPE))
    await kitchen.hears_all(4.6, "How do I make a tortilla?")
    await kitchen.asks("Thanks")
    if is_known:
        assert answers(server)[1] == RECIPE[: RECIPE.index(" Fry")]
        assert notes(server) == [WHERE_IT_ENDS]
    else:
        assert answers(server) == [RECIPE]
        assert notes(server) == []


async def test_end_of_earlier_speech(server: ModelServer, kitchen: Satellite) -> None:
    """A satellite is idle by when speech that was cut off would have ended.

    Wyoming satellites are. The answer after that was not stopped for it.
    """
    server.script(reply(RECIPE), reply(RECIPE))
    await kitchen.asks_for(5, "How do I make a tortilla?")
    await kitchen.asks_for(2.5, "Again")
    kitchen.becomes("idle")
    await kitchen.asks("Thanks")
    assert answers(server)[1] == RECIPE
    assert notes(server) == []


@pytest.mark.parametrize("is_idle", [False, True])
async def test_cancelled(
    server: ModelServer, kitchen: Satellite, *, is_idle: bool
) -> None:
    """A turn that is cancelled while it is spoken is left with what was heard."""
    server.script(reply(RECIPE[:79], Pause(60), RECIPE[79:]), reply("Yes."))
    turn = asyncio.ensure_future(kitchen.asks("How do I make a tortilla?"))
    await server.wait_for_completions(1)
    await arrived()
    kitchen.wait(2.1)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    if is_idle:
        kitchen.becomes("idle")
    await kitchen.asks("Stop, does that work with leeks?")
    assert answers(server) == ["First peel the potatoes"]
    assert notes(server) == [WHERE_IT_ENDS]
    await kitchen.asks("Thanks")
    assert notes(server) == []


async def test_end_of_cancelled_speech(server: ModelServer, kitchen: Satellite) -> None:
    """The answer after one that was cancelled was not stopped by the end of that."""
    server.script(reply(RECIPE[:79], Pause(60), RECIPE[79:]), reply(RECIPE))
    turn = asyncio.ensure_future(kitchen.asks("How do I make a tortilla?"))
    await server.wait_for_completions(1)
    await arrived()
    kitchen.wait(2.1)
    turn.cancel()
    await asyncio.wait([turn])
    await kitchen.hears_all(2.5, "Again")
    await kitchen.asks("Thanks")
    assert answers(server)[1] == RECIPE
    assert notes(server) == []


async def test_speech_that_waits(server: ModelServer, kitchen: Satellite) -> None:
    """The pace of speech that had to wait for its text is not learned."""
    go_on = asyncio.Event()
    server.script(reply(RECIPE[:79], Pause(go_on), RECIPE[79:]), reply(RECIPE))
    turn = asyncio.ensure_future(kitchen.asks("How do I make a tortilla?"))
    await server.wait_for_completions(1)
    await arrived()
    kitchen.wait(9)
    go_on.set()
    await turn
    kitchen.wait(5)
    kitchen.becomes("idle")
    await kitchen.asks_for(3.5, "Again")
    await kitchen.asks("Thanks")
    assert answers(server)[1] == "First peel the potatoes and boil them. Then"


@pytest.mark.parametrize("part", ["", "Well, "])
async def test_cancelled_before_a_word(
    server: ModelServer, kitchen: Satellite, part: str
) -> None:
    """Nothing was heard of an answer of which nothing was spoken."""
    server.script(reply(part, Pause(60), "never."))
    turn = asyncio.ensure_future(kitchen.asks("Tell me a story"))
    await server.wait_for_completions(1)
    await arrived()
    kitchen.wait(5)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    await kitchen.asks("Turn on the lamp")
    assert answers(server) == []
    assert notes(server) == [BEFORE_IT_WAS_HEARD]


async def test_cancelled_in_the_chat_window(
    server: ModelServer, say: Say, freezer: FrozenDateTimeFactory
) -> None:
    """What was shown was read: nothing is left out of it."""
    server.script(reply(RECIPE[:79], Pause(60), RECIPE[79:]))
    turn = asyncio.ensure_future(say("How do I make a tortilla?"))
    await server.wait_for_completions(1)
    await arrived()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    await say("Does that work with leeks?")
    assert answers(server) == [RECIPE[:79]]
    assert notes(server) == []


@pytest.mark.parametrize("is_cancelled", [True, False])
async def test_actions_are_done(
    server: ModelServer,
    kitchen: Satellite,
    light: list[ServiceCall],
    *,
    is_cancelled: bool,
) -> None:
    """What was done is in the history, whatever was heard of it."""
    tail = (Pause(60), RECIPE[79:]) if is_cancelled else (RECIPE[79:],)
    server.script(reply(calls=[TURN_ON]), reply(RECIPE[:79], *tail))
    turn = asyncio.ensure_future(kitchen.asks("Turn on the lamp, then the recipe"))
    await server.wait_for_completions(2)
    await arrived()
    if is_cancelled:
        kitchen.wait(2.1)
        turn.cancel()
        await asyncio.wait([turn])
    else:
        await turn
        kitchen.wait(2.1)
    await kitchen.asks("Stop")
    before = server.bodies[1]["messages"][1:]
    assert messages(server)[: len(before)] == before
    assert [m["role"] for m in before] == ["user", "assistant", "tool"]
    assert answers(server) == ["First peel the potatoes"]
    assert notes(server) == [WHERE_IT_ENDS]
    assert len(light) == 1


async def test_two_satellites(
    server: ModelServer, kitchen: Satellite, satellite: Callable[[str], Satellite]
) -> None:
    """An interruption in the kitchen does not cut the answer in the bath.

    The server has the answer in the kitchen in its prompt cache by then, so it stays;
    the model is told of it in the kitchen.
    """
    bath = satellite(BATH)
    server.script(reply(RECIPE), reply(RECIPE.upper()), reply("Ok."), reply("Ok."))
    await kitchen.asks("How do I make a tortilla?")
    await bath.asks("Louder!")
    kitchen.wait(3.5)
    kitchen.becomes("listening")
    kitchen.wait(20)
    bath.becomes("idle")
    await bath.asks("Thanks")
    assert notes(server) == []
    await kitchen.asks("Does that work with leeks?")
    assert answers(server) == [RECIPE, RECIPE.upper(), "Ok."]
    assert notes(server) == [
        'Your last answer here was interrupted after "peel the potatoes and boil them. Then".'
    ]
    for one, two in zip(server.bodies, server.bodies[1:], strict=False):
        assert two["messages"][: len(one["messages"])] == one["messages"]


async def test_spoken_over_during_another_turn(
    server: ModelServer, kitchen: Satellite, satellite: Callable[[str], Satellite]
) -> None:
    """What a running turn has sent to the server is not cut."""
    bath, go_on = satellite(BATH), asyncio.Event()
    server.script(reply(RECIPE), reply("One ", Pause(go_on), "two."), reply("Ok."))
    await kitchen.asks("How do I make a tortilla?")
    turn = asyncio.ensure_future(bath.asks("Count"))
    await server.wait_for_completions(2)
    kitchen.wait(3.5)
    kitchen.becomes("listening")
    go_on.set()
    await turn
    await kitchen.asks("Does that work with leeks?")
    assert answers(server) == [RECIPE, "One two."]
    assert notes(server) == [
        'Your last answer here was interrupted after "peel the potatoes and boil them. Then".'
    ]


@pytest.mark.parametrize("is_cancelled", [True, False])
async def test_restart(
    hass: HomeAssistant,
    server: ModelServer,
    kitchen: Satellite,
    entry: MockConfigEntry,
    *,
    is_cancelled: bool,
) -> None:
    """An interruption is known after a restart, and told once."""
    tail = (Pause(60), RECIPE[79:]) if is_cancelled else (RECIPE[79:],)
    server.script(reply(RECIPE[:79], *tail))
    turn = asyncio.ensure_future(kitchen.asks("How do I make a tortilla?"))
    await server.wait_for_completions(1)
    await arrived()
    if is_cancelled:
        kitchen.wait(2.1)
        turn.cancel()
        await asyncio.wait([turn])
    else:
        await turn
        kitchen.wait(2.1)
        kitchen.becomes("listening")
    await restart(hass, entry)
    await kitchen.asks("Does that work with leeks?")
    assert answers(server) == ["First peel the potatoes"]
    assert notes(server) == [WHERE_IT_ENDS]
    await restart(hass, entry)
    await kitchen.asks("Thanks")
    assert notes(server) == []


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set the entry up from what is stored."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    del hass.data[DATA_ENTRY_STATES][entry.entry_id]
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_restart_in_the_middle(
    hass: HomeAssistant, server: ModelServer, kitchen: Satellite, entry: MockConfigEntry
) -> None:
    """What is heard of an answer during a restart is not known."""
    server.script(reply(RECIPE))
    await kitchen.asks_for(2, "How do I make a tortilla?")
    await restart(hass, entry)
    await kitchen.asks("Thanks")
    assert answers(server) == [RECIPE]
    assert notes(server) == []


async def test_other_languages(
    server: ModelServer, kitchen: Satellite, set_options: Callable[..., None]
) -> None:
    """What is heard is known in any script."""
    text = "先把土豆去皮，切成小块，用水煮熟。然后把洋葱切碎，放在锅里炒，最后加入六个鸡蛋。"
    server.script(reply(text))
    await kitchen.asks_for(2.5, "怎么做土豆饼？", language="zh")
    await kitchen.asks("谢谢", language="zh")
    assert answers(server) == ["先把土豆去皮，切成小"]
    assert notes(server) == [WHERE_IT_ENDS]


async def test_markup(server: ModelServer, kitchen: Satellite) -> None:
    """What was heard in part stays as it was spoken, and is not marked."""
    text = RECIPE.replace("potatoes", "**potatoes** 🥔") + " [CONTINUE_LISTENING]"
    server.script(reply(text), reply(text))
    await kitchen.asks_for(3.5, "How do I make a tortilla?")
    await kitchen.asks_for(11, "Again")
    await kitchen.asks("Thanks")
    assert answers(server) == ["First peel the potatoes and boil them. Then", text]


async def test_turn_that_fails(server: ModelServer, kitchen: Satellite) -> None:
    """An interruption is told in the next turn that the model gets, and once."""
    server.script(reply(RECIPE), failure(402), reply("Ok."), reply("Ok."))
    await kitchen.asks_for(2, "How do I make a tortilla?")
    await kitchen.asks("Does that work with leeks?")
    told = messages(server)[-1]["content"]
    assert WHERE_IT_ENDS in told
    await kitchen.asks("Well?")
    assert messages(server)[-2]["content"] == told
    assert notes(server) == []


async def test_session_that_ended(
    server: ModelServer, kitchen: Satellite, set_options: Callable[..., None]
) -> None:
    """An answer of a session that has ended is not kept for a word of it."""
    set_options(conversation_timeout=1)
    server.script(reply(RECIPE))
    await kitchen.asks_for(3.5, "How do I make a tortilla?")
    await kitchen.asks("Thanks")
    kitchen.becomes("idle")
    assert answers(server) == []
    assert notes(server) == []


async def test_huge_answer(server: ModelServer, kitchen: Satellite) -> None:
    """An answer without an end is cut like any other."""
    server.script(
        reply(*[f"{number} potatoes are on the table. " for number in range(50)])
    )
    await kitchen.asks_for(3, "Count the potatoes")
    await kitchen.asks("Stop")
    (answer,) = answers(server)
    assert answer == "0 potatoes are on the table. 1"


async def test_nothing_is_learned_from_it(
    hass: HomeAssistant,
    server: ModelServer,
    kitchen: Satellite,
    set_options: Callable[..., None],
) -> None:
    """Facts are looked for in what was said, not in what was heard."""
    set_options(enable_fact_learning=True)
    server.script(reply(RECIPE), reply("Yes."), reply("[]"))
    await kitchen.asks_for(3.5, "How do I make a tortilla?")
    await kitchen.asks("My cat wants one, too")
    assert notes(server) == [WHERE_IT_ENDS]
    kitchen.becomes("idle")
    kitchen.wait(61)
    async_fire_time_changed(hass, dt_util.utcnow())
    await server.wait_for_completions(3)
    assert RequestView(server.bodies[-1]).transcript_lines == [
        "How do I make a tortilla?",
        "My cat wants one, too",
    ]


async def test_interrupted_twice(server: ModelServer, kitchen: Satellite) -> None:
    """Each interruption is told in the turn after it."""
    server.script(*(reply(RECIPE) for _ in range(3)))
    for text in ("How do I make a tortilla?", "Again", "And again"):
        await kitchen.asks_for(3.5, text)
        if text != "How do I make a tortilla?":
            assert notes(server) == [WHERE_IT_ENDS]
    await kitchen.asks("Thanks")
    assert answers(server) == ["First peel the potatoes and boil them. Then"] * 3
