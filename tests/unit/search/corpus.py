"""Tools as they are published, and what models look for."""

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
OURS = {"home_assistant", "openai_compatible_conversation", "script"}
"""Where tools of Home Assistant come from; all others are MCP servers."""

TOOLS = json.loads((HERE / "tools.json").read_text("utf-8"))
"""By server: name, title, description and parameters, as they are published."""


class Query(NamedTuple):
    """What is looked for, in a house that speaks a language; any one tool will do."""

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


def entries(language: str) -> Iterator[CatalogEntry]:
    """Yield all tools as a house with a language has them."""
    spoken = [load_words(known) for known in dict.fromkeys(["en", language])]
    for server, tools in TOOLS.items():
        for name, title, description, parameters in tools:
            domain, found, _ = name.partition("__")
            if server not in OURS:
                domain = "mcp"
            elif not found:
                domain = server
            words = " ".join(words_for_tool(name, words) for words in spoken)
            yield CatalogEntry(
                name, title, description, tuple(parameters), domain, words
            )
