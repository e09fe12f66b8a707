"""Schemas of the forms for a server and its API key."""

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
"""Markdown links to the web pages for API keys."""


def user_schema(
    found: Iterable[ServerPreset] = (), found_label: str = ""
) -> probatio.Schema:
    """Return the schema of the first form, with the servers that were found on top."""
    labels = {s.base_url: f"{s.label}: {found_label}" for s in found}
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


async def async_found_label(hass: HomeAssistant) -> str:
    """Return the label for a server that was found, in Home Assistant's language."""
    texts = await async_get_translations(
        hass, hass.config.language, "selector", {DOMAIN}
    )
    return texts.get(f"component.{DOMAIN}.selector.base_url.options.found", "✓")
