"""What models look for is among the tools that they are shown."""

from collections.abc import Iterator
from functools import cache
import json
from pathlib import Path
from typing import NamedTuple

import pytest

from custom_components.openai_compatible_conversation.tools.catalog import (
    Catalog,
    Entry,
)
from custom_components.openai_compatible_conversation.tools.sentences import (
    words_for,
    words_of_tool,
)

HERE = Path(__file__).parent
OURS = {"home_assistant", "openai_compatible_conversation", "script"}
"""Where tools of Home Assistant come from; all others are MCP servers."""

TOOLS = json.loads((HERE / "tools.json").read_text("utf-8"))
"""By server: name, title, description and parameters, as they are published."""

LEAST = 0.95


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


def _entries(language: str) -> Iterator[Entry]:
    """Yield all tools as a house with a language has them."""
    spoken = [words_for(known) for known in dict.fromkeys(["en", language])]
    for server, tools in TOOLS.items():
        for name, title, description, parameters in tools:
            domain, found, _ = name.partition("__")
            if server not in OURS:
                domain = "mcp"
            elif not found:
                domain = server
            words = " ".join(words_of_tool(name, words) for words in spoken)
            yield Entry(name, title, description, tuple(parameters), domain, words)


@cache
def _catalog(language: str) -> Catalog:
    """Return the catalog of a house."""
    return Catalog(_entries(language))


@pytest.fixture(scope="module", autouse=True)
def closing() -> Iterator[None]:
    """Close the catalogs in the end."""
    yield
    for language in {query.language for query in QUERIES}:
        _catalog(language).close()
    _catalog.cache_clear()


def test_corpus() -> None:
    """Each query needs tools that there are, and no two tools share a name."""
    names = [name for tools in TOOLS.values() for name, *_ in tools]
    assert len(names) == len(set(names))
    for query in QUERIES:
        assert set(query.tools) <= set(names), query


@pytest.mark.parametrize("half", [0, 1])
def test_found(half: int) -> None:
    """The tool that is needed is among the eight that are shown.

    Synonyms and weights were chosen by the first half alone.
    """
    queries = QUERIES[half::2]
    misses = []
    for query in queries:
        found = _catalog(query.language).search(query.text, query.domain)
        if not set(found.names) & set(query.tools):
            misses.append(f"{query.text!r} -> {found.names}, not {query.tools}")
    share = 1 - len(misses) / len(queries)
    report = "\n".join([f"{share:.1%} of {len(queries)} queries found", *misses])
    print(report)  # noqa: T201
    assert share >= LEAST, report
