"""Tests of the actions and of the button that change the memory."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er

from .conftest import Say

BUTTON = "button.scripted_forget_everything"
CAT = {"category": "family_members", "key": "cat", "value": "Amy"}
TEA = {"category": "preferences", "key": "tea", "value": "green"}
SINCE = {"since": "2026-03-03"}


@pytest.fixture(autouse=True)
def day(agent: str, freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock."""
    freezer.move_to("2026-03-03 12:00:00+00:00")


@pytest.fixture
def stored(
    entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> Callable[[], dict[str, Any]]:
    """Return a function that returns the data on disk."""
    return lambda: deepcopy(hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"])


@pytest.fixture
def act(hass: HomeAssistant, agent: str, entry: MockConfigEntry) -> Callable[..., Any]:
    """Return a function that calls an action for the entry."""

    async def _act(action: str, context: Context | None = None, **data: Any) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            action,
            {"config_entry_id": entry.entry_id, **data},
            blocking=True,
            return_response=True,
            context=context,
        )

    return _act


@pytest.fixture
async def ann(hass: HomeAssistant, local_auth: Any) -> Context:
    """Return the context of a user named Ann who is no administrator."""
    group = await hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None
    return Context(user_id=MockUser(name="Ann", groups=[group]).add_to_hass(hass).id)


@pytest.fixture
def admin(hass_admin_user: MockUser) -> Context:
    """Return the context of an administrator."""
    return Context(user_id=hass_admin_user.id)


async def test_actions(act: Callable[..., Any]) -> None:
    """The actions do the same as the tools and return the same responses."""
    assert await act("learn_fact", **CAT) == {"learned": CAT}
    await act("learn_fact", **TEA)
    everything = await act("query_facts")
    assert len(everything["facts"]) == 2
    tea = {"facts": [TEA | SINCE], "more": 0}
    assert await act("query_facts", category="preferences") == tea
    assert await act("query_facts", query="green") == tea
    forget = {"category": "family_members", "key": "Cat"}
    assert await act("forget_fact", **forget) == {"forgotten": True}
    assert await act("forget_fact", **forget) == {"forgotten": False}


async def test_subject(
    act: Callable[..., Any], ann: Context, stored: Callable[[], dict[str, Any]]
) -> None:
    """A fact of a person is another one than the household's; who told it is kept."""
    of_ann = TEA | {"subject": "Ann", "value": "black"}
    await act("learn_fact", ann, **TEA)
    assert await act("learn_fact", ann, **of_ann) == {"learned": of_ann}
    assert [(fact["told_by"], fact["channel"]) for fact in stored()["facts"]] == [
        ("Ann", "action")
    ] * 2
    found = await act("query_facts", subject="ann")
    assert found == {"facts": [of_ann | SINCE], "more": 0}
    found = await act("query_facts", subject="Ann", query="tea")
    assert found == {"facts": [of_ann | SINCE], "more": 0}
    assert await act("query_facts", subject="Tom") == {"facts": [], "more": 0}
    name = {"category": "preferences", "key": "tea"}
    assert await act("forget_fact", **name, subject="ann") == {"forgotten": True}
    assert (await act("query_facts"))["facts"] == [TEA | SINCE]


async def test_query_of_a_subject_sees_all_of_its_facts(
    act: Callable[..., Any],
) -> None:
    """Those of others do not count, neither as found nor as more."""
    for number in range(60):
        await act("learn_fact", **TEA | {"key": f"tea {number}"})
    await act("learn_fact", **TEA | {"key": "tea", "subject": "Ann"})
    for query in ({}, {"query": "tea"}, {"category": "preferences"}):
        found = await act("query_facts", subject="Ann", **query)
        assert [fact["key"] for fact in found["facts"]] == ["tea"]
        assert found["more"] == 0
    assert (await act("query_facts"))["more"] == 11


async def test_forget_by_words(act: Callable[..., Any]) -> None:
    """One fact is forgotten; of several, all are named and none is forgotten."""
    for fact in (CAT, TEA, TEA | {"key": "evening tea", "value": "rooibos"}):
        await act("learn_fact", **fact)
    assert await act("forget_fact", words="the cat") == {"forgotten": True}
    found = await act("forget_fact", words="tea")
    assert found["forgotten"] is False
    assert {fact["key"] for fact in found["candidates"]} == {"tea", "evening tea"}
    assert await act("forget_fact", words="a submarine") == {"forgotten": False}
    assert len((await act("query_facts"))["facts"]) == 2


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"category": "preferences"},
        {"key": "tea"},
        {"subject": "Ann"},
        {"category": "preferences", "key": "tea", "words": "tea"},
        {"subject": "Ann", "words": "tea"},
    ],
)
async def test_forget_needs_a_name_or_words(
    act: Callable[..., Any], data: dict[str, str]
) -> None:
    """Anything else is refused, and nothing is forgotten."""
    await act("learn_fact", **TEA)
    with pytest.raises(probatio.Invalid, match="either category and key, or words"):
        await act("forget_fact", **data)
    assert len((await act("query_facts"))["facts"]) == 1


