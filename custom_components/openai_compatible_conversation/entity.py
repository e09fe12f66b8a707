"""Base class of the entities."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity

from .completions.errors import CompletionError, InvalidAuthError, ModelNotFoundError
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

    def handle_error(self, err: CompletionError) -> None:
        """Start reauthentication or create the model_not_found issue, if it applies."""
        if self.entry.state is not ConfigEntryState.LOADED:
            # The entry was unloaded while the request was running.
            return
        if isinstance(err, InvalidAuthError):
            self.entry.async_start_reauth(self.hass)
        elif isinstance(err, ModelNotFoundError):
            runtime = self.entry.runtime_data
            runtime.issues.create_model_not_found(
                self.entry_options.chat_model, runtime.client.host
            )
