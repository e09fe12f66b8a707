"""Searchable catalog of all tools, and suggestions for unknown tool names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
import re
from typing import Any

from ..search.index import Index
from ..search.lexicon import Lexicon
from ..search.word_tables import Meaning
from ..search.words import tokens, words

WEIGHTS = {
    "name": 1.6,
    "title": 2.4,
    "summary": 1.0,
    "description": 0.4,
    "parameters": 0.24,
    "domain": 0.8,
    "words": 0.6,
}
"""Weight of a match in each field of a tool."""

DOMAIN_BOOST = 2.0
"""Factor for the score of a tool of the requested domain."""

MIN_SCORE_SHARE = 0.1
"""Share of the best score that a tool needs to be counted as a further match."""

MIN_FIT = 0.3
"""Share of what a query asks for that a tool needs to have for any to be found.

A tool of the requested domain needs half of it.
"""

MIN_SIMILARITY = 0.4
"""Minimum similarity, from 0 to 1, of a name suggested for an unknown one."""

_MAX_PARAMETERS = 100
_SUMMARY = re.compile(
    r"\s*+.{0,300}?(?:[.!?:](?=\s)|(?=\n)|\Z)|\s*+.{0,300}(?!\w)", re.DOTALL
)
"""The first sentence of a description, which says what a tool does."""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """The searchable properties of a tool.

    `parameters` holds a text for each parameter: its name, description and values.
    `domain` is the integration that provides the tool, and `words` are those of the
    sentences that people use for it.
    """

    name: str
    title: str | None
    description: str | None
    parameters: tuple[str, ...]
    domain: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The names of the best matches, and the number of further matches.

    `domains` lists all domains, but only if nothing matches.
    """

    names: list[str]
    more: int = 0
    domains: list[str] = field(default_factory=list)


class Catalog:
    """An in-memory index of tools, to be closed after use. Not thread-safe."""

    def __init__(
        self, entries: Iterable[CatalogEntry], languages: Iterable[str] = ()
    ) -> None:
        """Initialize with the tools, and the languages of the home.

        The last of the tools with the same name is kept. Does blocking I/O.
        """
        tools = {entry.name: entry for entry in entries}
        self._domains = {name: entry.domain for name, entry in tools.items()}
        self._compared = {name: _domain(of) for name, of in self._domains.items()}
        self._index = Index(
            WEIGHTS, heading=("name", "title", "words"), lexicon=Lexicon(languages)
        )
        self._index.put_all((name, _document(entry)) for name, entry in tools.items())
        self._index.warm()

    def close(self) -> None:
        """Free the index; the catalog cannot be used afterwards."""
        self._index.close()

    def search(
        self,
        query: str,
        domain: str | None = None,
        limit: int = 8,
        names: Mapping[str, Meaning] | None = None,
    ) -> SearchResult:
        """Return up to `limit` tools for a query of any text, best match first.

        Tools of the domain rank higher; others are not excluded. If the query has no
        words, all tools of the domain match. If no tool fits, none is returned.
        `names` maps the words of names to words for what they name.
        """
        wanted = _domain(domain or "")
        in_domain = {name for name, of in self._compared.items() if of == wanted}
        if in_domain and not words(query):
            hits = [(1.0, name) for name in self._domains if name in in_domain]
        else:
            hits = self._ranked(query, domain or "", in_domain, limit, names)
        if not hits:
            return SearchResult([], domains=sorted(set(self._domains.values())))
        min_score = MIN_SCORE_SHARE * hits[0][0]
        more = sum(score >= min_score for score, _ in hits[limit:])
        return SearchResult([name for _, name in hits[:limit]], more)

    def _ranked(
        self,
        query: str,
        hint: str,
        in_domain: set[str],
        limit: int,
        names: Mapping[str, Meaning] | None,
    ) -> list[tuple[float, str]]:
        """Return scores and names of the matching tools, best match first.

        Returns none if none of the best fits.
        """
        hits = [
            (
                hit.score * DOMAIN_BOOST if hit.key in in_domain else hit.score,
                hit.key,
                hit.fit * 2 if hit.key in in_domain else hit.fit,
            )
            for hit in self._index.search(query, hint, names)
        ]
        # The sort is stable: equal scores keep the order of the index.
        hits.sort(key=lambda hit: -hit[0])
        if all(fit < MIN_FIT for _, _, fit in hits[:limit]):
            return []
        return [(score, name) for score, name, _ in hits]

    def nearest(self, name: str, limit: int = 3) -> list[str]:
        """Return up to `limit` tool names similar to an unknown one, best first."""
        wanted = _Spelling(name)
        similar = [
            (_Spelling(known).similarity(wanted), known) for known in self._domains
        ]
        similar.sort(key=lambda pair: -pair[0])
        return [
            known
            for similarity, known in similar[:limit]
            if similarity >= MIN_SIMILARITY
        ]


class _Spelling:
    """A name as sets of its words and letter pairs, for comparison."""

    def __init__(self, name: str) -> None:
        """Initialize with a name, with or without a domain prefix."""
        self._words = _name_words(name)
        self._pairs = _pairs(name)
        self._short = _pairs(name.rpartition("__")[2])

    def similarity(self, other: _Spelling) -> float:
        """Return the similarity of two names, from 0 to 1."""
        letters = max(
            _overlap(self._pairs, other._pairs),
            _overlap(self._short, other._short),
        )
        return (letters + _overlap(self._words, other._words)) / 2


def parameter_texts(schema: object) -> tuple[str, ...]:
    """Return a text for each parameter of a JSON Schema, for a `CatalogEntry`.

    Returns none for an invalid schema; raises nothing.
    """
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping):
        return ()
    return tuple(
        " ".join([str(name), *_schema_texts(value)])
        for name, value in list(properties.items())[:_MAX_PARAMETERS]
    )


def _schema_texts(schema: Any) -> Iterator[str]:
    """Yield the description and the values of a parameter's schema."""
    if not isinstance(schema, Mapping):
        return
    if isinstance(description := schema.get("description"), str):
        yield description
    if isinstance(values := schema.get("enum"), list):
        yield from map(str, values)
    yield from _schema_texts(schema.get("items"))


def _document(entry: CatalogEntry) -> dict[str, str]:
    """Return the index fields of an entry, with the description split in two."""
    description = entry.description or ""
    found = _SUMMARY.match(description)
    summary = found[0] if found else ""
    return {
        "name": entry.name,
        "title": entry.title or "",
        "summary": summary,
        "description": description[len(summary) :],
        "parameters": " ".join(entry.parameters),
        "domain": entry.domain,
        "words": entry.words,
    }


def _domain(text: str) -> str:
    """Return a domain in a normalized spelling: `Media players` as `mediaplayer`."""
    return "".join(_ordered_name_words(text)).removesuffix("s")


def _ordered_name_words(text: str) -> list[str]:
    """Return the words of a name, in order."""
    return [part for parts in tokens(text) for part in parts]


def _name_words(text: str) -> set[str]:
    """Return the distinct words of a name."""
    return set(_ordered_name_words(text))


def _pairs(text: str) -> set[str]:
    """Return the pairs of adjacent letters in a name."""
    letters = "".join(_ordered_name_words(text))
    return {letters[index : index + 2] for index in range(len(letters) - 1)}


def _overlap(one: set[str], other: set[str]) -> float:
    """Return the Dice coefficient of two sets, from 0 to 1."""
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)
