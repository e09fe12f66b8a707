"""Corpus of published tools and of queries that models send."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import NamedTuple

from custom_components.openai_compatible_conversation.tools.catalog import CatalogEntry
from custom_components.openai_compatible_conversation.tools.intent_words import (
    load_words,
    words_for_tool,
)

HERE = Path(__file__).parent
NON_MCP = {"home_assistant", "openai_compatible_conversation", "script"}
"""Sources of Home Assistant tools; all others are MCP servers."""

TOOLS = json.loads((HERE / "tools.json").read_text("utf-8"))
"""By server: name, title, description and parameters, as published."""


class Query(NamedTuple):
    """A search in a home with a language; any one of the tools is a correct result."""

    language: str
    text: str
    domain: str | None
    tools: list[str]


QUERIES = [
    Query(language, *query)
    for language, queries in json.loads(
        (HERE / "queries.json").read_text("utf-8")
    ).items()
    for query in queries
]


def entries(*languages: str) -> Iterator[CatalogEntry]:
    """Yield all tools as catalog entries of a home with languages."""
    spoken = [load_words(code) for code in dict.fromkeys(["en", *languages])]
    for server, tools in TOOLS.items():
        for name, title, description, parameters in tools:
            domain, separator, _ = name.partition("__")
            if server not in NON_MCP:
                domain = "mcp"
            elif not separator:
                domain = server
            words = " ".join(words_for_tool(name, words) for words in spoken)
            yield CatalogEntry(
                name, title, description, tuple(parameters), domain, words
            )
