"""The forms that ask for a server: their fields, and what may stand in them."""

from collections.abc import Iterable

import probatio

from homeassistant.const import CONF_API_KEY, CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.translation import async_get_translations

from ..const import CONF_BASE_URL, DEFAULT_BASE_URL, DEFAULT_NAME, DOMAIN
from .server_presets import SERVER_PRESETS, ServerPreset

_URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
_KEY = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)

RECONFIGURE_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_BASE_URL): _URL,
        probatio.Optional(CONF_API_KEY): _KEY,
    }
)
REAUTH_SCHEMA = probatio.Schema({probatio.Required(CONF_API_KEY): _KEY})

KEY_PAGES = ", ".join(
    f"[{s.name}]({s.key_page})" for s in SERVER_PRESETS if s.needs_key
)
"""Where keys come from, as links."""


def user_schema(
    found: Iterable[ServerPreset] = (), word_for_found: str = ""
) -> probatio.Schema:
    """Return the first form: known servers to choose from, those that were found first."""
    labels = {s.base_url: f"{s.label}: {word_for_found}" for s in found}
    labels |= {s.base_url: s.label for s in SERVER_PRESETS if s.base_url not in labels}
    servers = SelectSelector(
        SelectSelectorConfig(
            options=[SelectOptionDict(value=k, label=v) for k, v in labels.items()],
            mode=SelectSelectorMode.DROPDOWN,
            custom_value=True,
        )
    )
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME, default=DEFAULT_NAME): TextSelector(),
            probatio.Required(CONF_BASE_URL, default=DEFAULT_BASE_URL): servers,
            probatio.Optional(CONF_API_KEY): _KEY,
        }
    )


async def async_word_for_found(hass: HomeAssistant) -> str:
    """Return what is said of a server that was found, in Home Assistant's language."""
    texts = await async_get_translations(
        hass, hass.config.language, "selector", {DOMAIN}
    )
    return texts.get(f"component.{DOMAIN}.selector.base_url.options.found", "✓")
