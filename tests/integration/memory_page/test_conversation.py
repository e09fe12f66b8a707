"""Tests of the sentences on the conversation."""

from collections.abc import Callable

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.helpers import llm
from testbed.server import ModelServer
from tests.integration.conftest import Say
from tests.integration.spies import SpyAPI, SpyTool
from tests.integration.test_session import handle_locally

from .conftest import Act, Tell, history
from .sentences import says


@says(
    "Say something in the kitchen, and continue in the bedroom: the assistant "
    "knows what was said in any room and any conversation, until nobody has "
    "spoken to it for a minute, or for the time that you choose."
)
async def test_all_rooms(
    server: ModelServer,
    say: Say,
    end_conversation: Tell,
    freezer: FrozenDateTimeFactory,
    set_options: Callable[..., None],
) -> None:
    await say("The soup is hot", context=Context(), device_id="kitchen")
    freezer.tick(59)
    await say("Hello", context=Context(), satellite_id="assist_satellite.bedroom")
    assert "The soup is hot" in history(server)
    freezer.tick(61)
    await say("Hello", context=Context(), device_id="kitchen")
    assert "The soup is hot" not in history(server)
    set_options(conversation_timeout=300)
    await say("The soup is cold")
    freezer.tick(299)
    await say("Hello")
    assert "The soup is cold" in history(server)


@says(
    "That includes commands that Home Assistant handled by itself in the same "
    "conversation."
)
async def test_local_commands(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    resident: Context,
) -> None:
    result = await say("Hello")
    await handle_locally(hass, "turn on the lamp", resident, result.conversation_id)
    assert len(light) == 1
    await say("What did you do?", conversation_id=result.conversation_id)
    assert "turn on the lamp" in history(server)
    assert "Turned on the light" in history(server)


@says("It also survives a restart.")
async def test_restart(server: ModelServer, say: Say, restart: Tell) -> None:
    await say("The soup is hot")
    await restart()
    await say("Hello")
    assert "The soup is hot" in history(server)


@pytest.fixture
def admin_api(
    hass: HomeAssistant, agent: str, set_options: Callable[..., None]
) -> None:
    """Select an API for all users, and one that requires an administrator."""
    everyone = SpyAPI(hass, "all", SpyTool("lamp"))
    restricted = SpyAPI(hass, "admin", SpyTool("look_up"))
    # The attribute does not exist in 2026.10.
    object.__setattr__(restricted, "requires_admin", True)
    for api in (everyone, restricted):
        llm.async_register_api(hass, api)
    set_options(llm_hass_api=["all", "admin"])


@says(
    "Two kinds of turns do not take part: those of an administrator who is given "
    "tools for administrators, who has a conversation of their own, and those of "
    "automations."
)
async def test_other_turns(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    admin_api: None,
    hass_admin_user: MockUser,
) -> None:

    def admin() -> Context:
        return Context(user_id=hass_admin_user.id)

    await say("The household speaks")
    await say("The administrator speaks", context=admin())
    assert "The household speaks" not in history(server)
    await say("An automation speaks", context=Context())
    for other in ("household", "administrator"):
        assert f"The {other} speaks" not in history(server)
    await say("Hello")
    assert "The household speaks" in history(server)
    for other in ("The administrator", "An automation"):
        assert f"{other} speaks" not in history(server)
    await say("Hello", context=admin())
    assert "The administrator speaks" in history(server)


@says("End session, an action, ends the conversation at once.")
async def test_end_session(server: ModelServer, say: Say, act: Act) -> None:
    before = await say("The soup is hot")
    await act("end_session")
    await say("Hello", conversation_id=before.conversation_id)
    assert "The soup is hot" not in history(server)
