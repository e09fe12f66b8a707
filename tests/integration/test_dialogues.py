"""Tests of what the model is offered of the memory, in dialogues of a household."""

from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import UTC, datetime, timedelta
import re

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.util import dt as dt_util
from testbed.dialogue import Dialogue, Question, Turn, load_dialogues
from testbed.dialogue_model import DialogueModel
from testbed.replies import Body
from testbed.request_view import RequestView
from testbed.server import ModelServer

from .conftest import Say, failed, speech

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
SESSION = timedelta(seconds=60)
"""The default of `conversation_timeout`."""

type Speak = Callable[[Turn], object]


@pytest.fixture(params=load_dialogues(), ids=lambda dialogue: dialogue.id)
def dialogue(request: pytest.FixtureRequest) -> Dialogue:
    """Run a test with each dialogue."""
    found: Dialogue = request.param
    return found


@pytest.fixture
async def server(dialogue: Dialogue) -> AsyncGenerator[ModelServer]:
    """Yield a server with a model that knows the dialogue."""
    async with ModelServer(DialogueModel([dialogue])) as server:
        yield server
        assert not server.faults


@pytest.fixture
async def household(
    hass: HomeAssistant, local_auth: object, entry: MockConfigEntry, dialogue: Dialogue
) -> Callable[[Turn], dict[str, object]]:
    """Create the speakers and rooms; return a function that says where a turn is from."""
    group = await hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None
    speakers = {
        name: MockUser(name=name, groups=[group]).add_to_hass(hass)
        for name in dict.fromkeys(turn.by for turn in dialogue.turns if turn.by)
    }
    rooms = {
        name: dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={("test", name)}
        )
        for name in dict.fromkeys(turn.room for turn in dialogue.turns if turn.room)
    }
    for name, device in rooms.items():
        area = ar.async_get(hass).async_get_or_create(name)
        dr.async_get(hass).async_update_device(device.id, area_id=area.id)

    def origin(turn: Turn) -> dict[str, object]:
        user = speakers.get(turn.by)
        device = rooms.get(turn.room)
        return {
            "context": Context(user_id=user.id if user else None),
            "device_id": device.id if device else None,
            "language": turn.language,
        }

    return origin


async def test_dialogue(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    household: Callable[[Turn], dict[str, object]],
    set_options: Callable[..., None],
    freezer: FrozenDateTimeFactory,
    dialogue: Dialogue,
) -> None:
    """What fits is offered with the turn or found, and what must not be is not."""
    set_options(enable_fact_learning=True)
    freezer.move_to(BEGIN)
    for turn in dialogue.turns:
        freezer.tick(turn.after)
        if turn.after > SESSION:
            async_fire_time_changed(hass, dt_util.utcnow())
            await hass.async_block_till_done(wait_background_tasks=True)
        server.requests.clear()
        result = await say(turn.say, **household(turn))
        assert not failed(result), speech(result)
        if isinstance(turn, Question):
            check(turn, server.bodies)
        else:
            assert not refusals(server.bodies[-1])


def check(question: Question, bodies: list[Body]) -> None:
    """Assert that a model was offered what it has to be, and nothing else."""
    request = RequestView(bodies[-1])
    offered = request.remembered
    found = "\n".join(str(result.data) for result in request.results)
    assert not missing(question.offered, offered)
    assert not missing(question.found, found)
    if question.nothing:
        assert not offered
    sent = str(bodies).replace(question.say, "")
    assert set(missing(question.absent, sent)) == set(question.absent)
    if question.since is not None:
        date = (dt_util.utcnow() - question.since).date()
        assert date.isoformat() in offered + found


def refusals(body: Body) -> list[str | None]:
    """Return what tools refused."""
    problems = [result.problem for result in RequestView(body).results]
    return list(filter(None, problems))


def missing(words: Iterable[str], text: str) -> list[str]:
    """Return the words that a text lacks."""
    return [
        word
        for word in words
        if not re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE)
    ]
