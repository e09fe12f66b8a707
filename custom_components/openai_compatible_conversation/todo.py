"""The memory as a to-do list: what is remembered, to see, correct and delete."""

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
"""What people write between key and value; keyboards for Chinese have a wide one."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OpenAICompatibleConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the list of an entry."""
    async_add_entities([MemoryList(entry)])


class MemoryList(OpenAICompatibleEntity, TodoListEntity):
    """What is remembered: each fact an item, "key: value", its category below."""

    _attr_translation_key = "memory"
    _attr_should_poll = False
    # What has a category is not exposed to assistants by itself: they may be in a cloud.
    _attr_entity_category = EntityCategory.CONFIG
    _attr_supported_features = (
        TodoListEntityFeature.CREATE_TODO_ITEM
        | TodoListEntityFeature.UPDATE_TODO_ITEM
        | TodoListEntityFeature.DELETE_TODO_ITEM
        | TodoListEntityFeature.SET_DESCRIPTION_ON_ITEM
    )

    def __init__(self, entry: OpenAICompatibleConfigEntry) -> None:
        """Initialize the list of an entry."""
        super().__init__(entry, "memory")
        self._fact_store = entry.runtime_data.fact_store
        self._show()

    @override
    async def async_added_to_hass(self) -> None:
        """Show what changes."""
        await super().async_added_to_hass()
        self.async_on_remove(self._fact_store.async_listen(self._changed))

    @callback
    def _changed(self) -> None:
        """Show the facts as they are now."""
        self._show()
        self.async_write_ha_state()

    def _show(self) -> None:
        """Take the facts over."""
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
        """Remember what was written."""
        key, value = _parts(item.summary)
        try:
            await self._fact_store.async_learn(_category(item.description), key, value)
        except FactError as err:
            raise invalid(err) from err

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Change a fact, or forget what was ticked off."""
        old = self._fact(item.uid)
        if item.status == TodoItemStatus.COMPLETED:
            await self._fact_store.async_forget(old.category, old.key)
            return
        key, value = _parts(item.summary, old)
        category = _category(item.description) if item.description else old.category
        try:
            await self._fact_store.async_change(old, category, key, value)
        except FactError as err:
            raise invalid(err) from err

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        """Forget facts."""
        for fact in [self._fact(uid) for uid in uids]:
            await self._fact_store.async_forget(fact.category, fact.key)

    def _fact(self, uid: str | None) -> Fact:
        """Return the fact of an item."""
        for fact in self._fact_store.facts:
            if uid_of(fact) == uid:
                return fact
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_such_fact"
        )


def uid_of(fact: Fact) -> str:
    """Return what tells a fact from all others."""
    return f"{fact.category}/{fact.key}"


def _parts(summary: str | None, old: Fact | None = None) -> tuple[str, str]:
    """Return key and value of an item, which has the key of the fact it is if it can."""
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
    """Return the category that an item names, preferences if it names none."""
    return (description or "").strip() or str(Category.PREFERENCES)
