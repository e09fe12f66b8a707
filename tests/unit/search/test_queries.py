"""Tests that queries of models find the tools they need."""

from collections.abc import Iterator
from functools import cache

import pytest

from custom_components.openai_compatible_conversation.tools.catalog import Catalog

from .corpus import QUERIES, TOOLS, entries

MIN_SHARE = 0.97
"""Minimum share of queries that find a tool they need."""


@cache
def _catalog(language: str) -> Catalog:
    """Return the catalog of a home with a language."""
    return Catalog(entries(language))


@pytest.fixture(scope="module", autouse=True)
def close_catalogs() -> Iterator[None]:
    """Close all catalogs after the tests."""
    yield
    for language in {query.language for query in QUERIES}:
        _catalog(language).close()
    _catalog.cache_clear()


def test_corpus() -> None:
    """All tools that queries need exist, and tool names are unique."""
    names = [name for tools in TOOLS.values() for name, *_ in tools]
    assert len(names) == len(set(names))
    for query in QUERIES:
        assert set(query.tools) <= set(names), query


@pytest.mark.parametrize("part", ["en", "other"])
def test_needed_tool_is_found(part: str) -> None:
    """A tool that is needed is among the results that are shown."""
    queries = [query for query in QUERIES if (query.language == "en") == (part == "en")]
    misses = []
    for query in queries:
        found = _catalog(query.language).search(query.text, query.domain)
        if not set(found.names) & set(query.tools):
            misses.append(f"{query.text!r} -> {found.names}, not {query.tools}")
    share = 1 - len(misses) / len(queries)
    report = "\n".join([f"{share:.1%} of {len(queries)} queries found", *misses])
    print(report)  # noqa: T201
    assert share >= MIN_SHARE, report
