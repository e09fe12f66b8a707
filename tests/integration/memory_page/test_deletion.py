"""Tests of the sentences on how what is remembered is deleted."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import entity_registry as er
from testbed.replies import failure, say as reply
from testbed.server import ModelServer
from tests.integration.conftest import Say

from .conftest import Act, Stored, Tell, User, found_in, history
from .sentences import says

CAT = {"category": "family_members", "key": "cat", "value": "Amy"}
TEA = {"category": "preferences", "key": "tea", "value": "green"}
BUTTON = "button.scripted_forget_everything"


@says(
    "All facts are in a list, under To-do lists › OpenAI-Compatible Memory: "
    "correct them there, add to them, and tick off or delete what should be "
    "forgotten."
)
async def test_list(edit: Act, stored: Stored, hass: HomeAssistant) -> None:
    state = hass.states.get("todo.scripted_memory")
    assert state is not None
    assert state.name == "Scripted Memory"
    await edit("add_item", item="cat: Amy")
    await edit("add_item", item="tea: green")
    await edit("update_item", item="cat: Amy", rename="cat: Bob")
    assert [f["value"] for f in stored()["facts"]] == ["Bob", "green"]
    await edit("update_item", item="cat: Bob", status="completed")
    assert [f["value"] for f in stored()["facts"]] == ["green"]
    await edit("remove_item", item="tea: green")
    assert stored()["facts"] == []


@says('Or say it: "forget what I said about the present".')
async def test_by_words(tell: Tell, act: Act, stored: Stored) -> None:
    present = {"category": "preferences", "key": "present", "value": "a bike"}
    await act("learn_fact", **present)
    await act("learn_fact", **CAT)
    text = "Forget what I said about the present"
    found = await tell(text, "forget_fact", words="the present")
    assert found == {"forgotten": True}
    assert [fact["key"] for fact in stored()["facts"]] == ["cat"]


@says(
    "If that can mean several facts, none is forgotten, and the model is told "
    "which they are, to ask you."
)
async def test_candidates(tell: Tell, act: Act, stored: Stored) -> None:
    await act("learn_fact", **TEA)
    await act("learn_fact", **TEA | {"key": "evening tea", "value": "rooibos"})
    found = await tell("Forget the tea", "forget_fact", words="tea")
    assert found["forgotten"] is False
    assert {fact["key"] for fact in found["candidates"]} == {"tea", "evening tea"}
    assert len(stored()["facts"]) == 2


@says(
    "With a fact, what was true before is deleted as well, and so is what was "
    "said of it, in the conversation and in what the model has not looked through "
    "yet."
)
async def test_all_of_it(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    tell: Tell,
    act: Act,
    stored: Stored,
    hass_storage: dict[str, Any],
    end_conversation: Tell,
) -> None:
    await say("My cat is called Amy")
    server.script(failure(402))
    await end_conversation()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "Amy" in str(stored()["pending"])
    await act("learn_fact", **CAT | {"value": "Mimi"})
    text = "No, remember that my cat is called Amy"
    await tell(text, "learn_fact", **CAT)
    assert stored()["facts"][0]["past"]
    await tell("Forget my cat", "forget_fact", category=CAT["category"], key="cat")
    for word in ("Amy", "Mimi"):
        assert word not in str(hass_storage)
    await say("Hello")
    assert "Amy" not in history(server)


@says(
    "It is not learned again from what was said before, nor in passing, but only if "
    "somebody asks to remember it."
)
async def test_not_again(
    server: ModelServer,
    say: Say,
    tell: Tell,
    act: Act,
    stored: Stored,
    restart: Tell,
    end_conversation: Tell,
) -> None:
    line = "My cat is called Amy"

    async def mention() -> None:
        await say(line)
        server.script(reply(found_in(line, **CAT)))
        await end_conversation()

    await mention()
    assert [fact["value"] for fact in stored()["facts"]] == ["Amy"]
    await say(line)
    await act("forget_fact", category=CAT["category"], key=CAT["key"])
    await end_conversation()
    await restart()
    assert stored()["facts"] == []
    await mention()
    assert stored()["facts"] == []
    await tell(f"Remember: {line}", "learn_fact", **CAT)
    assert [fact["value"] for fact in stored()["facts"]] == ["Amy"]


@says(
    "Forget everything, an action for administrators, deletes all facts, the "
    "conversation, and what the model has not looked through yet."
)
async def test_everything(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    act: Act,
    user: User,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    end_conversation: Tell,
) -> None:
    await act("learn_fact", **CAT)
    await say("The soup is hot")
    server.script(failure(402))
    await end_conversation()
    await hass.async_block_till_done(wait_background_tasks=True)
    await say("The bread is warm")
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            "forget_everything",
            {"config_entry_id": entry.entry_id},
            blocking=True,
            context=user("Ann"),
        )
    for word in ("Amy", "soup", "bread"):
        assert word in str(hass_storage)
    await act("forget_everything")
    for word in ("Amy", "soup", "bread"):
        assert word not in str(hass_storage)
    await say("Hello")
    assert "bread" not in history(server)


@says(
    "A button on the page of the device does the same, once an administrator has "
    "enabled it."
)
async def test_button(
    hass: HomeAssistant,
    act: Act,
    stored: Stored,
    entry: MockConfigEntry,
    hass_admin_user: MockUser,
) -> None:
    await act("learn_fact", **CAT)
    assert hass.states.get(BUTTON) is None
    er.async_get(hass).async_update_entity(BUTTON, disabled_by=None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": BUTTON},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    assert stored()["facts"] == []


@says(
    "Remember facts in the options turns learning off: facts are kept and not "
    "used, and what the model has not looked through yet is deleted."
)
async def test_turned_off(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    act: Act,
    stored: Stored,
    end_conversation: Tell,
    set_options: Callable[..., None],
) -> None:
    await act("learn_fact", **CAT)
    await say("The soup is hot")
    server.script(failure(402))
    await end_conversation()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert stored()["pending"]
    set_options(enable_fact_learning=False)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert stored()["pending"] == []
    assert [fact["value"] for fact in stored()["facts"]] == ["Amy"]
    await say("What is my cat called?")
    assert "Amy" not in history(server)
    names = [tool["function"]["name"] for tool in server.bodies[-1].get("tools", [])]
    assert not [name for name in names if name.endswith("_fact")]


@says("The conversation and the facts are deleted with the entry.")
async def test_entry_is_removed(
    hass: HomeAssistant,
    say: Say,
    act: Act,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    await act("learn_fact", **CAT)
    await say("The soup is hot")
    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not [key for key in hass_storage if entry.entry_id in key]


@says("Actions learn, look up and forget facts for automations as well.")
async def test_automations(
    hass: HomeAssistant, entry: MockConfigEntry, agent: str, stored: Stored
) -> None:

    async def act(action: str, **data: Any) -> Any:
        target = {"config_entry_id": entry.entry_id}
        return await hass.services.async_call(
            DOMAIN,
            action,
            target | data,
            blocking=True,
            return_response=True,
            context=Context(),
        )

    await act("learn_fact", **CAT)
    assert len((await act("query_facts"))["facts"]) == 1
    assert await act("forget_fact", words="cat") == {"forgotten": True}
    assert stored()["facts"] == []


@says("They also export all facts, and import them in another Home Assistant.")
async def test_move(hass: HomeAssistant, act: Act, entry: MockConfigEntry) -> None:
    await act("learn_fact", **CAT)
    await act("learn_fact", **TEA, subject="Ann")
    exported = await act("export_facts")
    second = MockConfigEntry(
        domain=DOMAIN, title="Second", data=entry.data, options=entry.options
    )
    second.add_to_hass(hass)
    assert await hass.config_entries.async_setup(second.entry_id)
    moved = {"config_entry_id": second.entry_id}
    assert await act("import_facts", facts=exported, **moved) == {
        "imported": 2,
        "refused": 0,
    }
    assert await act("export_facts", **moved) == exported
