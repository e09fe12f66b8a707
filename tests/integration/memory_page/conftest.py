"""Fixtures: a household that talks, and what becomes of its words."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.entry_state import (
    DATA_ENTRY_STATES,
)
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import Context, HomeAssistant
from homeassistant.util import dt as dt_util
from testbed.replies import Call, say as reply
from testbed.server import ModelServer
from tests.integration.conftest import Say, speech

type Stored = Callable[[], dict[str, Any]]
type Tell = Callable[..., Awaitable[Any]]
type Act = Callable[..., Awaitable[Any]]
type User = Callable[..., Context]


@pytest.fixture(autouse=True)
def learning(set_options: Callable[..., None]) -> None:
    """Have facts remembered."""
    set_options(enable_fact_learning=True)


@pytest.fixture
def stored(entry: MockConfigEntry, hass_storage: dict[str, Any]) -> Stored:
    """Return a function that returns what is on disk of the facts."""
    key = f"{DOMAIN}.{entry.entry_id}"
    return lambda: deepcopy(hass_storage[key]["data"]) if key in hass_storage else {}


@pytest.fixture
async def user(hass: HomeAssistant, local_auth: Any) -> User:
    """Return a function that adds a user, and returns the context of a turn."""
    group = await hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None
    known: dict[str, MockUser] = {}

    def _user(name: str) -> Context:
        if name not in known:
            known[name] = MockUser(name=name, groups=[group]).add_to_hass(hass)
        return Context(user_id=known[name].id)

    return _user


@pytest.fixture
def act(hass: HomeAssistant, agent: str, entry: MockConfigEntry) -> Act:
    """Return a function that calls an action for the entry."""

    async def _act(action: str, **data: Any) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            action,
            {"config_entry_id": entry.entry_id, **data},
            blocking=True,
            return_response=True,
        )

    return _act


@pytest.fixture
def edit(hass: HomeAssistant, agent: str) -> Act:
    """Return a function that calls a to-do action for the list."""

    async def _edit(action: str, context: Context | None = None, **data: Any) -> Any:
        return await hass.services.async_call(
            "todo",
            action,
            {"entity_id": "todo.scripted_memory", **data},
            blocking=True,
            return_response=action == "get_items",
            context=context,
        )

    return _edit


@pytest.fixture
def tell(server: ModelServer, say: Say) -> Tell:
    """Return a function that says a sentence, for which the model calls a fact tool.

    It returns the result of the call.
    """

    async def _tell(text: str, tool: str, *, said: Any = (), **arguments: str) -> Any:
        server.script(reply(calls=[Call(tool, arguments)]), reply("Well."))
        assert speech(await say(text, **dict(said))) == "Well."
        return json.loads(server.bodies[-1]["messages"][-1]["content"])

    return _tell


@pytest.fixture
def end_conversation(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Tell:
    """Return a function that lets a minute pass, and what follows."""

    async def _end() -> None:
        freezer.tick(61)
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done(wait_background_tasks=True)

    return _end


@pytest.fixture
def restart(hass: HomeAssistant, entry: MockConfigEntry) -> Tell:
    """Return a function that sets the entry up from what is on disk."""

    async def _restart() -> None:
        assert await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
        del hass.data[DATA_ENTRY_STATES][entry.entry_id]
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()

    return _restart


def found_in(line: str, category: str, key: str, value: str) -> str:
    """Return a model's answer with the fact that it found in a line."""
    fact = {"quote": line, "category": category, "key": key, "value": value}
    return json.dumps({"facts": [fact]})


def sent(server: ModelServer) -> str:
    """Return the last message of the last request, as the model gets it."""
    content: str = server.bodies[-1]["messages"][-1]["content"]
    return content


def history(server: ModelServer) -> str:
    """Return all messages of the last request as text."""
    return json.dumps(server.bodies[-1]["messages"][1:], ensure_ascii=False)
