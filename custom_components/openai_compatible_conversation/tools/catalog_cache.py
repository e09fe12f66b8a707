"""The catalog of all tools, made when it is first needed and kept until they change."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm

from .catalog import Catalog, CatalogEntry, parameter_texts
from .intent_words import load_words, words_for_tool

type GetDefinition = Callable[[str], Mapping[str, Any] | None]

SLICE = 25
"""Tools that are looked at in one go, so that nobody else has to wait."""


class CatalogCache:
    """Keeps the catalog of the tools that were searched last."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without a catalog."""
        self._hass = hass
        self._lock = asyncio.Lock()
        self._made_of: object = None
        self._catalog: Catalog | None = None
        self._words: dict[str, Mapping[str, str]] = {}

    async def async_catalog(
        self, tools: Mapping[str, llm.Tool], define: GetDefinition
    ) -> Catalog:
        """Return the catalog of tools, given by the names that are sent.

        `define` returns a tool's definition; one that has none is left out.
        """
        async with self._lock:
            made_of = [
                (name, tool.title, tool.description) for name, tool in tools.items()
            ]
            if self._catalog is None or self._made_of != made_of:
                catalog = Catalog(await self._async_entries(tools, define))
                if self._catalog:
                    self._catalog.close()
                self._catalog, self._made_of = catalog, made_of
            return self._catalog

    def close(self) -> None:
        """Free what is kept."""
        if self._catalog:
            self._catalog.close()
            self._catalog = None

    async def _async_entries(
        self, tools: Mapping[str, llm.Tool], define: GetDefinition
    ) -> list[CatalogEntry]:
        """Return what is to be searched of tools."""
        languages = dict.fromkeys(("en", self._hass.config.language))
        words = [await self._async_words(language) for language in languages]
        entries = []
        for number, (name, tool) in enumerate(tools.items()):
            if number % SLICE == 0:
                await asyncio.sleep(0)
            if (definition := define(name)) is None:
                continue
            said = " ".join(words_for_tool(tool.name, of) for of in words)
            entries.append(
                CatalogEntry(
                    name=name,
                    title=tool.title,
                    description=tool.description,
                    parameters=parameter_texts(definition["parameters"]),
                    domain=tool.integration or "",
                    words=said,
                )
            )
        return entries

    async def _async_words(self, language: str) -> Mapping[str, str]:
        """Return what people say for each intent in a language."""
        if language not in self._words:
            self._words[language] = await self._hass.async_add_executor_job(
                load_words, language
            )
        return self._words[language]
