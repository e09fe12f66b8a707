"""To-do list platform: the facts in the memory, to view, edit and delete."""

import re
from typing import override

from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity
from .memory.fact import Category, Fact, FactError
from .services import invalid

PARALLEL_UPDATES = 0

SEPARATOR = ": "
_COLON = re.compile("[:：]")
"""Separator of key and value in user input, full-width as on Chinese keyboards too."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OpenAICompatibleConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the memory list of a config entry."""
    async_add_entities([MemoryList(entry)])


class MemoryList(OpenAICompatibleEntity, TodoListEntity):
    """The facts as to-do items: "key: value", with the category as description."""

    _attr_translation_key = "memory"
    _attr_should_poll = False
    # Entities with a category are not exposed to (cloud) assistants by default.
    _attr_entity_category = EntityCategory.CONFIG
    _attr_supported_features = (
        TodoListEntityFeature.CREATE_TODO_ITEM
        | TodoListEntityFeature.UPDATE_TODO_ITEM
        | TodoListEntityFeature.DELETE_TODO_ITEM
        | TodoListEntityFeature.SET_DESCRIPTION_ON_ITEM
    )

    def __init__(self, entry: OpenAICompatibleConfigEntry) -> None:
        """Initialize the memory list of a config entry."""
        super().__init__(entry, "memory")
        self._fact_store = entry.runtime_data.fact_store
        self._update_items()

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to changes of the facts."""
        await super().async_added_to_hass()
        self.async_on_remove(self._fact_store.async_listen(self._handle_change))

    @callback
    @override
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Keep the subscriptions: none of them depends on the entity_id."""
        super().async_entity_id_changed(old_entity_id)

    @callback
    def _handle_change(self) -> None:
        """Write the state after a change of the facts."""
        self._update_items()
        self.async_write_ha_state()

    def _update_items(self) -> None:
        """Update the items from the facts."""
        self._attr_todo_items = [
            TodoItem(
                uid=uid_of(fact),
                summary=f"{fact.key}{SEPARATOR}{fact.value}",
                description=str(fact.category),
                status=TodoItemStatus.NEEDS_ACTION,
            )
            for fact in self._fact_store.facts
        ]

    @override
    async def async_create_todo_item(self, item: TodoItem) -> None:
        """Learn the fact of a new item."""
        key, value = _key_and_value(item.summary)
        try:
            await self._fact_store.async_learn(_category(item.description), key, value)
        except FactError as err:
            raise invalid(err) from err

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Change the fact of an item, or forget it if the item is completed."""
        old = self._fact(item.uid)
        if item.status == TodoItemStatus.COMPLETED:
            await self._fact_store.async_forget(old.category, old.key)
            return
        key, value = _key_and_value(item.summary, old)
        category = _category(item.description) if item.description else old.category
        try:
            await self._fact_store.async_change(old, category, key, value)
        except FactError as err:
            raise invalid(err) from err

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        """Forget the facts of items."""
        for fact in [self._fact(uid) for uid in uids]:
            await self._fact_store.async_forget(fact.category, fact.key)

    def _fact(self, uid: str | None) -> Fact:
        """Return the fact of an item. Raises `ServiceValidationError`."""
        for fact in self._fact_store.facts:
            if uid_of(fact) == uid:
                return fact
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_such_fact"
        )


def uid_of(fact: Fact) -> str:
    """Return the item uid of a fact: its category and key."""
    return f"{fact.category}/{fact.key}"


def _key_and_value(summary: str | None, old: Fact | None = None) -> tuple[str, str]:
    """Return key and value from an item's summary.

    An existing key is matched first, as it may contain a colon. Raises
    `ServiceValidationError` without a separator.
    """
    text = summary or ""
    if old and text.startswith(f"{old.key}{SEPARATOR}"):
        return old.key, text.removeprefix(f"{old.key}{SEPARATOR}")
    match _COLON.split(text, maxsplit=1):
        case [key, value]:
            return key, value
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="fact_no_separator"
    )


def _category(description: str | None) -> str:
    """Return the category from an item's description, preferences by default."""
    return (description or "").strip() or str(Category.PREFERENCES)
