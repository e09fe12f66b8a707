"""Button platform: forgets everything in the memory."""

from typing import override

from homeassistant.components.button import ButtonEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OpenAICompatibleConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the button of a config entry."""
    async_add_entities([ForgetEverythingButton(entry)])


class ForgetEverythingButton(OpenAICompatibleEntity, ButtonEntity):
    """Forgets all facts, as the action does, and for the same users.

    The frontend asks nothing before a press, which cannot be taken back: so an
    administrator has to enable it first.
    """

    _attr_translation_key = "forget_everything"
    _attr_entity_category = EntityCategory.CONFIG
    _attr_entity_registry_enabled_default = False

    def __init__(self, entry: OpenAICompatibleConfigEntry) -> None:
        """Initialize the button of a config entry."""
        super().__init__(entry, "forget_everything")

    @override
    async def async_press(self) -> None:
        """Forget everything. Raises `Unauthorized` for users who are no administrators."""
        context = self._context
        if context and context.user_id:
            user = await self.hass.auth.async_get_user(context.user_id)
            if user is None or not user.is_admin:
                raise Unauthorized(context=context, entity_id=self.entity_id)
        await self.entry.runtime_data.fact_store.async_forget_everything()
