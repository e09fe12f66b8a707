"""Schemas of the forms for a server and its API key."""

from collections.abc import Iterable, Mapping
from typing import Any

import probatio

from homeassistant import data_entry_flow
from homeassistant.const import CONF_API_KEY, CONF_NAME, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from ..const import (
    CONF_ACCEPT_CERTIFICATE,
    CONF_BASE_URL,
    CONF_CERTIFICATE,
    CONF_EXTRA_HEADERS,
    DEFAULT_BASE_URL,
    DEFAULT_NAME,
    SECTION_ADVANCED,
)
from .certificate import accepted_certificate
from .form_text import async_form_text
from .headers import parse_headers
from .object_text import OBJECT_TEXT, object_text
from .server_presets import SERVER_PRESETS, ServerPreset

_URL = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
_KEY = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)

_ADVANCED = {
    probatio.Optional(SECTION_ADVANCED): data_entry_flow.section(
        probatio.Schema(
            {
                probatio.Optional(CONF_EXTRA_HEADERS): OBJECT_TEXT,
                probatio.Required(CONF_VERIFY_SSL, default=True): BooleanSelector(),
            }
        ),
        {"collapsed": True},
    )
}

RECONFIGURE_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_BASE_URL): _URL,
        probatio.Optional(CONF_API_KEY): _KEY,
        **_ADVANCED,
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
            **_ADVANCED,
        }
    )


def server_input(
    form: Mapping[str, Any],
    data: Mapping[str, Any],
    headers: object = None,
    *,
    offered: str | None,
) -> tuple[dict[str, Any], Any]:
    """Return the server from a form, and the additional headers as parsed.

    `data` and `headers` are of the entry, for a form without the advanced section.
    `offered` is the certificate that the form offered, in PEM format.
    """
    advanced = form.get(SECTION_ADVANCED)
    if advanced is None:
        verify_ssl = data.get(CONF_VERIFY_SSL, True)
    else:
        verify_ssl = advanced[CONF_VERIFY_SSL]
        headers = parse_headers(advanced.get(CONF_EXTRA_HEADERS))
    server = {
        CONF_BASE_URL: form[CONF_BASE_URL],
        CONF_API_KEY: form.get(CONF_API_KEY),
        CONF_VERIFY_SSL: verify_ssl,
        CONF_CERTIFICATE: accepted_certificate(
            form, offered, data.get(CONF_CERTIFICATE)
        ),
    }
    return server, headers or None


def server_form(
    data: Mapping[str, Any], headers: Mapping[str, str] | None
) -> dict[str, Any]:
    """Return the data and the headers of an entry as values of a form."""
    advanced: dict[str, Any] = {CONF_VERIFY_SSL: data.get(CONF_VERIFY_SSL, True)}
    if headers:
        advanced[CONF_EXTRA_HEADERS] = object_text(headers)
    shown = {key: data[key] for key in (CONF_BASE_URL, CONF_API_KEY) if key in data}
    return {**shown, SECTION_ADVANCED: advanced}


def shown_again(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed into a form, as values of the same form.

    Whether a certificate is accepted is no such value, as it may be about another.
    """
    shown = {k: v for k, v in form.items() if k != CONF_ACCEPT_CERTIFICATE}
    if advanced := form.get(SECTION_ADVANCED):
        shown[SECTION_ADVANCED] = {
            key: object_text(value) if key == CONF_EXTRA_HEADERS else value
            for key, value in advanced.items()
        }
    return shown


async def async_found_label(hass: HomeAssistant) -> str:
    """Return the label for a server that was found."""
    return await async_form_text(hass, "base_url", "found")
