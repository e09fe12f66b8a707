"""Texts of forms that Home Assistant does not look up itself.

They are in Home Assistant's language, as a flow does not know that of its user.
"""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN


async def async_form_text(
    hass: HomeAssistant, key: str, option: str, **placeholders: str
) -> str:
    """Return the translation of an option of a selector, "" if there is none."""
    texts = await async_get_translations(
        hass, hass.config.language, "selector", {DOMAIN}
    )
    text = texts.get(f"component.{DOMAIN}.selector.{key}.options.{option}", "")
    return text.format(**placeholders)
