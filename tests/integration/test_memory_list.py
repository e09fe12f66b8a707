"""Tests of the memory in the to-do list."""

from collections.abc import Callable
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.todo import TodoListEntity
from homeassistant.components.todo.const import DATA_COMPONENT
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

LIST = "todo.scripted_memory"
DAY = "2026-03-03 20:00:00+00:00"
WRITTEN = "2026-03-03 · in this list"
ACTED = "2026-03-03 · by an action"


@pytest.fixture(autouse=True)
def day(agent: str, freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock."""
    freezer.move_to(DAY)


@pytest.fixture
def stored(
    entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> Callable[[], list[dict[str, Any]]]:
    """Return a function that returns the facts on disk."""
    return lambda: hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]["facts"]


@pytest.fixture
def learn(
    hass: HomeAssistant, agent: str, entry: MockConfigEntry
) -> Callable[..., Any]:
    """Return a function that learns a fact by the action."""

    async def _learn(category: str, key: str, value: str, **data: Any) -> None:
        fact = {"category": category, "key": key, "value": value, **data}
        target = {"config_entry_id": entry.entry_id}
        await hass.services.async_call(
            DOMAIN, "learn_fact", {**target, **fact}, blocking=True
        )

    return _learn


@pytest.fixture
async def ann(hass: HomeAssistant, local_auth: Any) -> Context:
    """Return the context of a user named Ann who is no administrator."""
    group = await hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None
    return Context(user_id=MockUser(name="Ann", groups=[group]).add_to_hass(hass).id)


@pytest.fixture
def edit(hass: HomeAssistant, agent: str) -> Callable[..., Any]:
    """Return a function that calls a to-do action for the list."""

    async def _edit(action: str, context: Context | None = None, **data: Any) -> Any:
        return await hass.services.async_call(
            "todo",
            action,
            {"entity_id": LIST, **data},
            blocking=True,
            return_response=action == "get_items",
            context=context,
        )

    return _edit


@pytest.fixture
def items(edit: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that returns summaries and descriptions of the items."""

    async def _items() -> list[tuple[str, list[str]]]:
        shown = (await edit("get_items"))[LIST]["items"]
        return [(item["summary"], item["description"].split("  \n")) for item in shown]

    return _items


def memory_list(hass: HomeAssistant) -> TodoListEntity:
    """Return the entity."""
    entity = hass.data[DATA_COMPONENT].get_entity(LIST)
    assert entity is not None
    return entity


async def test_list(
    hass: HomeAssistant,
    learn: Callable[..., Any],
    edit: Callable[..., Any],
    items: Callable[..., Any],
    stored: Callable[[], list[dict[str, Any]]],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Facts can be viewed, added, edited and deleted in the to-do list."""
    await learn("family_members", "cat", "Amy")
    state = hass.states.get(LIST)
    assert state is not None
    assert state.state == "1"
    pets = "Family, friends and pets"
    assert await items() == [("cat: Amy", [pets, f"Told · {ACTED}"])]

    await edit("add_item", item="tea: green")
    await edit("add_item", item="car: garage: left", description="locations")
    assert (await items())[1:] == [
        ("tea: green", ["Preferences", f"Told · {WRITTEN}"]),
        ("car: garage: left", ["Places", f"Told · {WRITTEN}"]),
    ]
    freezer.move_to("2026-04-01 20:00:00+00:00")
    await edit("update_item", item="cat: Amy", rename="cat: Amy and Bob")
    assert (await items())[0] == (
        "cat: Amy and Bob",
        [pets, "Told · 2026-04-01 · in this list", "Until 2026-04-01: Amy"],
    )
    assert stored()[0]["created_at"] == "2026-03-03T20:00:00+00:00"
    await edit("update_item", item="tea: green", rename="coffee: black")
    await edit("update_item", item="car: garage: left", description="device_nicknames")
    assert [(summary, lines[0]) for summary, lines in await items()] == [
        ("cat: Amy and Bob", pets),
        ("coffee: black", "Preferences"),
        ("car: garage: left", "Nicknames of devices"),
    ]
    await edit("update_item", item="coffee: black", status="completed")
    await edit("remove_item", item=["cat: Amy and Bob", "car: garage: left"])
    assert await items() == []
    assert stored() == []
    await edit("add_item", item="猫：小白")
    assert [summary for summary, _ in await items()] == ["猫: 小白"]


async def test_who_told_and_whose_it_is(
    hass: HomeAssistant,
    edit: Callable[..., Any],
    items: Callable[..., Any],
    stored: Callable[[], list[dict[str, Any]]],
    ann: Context,
) -> None:
    """A name in front of the key is whose fact it is; the user is who told it."""
    hass.states.async_set("person.tom", "home", {"friendly_name": "Tom Smith"})
    await edit("add_item", ann, item="ann, tea: green")
    await edit("add_item", ann, item="Tom Smith, tea: black")
    await edit("add_item", item="salt, pepper: in the drawer")
    assert await items() == [
        ("Ann, tea: green", ["Preferences", f"Told by Ann · {WRITTEN}"]),
        ("Tom Smith, tea: black", ["Preferences", f"Told by Ann · {WRITTEN}"]),
        ("salt, pepper: in the drawer", ["Preferences", f"Told · {WRITTEN}"]),
    ]
    assert [
        (f.get("subject"), f["key"], f.get("told_by"), f.get("channel"))
        for f in stored()
    ] == [
        ("Ann", "tea", "Ann", "list"),
        ("Tom Smith", "tea", "Ann", "list"),
        (None, "salt, pepper", None, "list"),
    ]


async def test_edit_of_a_fact_with_a_subject(
    learn: Callable[..., Any],
    edit: Callable[..., Any],
    items: Callable[..., Any],
    stored: Callable[[], list[dict[str, Any]]],
) -> None:
    """Value, key and subject can be edited, and the subject removed."""
    await learn("preferences", "tea", "green", subject="Ann")
    (item,) = (await edit("get_items"))[LIST]["items"]
    await edit("update_item", item=item["uid"], rename="Ann, tea: black")
    (after,) = (await edit("get_items"))[LIST]["items"]
    assert after["uid"] == item["uid"]
    assert (await items())[0][0] == "Ann, tea: black"
    await edit("update_item", item="Ann, tea: black", rename="Ann, coffee: black")
    await edit("update_item", item="Ann, coffee: black", rename="Bea, coffee: black")
    assert [(f["subject"], f["key"]) for f in stored()] == [("Bea", "coffee")]
    await edit("update_item", item="Bea, coffee: black", rename="coffee: black")
    assert ["subject" in f for f in stored()] == [False]


async def test_two_persons_have_facts_of_one_key(
    learn: Callable[..., Any], edit: Callable[..., Any], items: Callable[..., Any]
) -> None:
    """Items of the same key are told apart, and each is forgotten by itself."""
    for subject, tea in (("", "none"), ("Ann", "green"), ("A/b", "black")):
        await learn("preferences", "tea", tea, subject=subject)
    shown = (await edit("get_items"))[LIST]["items"]
    assert len({item["uid"] for item in shown}) == 3
    await edit("remove_item", item=[shown[1]["uid"]])
    assert [summary for summary, _ in await items()] == ["tea: none", "A/b, tea: black"]
    await edit("update_item", item=shown[2]["uid"], status="completed")
    assert [summary for summary, _ in await items()] == ["tea: none"]


async def test_edit_with_the_whole_description(
    learn: Callable[..., Any], edit: Callable[..., Any], items: Callable[..., Any]
) -> None:
    """The lines of origin come back with an edit, whole or not, and change nothing."""
    await learn("preferences", "tea", "green")
    origin = f"Told · {ACTED}"
    for description in (f"Preferences\n{origin}", origin, "", "Preferences\nno origin"):
        await edit("update_item", item="tea: green", description=description)
        assert await items() == [("tea: green", ["Preferences", origin])]
    await edit("update_item", item="tea: green", description=f"Places\n{origin}")
    assert (await items())[0][1][0] == "Places"


async def test_rename_onto_another_fact(
    edit: Callable[..., Any],
    stored: Callable[[], list[dict[str, Any]]],
) -> None:
    """It is refused with a word, and both facts stay as they are."""
    await edit("add_item", item="tea: green")
    await edit("add_item", item="coffee: black")
    await edit("add_item", item="coffee: where it is", description="locations")
    before = stored()
    with pytest.raises(ServiceValidationError, match="another fact about that"):
        await edit("update_item", item="coffee: black", rename="Tea: black")
    with pytest.raises(ServiceValidationError, match="another fact about that"):
        await edit("update_item", item="coffee: where it is", description="Preferences")
    assert stored() == before
    assert len(before) == 3


@pytest.mark.parametrize(
    ("language", "category", "origin"),
    [
        ("de", "Vorlieben", "Gesagt · 2026-03-03 · in dieser Liste"),
        ("de-CH", "Vorlieben", "Gesagt · 2026-03-03 · in dieser Liste"),
        ("fr", "Préférences", "Dit · 2026-03-03 · dans cette liste"),
        ("es", "Preferencias", "Dicho · 2026-03-03 · en esta lista"),
        ("nl", "Voorkeuren", "Verteld · 2026-03-03 · in deze lijst"),
        ("pl", "Preferences", "Told · 2026-03-03 · in this list"),
    ],
)
async def test_language_of_the_home(
    hass: HomeAssistant,
    edit: Callable[..., Any],
    items: Callable[..., Any],
    language: str,
    category: str,
    origin: str,
) -> None:
    """The list speaks the language of the home, and understands all of them."""
    await edit("add_item", item="tea: green")
    assert (await items())[0][1][0] == "Preferences"
    await hass.config.async_update(language=language)
    await hass.async_block_till_done()
    assert await items() == [("tea: green", [category, origin])]
    for typed in ("Orte", "lieux", "LUGARES", "Plaatsen", "Places", "locations"):
        await edit("update_item", item="tea: green", description=typed)
        assert (await items())[0][1][0] != category
        await edit("update_item", item="tea: green", description=category)
        assert (await items())[0][1][0] == category


async def test_time_zone_of_the_home(
    hass: HomeAssistant, edit: Callable[..., Any], items: Callable[..., Any]
) -> None:
    """The date is that of the home."""
    await edit("add_item", item="tea: green")
    await hass.config.async_update(time_zone="Asia/Tokyo")
    await hass.async_block_till_done()
    assert (await items())[0][1][1] == "Told · 2026-03-04 · in this list"


async def test_large_list(
    hass: HomeAssistant, agent: str, edit: Callable[..., Any], entry: MockConfigEntry
) -> None:
    """Of many items, only that of a changed fact is made anew."""
    store = entry.runtime_data.fact_store
    data = [
        {"category": "preferences", "key": f"tea {number}", "value": "green"}
        for number in range(2000)
    ]
    await store.async_import({"facts": data})
    before = memory_list(hass).todo_items
    assert before is not None
    assert len(before) == 2000
    await edit("update_item", item="tea 7: green", rename="tea 7: black")
    after = memory_list(hass).todo_items
    assert after is not None
    changed = [new for old, new in zip(before, after, strict=True) if old is not new]
    assert [item.summary for item in changed] == ["tea 7: black"]
    await edit("remove_item", item=[item.uid for item in after])
    assert memory_list(hass).todo_items == []


async def test_item_that_is_gone(
    edit: Callable[..., Any], hass: HomeAssistant, agent: str
) -> None:
    """An item that somebody else has renamed or deleted is named as such."""
    await edit("add_item", item="tea: green")
    items = memory_list(hass).todo_items
    assert items
    await edit("remove_item", item="tea: green")
    with pytest.raises(ServiceValidationError, match="does not exist any more"):
        await memory_list(hass).async_update_todo_item(items[0])


async def test_list_is_not_polled(hass: HomeAssistant, agent: str) -> None:
    """The list is updated by push."""
    assert not memory_list(hass).should_poll


async def test_errors(edit: Callable[..., Any], items: Callable[..., Any]) -> None:
    """Invalid items raise translated errors and change nothing."""
    with pytest.raises(ServiceValidationError, match="with a colon"):
        await edit("add_item", item="nothing")
    with pytest.raises(ServiceValidationError, match="one of these: Name of the user"):
        await edit("add_item", item="cat: Amy", description="weather")
    with pytest.raises(ServiceValidationError, match="value is empty"):
        await edit("add_item", item="cat: ")
    await edit("add_item", item="cat: Amy")
    with pytest.raises(HomeAssistantError, match="longer than 100"):
        await edit("update_item", item="cat: Amy", rename=f"{'k' * 101}: Amy")
    with pytest.raises(HomeAssistantError, match="with a colon"):
        await edit("update_item", item="cat: Amy", rename="Amy")
    assert [summary for summary, _ in await items()] == ["cat: Amy"]


@pytest.mark.parametrize(
    "assistant", ["conversation", "cloud.alexa", "cloud.google_assistant"]
)
async def test_list_is_not_exposed(
    hass: HomeAssistant, agent: str, assistant: str
) -> None:
    """The list is not exposed to assistants by default."""
    assert hass.states.get(LIST)
    assert not async_should_expose(hass, assistant, LIST)
