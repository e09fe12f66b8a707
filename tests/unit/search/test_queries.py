"""What models look for is among the tools that they are shown."""

from collections.abc import Iterator
from functools import cache

import pytest

from custom_components.openai_compatible_conversation.tools.catalog import Catalog

from .corpus import QUERIES, TOOLS, entries

LEAST = 0.95


@cache
def _catalog(language: str) -> Catalog:
    """Return the catalog of a house."""
    return Catalog(entries(language))


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


@pytest.mark.parametrize("part", ["en", "other"])
def test_found(part: str) -> None:
    """The tool that is needed is among the eight that are shown."""
    queries = [query for query in QUERIES if (query.language == "en") == (part == "en")]
    misses = []
    for query in queries:
        found = _catalog(query.language).search(query.text, query.domain)
        if not set(found.names) & set(query.tools):
            misses.append(f"{query.text!r} -> {found.names}, not {query.tools}")
    share = 1 - len(misses) / len(queries)
    report = "\n".join([f"{share:.1%} of {len(queries)} queries found", *misses])
    print(report)  # noqa: T201
    assert share >= LEAST, report
