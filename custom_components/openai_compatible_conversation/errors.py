"""Translated messages for the errors of a server."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations

from .completions.errors import CompletionError
from .const import DOMAIN


def translated_error[ErrorT: HomeAssistantError](
    err: CompletionError, host: str, kind: type[ErrorT], text: str | None = None
) -> ErrorT:
    """Return an exception with the translation of an error of the server.

    Home Assistant renders such an exception in English unless `text` is given.
    """
    return kind(
        *([text] if text else []),
        translation_domain=DOMAIN,
        translation_key=err.key,
        translation_placeholders=_placeholders(err, host),
    )


async def async_error_message(
    hass: HomeAssistant, err: CompletionError, host: str, language: str
) -> str:
    """Return the message for an error of the server in a language, else in English."""
    return await async_exception_text(hass, err.key, _placeholders(err, host), language)


async def async_exception_text(
    hass: HomeAssistant, name: str, placeholders: Mapping[str, str], language: str
) -> str:
    """Return an exception message by its translation key, in a language or in English.

    A language without its own message, such as "de-CH", falls back to "de" first.
    """
    key = f"component.{DOMAIN}.exceptions.{name}.message"
    english = (await async_get_translations(hass, "en", "exceptions", {DOMAIN}))[key]
    text = english
    for tag in dict.fromkeys((language, language.partition("-")[0])):
        translations = await async_get_translations(hass, tag, "exceptions", {DOMAIN})
        text = translations.get(key, english)
        if text != english:
            break
    return text.format(**placeholders)


async def async_localized_text(
    hass: HomeAssistant, err: HomeAssistantError, language: str
) -> str:
    """Return the message of an error of this integration in a language.

    That of any other error is returned as it is.
    """
    if err.translation_domain != DOMAIN or err.translation_key is None:
        return str(err)
    placeholders = err.translation_placeholders or {}
    return await async_exception_text(hass, err.translation_key, placeholders, language)


def _placeholders(err: CompletionError, host: str) -> dict[str, str]:
    """Return the placeholders of an error message."""
    return {"host": host, "message": err.explanation}
