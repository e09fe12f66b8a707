"""From what went wrong with a server to what a user is told."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations

from .completions.errors import CompletionError
from .const import DOMAIN


def translated_error[ErrorT: HomeAssistantError](
    err: CompletionError, host: str, kind: type[ErrorT], text: str | None = None
) -> ErrorT:
    """Return a translated error that names the server and says what to do.

    Home Assistant says it in English, unless it is given the text.
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
    """Return the words for an error of the server in a language, or in English."""
    return await async_exception_text(hass, err.key, _placeholders(err, host), language)


async def async_exception_text(
    hass: HomeAssistant, name: str, placeholders: Mapping[str, str], language: str
) -> str:
    """Return the words for an error that has a name in a language, or in English."""
    key = f"component.{DOMAIN}.exceptions.{name}.message"
    english = (await async_get_translations(hass, "en", "exceptions", {DOMAIN}))[key]
    text = english
    for tag in dict.fromkeys((language, language.partition("-")[0])):
        translations = await async_get_translations(hass, tag, "exceptions", {DOMAIN})
        text = translations.get(key, english)
        if text != english:
            break
    return text.format(**placeholders)


def _placeholders(err: CompletionError, host: str) -> dict[str, str]:
    """Return what the words of an error name."""
    return {"host": host, "message": err.explanation}
