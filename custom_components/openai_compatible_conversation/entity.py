"""Base class of the entities."""

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity

from .const import DOMAIN
from .data import OpenAICompatibleConfigEntry
from .options import Options


class OpenAICompatibleEntity(Entity):
    """Base class of the entities, which belong to the service device of their entry."""

    _attr_has_entity_name = True

    def __init__(self, entry: OpenAICompatibleConfigEntry, key: str) -> None:
        """Initialize the entity with a key that is unique within the entry."""
        self.entry = entry
        self._attr_unique_id = f"{entry.entry_id}_{key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            name=entry.title,
            manufacturer="OpenAI-Compatible Conversation",
            model=self.entry_options.chat_model,
            entry_type=DeviceEntryType.SERVICE,
        )

    @property
    def entry_options(self) -> Options:
        """Return the current options."""
        return Options.of(self.entry.options)