async def test_forget_everything(
    act: Callable[..., Any],
    say: Say,
    set_options: Callable[..., None],
    stored: Callable[[], dict[str, Any]],
) -> None:
    """Facts and what is still to be learned from are gone from disk."""
    set_options(enable_fact_learning=True)
    await act("learn_fact", **CAT)
    await act("learn_fact", **TEA)
    await say("I drink green tea")
    await act("end_session")
    assert len(stored()["pending"]) == 1
    assert await act("forget_everything") == {"forgotten": 2}
    assert stored()["facts"] == []
    assert stored()["pending"] == []
    for word in ("Amy", "tea", "green"):
        assert word not in str(stored())
    assert await act("forget_everything") == {"forgotten": 0}


async def test_move_to_another_home(
    hass: HomeAssistant,
    act: Callable[..., Any],
    ann: Context,
    stored: Callable[[], dict[str, Any]],
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was exported is imported with all that is known of it."""
    await act("learn_fact", ann, **CAT)
    await act("learn_fact", **TEA, subject="Ann")
    freezer.move_to("2026-04-01 12:00:00+00:00")
    await act("learn_fact", ann, **TEA | {"value": "black"}, subject="Ann")
    before = stored()["facts"]
    exported = await act("export_facts")
    assert exported == {"facts": before}
    assert before[1]["past"]
    await act("forget_everything")
    found = await act("import_facts", facts=exported)
    assert found == {"imported": 2, "refused": 0}
    assert stored()["facts"] == before


async def test_import_of_a_list(act: Callable[..., Any]) -> None:
    """The list in a response will do; what is no fact is refused and counted."""
    found = await act("import_facts", facts=[CAT, {"key": "tea"}, "tea"])
    assert found == {"imported": 1, "refused": 2}
    assert [fact["key"] for fact in (await act("query_facts"))["facts"]] == ["cat"]


@pytest.mark.parametrize("facts", [None, 5, "text", {}, {"facts": 5}])
async def test_bad_import(act: Callable[..., Any], facts: object) -> None:
    """What is no export is refused with a word, and changes nothing."""
    await act("learn_fact", **CAT)
    with pytest.raises(ServiceValidationError, match="Export facts"):
        await act("import_facts", facts=facts)
    assert len((await act("query_facts"))["facts"]) == 1


async def test_action_errors(
    hass: HomeAssistant, act: Callable[..., Any], entry: MockConfigEntry
) -> None:
    """Invalid action data raises translated errors."""
    with pytest.raises(ServiceValidationError, match="one of these: user_name, fam"):
        await act("learn_fact", **{**CAT, "category": "weather"})
    with pytest.raises(ServiceValidationError, match="longer than 500"):
        await act("learn_fact", **{**CAT, "value": "v" * 501})
    with pytest.raises(ServiceValidationError, match="at most 100"):
        await act("learn_fact", **CAT, subject="s" * 101)
    with pytest.raises(ServiceValidationError, match="no such entry"):
        await act("query_facts", config_entry_id="nothing")
    assert await hass.config_entries.async_unload(entry.entry_id)
    for action in ("query_facts", "export_facts", "forget_everything"):
        with pytest.raises(ServiceValidationError, match="not loaded"):
            await act(action)


async def test_all_of_the_memory_is_for_administrators(
    act: Callable[..., Any], ann: Context, admin: Context
) -> None:
    """Others may neither delete it, nor read or write it in bulk."""
    await act("learn_fact", ann, **CAT)
    everything: dict[str, Any] = {"forget_everything": {}, "export_facts": {}}
    for action, data in {**everything, "import_facts": {"facts": [TEA]}}.items():
        with pytest.raises(Unauthorized):
            await act(action, ann, **data)
    assert len((await act("query_facts", ann))["facts"]) == 1
    exported = await act("export_facts", admin)
    assert await act("forget_everything", admin) == {"forgotten": 1}
    await act("import_facts", admin, facts=exported)
    assert (await act("query_facts", ann))["facts"] == [CAT | SINCE]


@pytest.fixture
async def press(hass: HomeAssistant, entry: MockConfigEntry) -> Callable[..., Any]:
    """Enable the button; return a function that presses it."""
    er.async_get(hass).async_update_entity(BUTTON, disabled_by=None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()

    async def _press(context: Context | None = None) -> None:
        target = {"entity_id": BUTTON}
        await hass.services.async_call(
            "button", "press", target, blocking=True, context=context
        )

    return _press


async def test_button(
    act: Callable[..., Any],
    press: Callable[..., Any],
    ann: Context,
    admin: Context,
    stored: Callable[[], dict[str, Any]],
) -> None:
    """It forgets everything, for those who may call the action."""
    await act("learn_fact", **CAT)
    with pytest.raises(Unauthorized):
        await press(ann)
    with pytest.raises(Unauthorized):
        await press(Context(user_id="somebody who was deleted"))
    assert len(stored()["facts"]) == 1
    await press(admin)
    assert stored()["facts"] == []
    await act("learn_fact", **CAT)
    await press()
    assert stored()["facts"] == []


async def test_button_is_disabled(hass: HomeAssistant, agent: str) -> None:
    """An administrator has to enable it first, as a press cannot be taken back."""
    registered = er.async_get(hass).async_get(BUTTON)
    assert registered is not None
    assert registered.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert hass.states.get(BUTTON) is None


@pytest.mark.parametrize(
    "assistant", ["conversation", "cloud.alexa", "cloud.google_assistant"]
)
async def test_button_is_not_exposed(
    hass: HomeAssistant, press: Callable[..., Any], assistant: str
) -> None:
    """No assistant can press it by default."""
    assert hass.states.get(BUTTON)
    assert not async_should_expose(hass, assistant, BUTTON)
