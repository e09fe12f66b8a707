"""To-do list platform: the facts in the memory, to view, edit and delete."""

from typing import Any, NamedTuple, override
from urllib.parse import quote

from homeassistant.components.todo import (
    TodoItem,
    TodoItemStatus,
    TodoListEntity,
    TodoListEntityFeature,
)
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, EntityCategory
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity
from .memory.facts.fact import Fact, FactError, Origin
from .memory.users.category_names import CategoryNames
from .memory.users.fact_actions import invalid
from .memory.users.fact_item import FactDescriptions, parts_of, summary_of
from .memory.users.list_texts import async_category_names, async_descriptions
from .memory.users.user_names import async_name_of_user, async_names_of_people

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OpenAICompatibleConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the memory list of a config entry."""
    categories = await async_category_names(hass)
    descriptions = await async_descriptions(hass, categories)
    async_add_entities([MemoryList(entry, categories, descriptions)])


class _Shown(NamedTuple):
    """A fact and its item, which is made anew when the fact changes."""

    fact: Fact
    item: TodoItem


class MemoryList(OpenAICompatibleEntity, TodoListEntity):
    """The facts as to-do items, with their category and origin as description.

    The form of an item is that of `memory/users/fact_item.py`.
    """

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

    def __init__(
        self,
        entry: OpenAICompatibleConfigEntry,
        categories: CategoryNames,
        descriptions: FactDescriptions,
    ) -> None:
        """Initialize the memory list of a config entry with its texts."""
        super().__init__(entry, "memory")
        self._fact_store = entry.runtime_data.fact_store
        self._categories = categories
        self._descriptions = descriptions
        self._shown: dict[str, _Shown] = {}
        self._update_items()

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to changes of the facts, and of the home's language and zone."""
        await super().async_added_to_hass()
        self.async_on_remove(self._fact_store.async_listen(self._handle_change))
        self.async_on_remove(
            self.hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._async_rewrite)
        )

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

    async def _async_rewrite(self, event: Event[Any]) -> None:
        """Make the items anew in another language or time zone."""
        if event.data.keys() & {"language", "time_zone"}:
            self._categories = await async_category_names(self.hass)
            self._descriptions = await async_descriptions(self.hass, self._categories)
            self._shown.clear()
            self._handle_change()

    def _update_items(self) -> None:
        """Update the items of the facts that have changed."""
        before, self._shown = self._shown, {}
        for fact in self._fact_store.facts:
            uid = uid_of(fact)
            shown = before.get(uid)
            if shown is None or shown.fact is not fact:
                shown = _Shown(fact, self._item(uid, fact))
            self._shown[uid] = shown
        self._attr_todo_items = [shown.item for shown in self._shown.values()]

    def _item(self, uid: str, fact: Fact) -> TodoItem:
        """Return the item of a fact."""
        return TodoItem(
            uid=uid,
            summary=summary_of(fact),
            description=self._descriptions.of(fact),
            status=TodoItemStatus.NEEDS_ACTION,
        )

    @override
    async def async_create_todo_item(self, item: TodoItem) -> None:
        """Learn the fact of a new item."""
        origin = await self._async_origin()
        try:
            category = self._descriptions.category_of(item.description)
            subject, key, value = await self._async_parts(item.summary)
            await self._fact_store.async_learn(
                category, key, value, subject=subject, origin=origin
            )
        except FactError as err:
            raise invalid(err, str(self._categories)) from err

    @override
    async def async_update_todo_item(self, item: TodoItem) -> None:
        """Change the fact of an item, or forget it if the item is completed."""
        old = self._fact(item.uid)
        if item.status == TodoItemStatus.COMPLETED:
            await self._fact_store.async_forget_facts([old])
            return
        origin = await self._async_origin()
        try:
            category = self._descriptions.category_of(item.description, old)
            subject, key, value = await self._async_parts(item.summary, old)
            await self._fact_store.async_change(
                old, category, key, value, subject=subject, origin=origin
            )
        except FactError as err:
            raise invalid(err, str(self._categories)) from err

    @override
    async def async_delete_todo_items(self, uids: list[str]) -> None:
        """Forget the facts of items."""
        await self._fact_store.async_forget_facts([self._fact(uid) for uid in uids])

    def _fact(self, uid: str | None) -> Fact:
        """Return the fact of an item. Raises `ServiceValidationError`."""
        if shown := self._shown.get(uid or ""):
            return shown.fact
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_such_fact"
        )

    async def _async_parts(
        self, summary: str | None, old: Fact | None = None
    ) -> tuple[str, str, str]:
        """Return subject, key and value of a summary.

        Raises `ServiceValidationError` if it has no colon.
        """
        people = await async_names_of_people(self.hass)
        people |= {fact.subject for fact in self._fact_store.facts if fact.subject}
        if parts := parts_of(summary or "", people, old):
            return parts
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="fact_no_separator"
        )

    async def _async_origin(self) -> Origin:
        """Return the origin of what the user of the current call writes."""
        return Origin(await async_name_of_user(self.hass, self._context), "list")


def uid_of(fact: Fact) -> str:
    """Return the item uid of a fact: what it is about, which a new value leaves."""
    return f"{fact.category}/{quote(fact.subject, safe='')}/{fact.key}"
