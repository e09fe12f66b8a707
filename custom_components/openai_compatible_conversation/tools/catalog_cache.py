"""Cache of the tool catalog: built at the first search, kept until the tools change."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm

from .catalog import Catalog, CatalogEntry
from .home_languages import async_home_languages
from .intent_words import load_words, words_for_tool
from .parameter_texts import parameter_texts

type GetDefinition = Callable[[str], Mapping[str, Any] | None]

BATCH_SIZE = 25
"""Number of tools processed before yielding to the event loop."""


class CatalogCache:
    """Cache of the catalog of the most recently searched tools.

    Lives as long as the entry is loaded, and is closed with it.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without a catalog."""
        self._hass = hass
        self._lock = asyncio.Lock()
        self._fingerprint: object = None
        self._catalog: Catalog | None = None
        self._words: dict[str, Mapping[str, str]] = {}
        self._languages: dict[str, None] = {}
        """The languages of the home, in the order in which they became known."""

    async def async_catalog(
        self,
        tools: Mapping[str, llm.Tool],
        get_definition: GetDefinition,
        language: str | None = None,
    ) -> Catalog:
        """Return the catalog of tools, which are given by wire name.

        `get_definition` returns the function definition of a tool; a tool that has
        none is omitted. `language` is that of the turn.
        """
        async with self._lock:
            self._languages |= dict.fromkeys(
                [*await async_home_languages(self._hass), *filter(None, [language])]
            )
            fingerprint = [
                *self._languages,
                *((name, tool.title, tool.description) for name, tool in tools.items()),
            ]
            if self._catalog is None or self._fingerprint != fingerprint:
                catalog = await self._hass.async_add_executor_job(
                    Catalog,
                    await self._async_entries(tools, get_definition),
                    list(self._languages),
                )
                if self._catalog:
                    self._catalog.close()
                self._catalog, self._fingerprint = catalog, fingerprint
            return self._catalog

    def close(self) -> None:
        """Close the cached catalog."""
        if self._catalog:
            self._catalog.close()
            self._catalog = None

    async def _async_entries(
        self, tools: Mapping[str, llm.Tool], get_definition: GetDefinition
    ) -> list[CatalogEntry]:
        """Return the catalog entries of tools."""
        words = [await self._async_words(language) for language in self._languages]
        entries = []
        for number, (name, tool) in enumerate(tools.items()):
            if number % BATCH_SIZE == 0:
                await asyncio.sleep(0)
            if (definition := get_definition(name)) is None:
                continue
            tool_words = " ".join(
                words_for_tool(tool.name, language_words) for language_words in words
            )
            entries.append(
                CatalogEntry(
                    name=name,
                    title=tool.title,
                    description=tool.description,
                    parameters=parameter_texts(definition["parameters"]),
                    domain=tool.integration or "",
                    words=tool_words,
                )
            )
        return entries

    async def _async_words(self, language: str) -> Mapping[str, str]:
        """Return the words of each intent in a language."""
        if language not in self._words:
            self._words[language] = await self._hass.async_add_executor_job(
                load_words, language
            )
        return self._words[language]
