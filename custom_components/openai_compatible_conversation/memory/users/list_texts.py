"""The texts of the memory list, in the language and the time zone of the home."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ...const import DOMAIN
from ...tools.fact_results import local_date
from .category_names import CategoryNames
from .fact_item import FactDescriptions

LANGUAGES = ("en", "de", "es", "fr", "nl")
"""Languages with translations. A category is understood in each of them."""


async def async_category_names(hass: HomeAssistant) -> CategoryNames:
    """Return the names of the categories, shown in the language of the home."""
    names = {
        language: await _async_texts(
            hass, language, "selector", "fact_category.options"
        )
        for language in LANGUAGES
    }
    return CategoryNames(names[_language(hass)], names.values())


async def async_descriptions(
    hass: HomeAssistant, categories: CategoryNames
) -> FactDescriptions:
    """Return the descriptions of facts in the language of the home."""
    texts = await _async_texts(hass, _language(hass), "selector", "fact_origin.options")
    return FactDescriptions(categories, texts, local_date)


async def _async_texts(
    hass: HomeAssistant, language: str, category: str, path: str
) -> dict[str, str]:
    """Return the translations below a path, by the rest of their keys."""
    texts = await async_get_translations(hass, language, category, {DOMAIN})
    prefix = f"component.{DOMAIN}.{category}.{path}"
    return {
        key.removeprefix(prefix)[1:]: text
        for key, text in texts.items()
        if key.startswith(prefix)
    }


def _language(hass: HomeAssistant) -> str:
    """Return the language of the home, or English if there are no translations."""
    language = hass.config.language
    spoken = (language, language.partition("-")[0])
    return next((tag for tag in spoken if tag in LANGUAGES), "en")
