"""The searchable index of all tools: what a model finds when it looks for one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
import re
from typing import Any

from ..search.index import Index
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
"""What a match in each field of a tool counts."""

OWN_DOMAIN = 2.0
"""What a tool's score is multiplied by if it is of the domain that was asked for."""

LEAST = 0.1
"""The share of the best score below which a tool is not worth another search."""

ALIKE = 0.4
"""How alike two names are at least, from 0 to 1, to be taken for each other."""

_MAX_PARAMETERS = 100
_SUMMARY = re.compile(
    r"\s*+.{0,300}?(?:[.!?:](?=\s)|(?=\n)|\Z)|\s*+.{0,300}(?!\w)", re.DOTALL
)
"""The first sentence of a description: what a tool does, before how it does it."""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A tool, as far as it can be searched for.

    `parameters` are their names with descriptions and values, `domain` is the
    integration that provides the tool, and `words` is what people say for it.
    """

    name: str
    title: str | None
    description: str | None
    parameters: tuple[str, ...]
    domain: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The names of the best matches, and how many more there are.

    `domains` are those that exist, if nothing matches.
    """

    names: list[str]
    more: int = 0
    domains: list[str] = field(default_factory=list)


class Catalog:
    """The tools that there are. To be used from one thread."""

    def __init__(self, entries: Iterable[CatalogEntry]) -> None:
        """Initialize with the tools; of two with one name the last counts."""
        tools = {entry.name: entry for entry in entries}
        self._domains = {name: entry.domain for name, entry in tools.items()}
        self._index = Index(WEIGHTS, heading=("name", "title", "words"))
        self._index.put_all((name, _document(entry)) for name, entry in tools.items())

    def close(self) -> None:
        """Free what the catalog holds; it cannot be used after that."""
        self._index.close()

    def search(
        self, query: str, domain: str | None = None, limit: int = 8
    ) -> SearchResult:
        """Return the tools for a query, the best first. Any text will do.

        The tools of the domain are raised, the others stay. Without a query all
        tools of the domain are found.
        """
        wanted = _domain(domain or "")
        own = {name for name, of in self._domains.items() if _domain(of) == wanted}
        if own and not words(query):
            hits = [(1.0, name) for name in self._domains if name in own]
        else:
            hits = self._ranked(query, domain or "", own)
        if not hits:
            return SearchResult([], domains=sorted(set(self._domains.values())))
        least = LEAST * hits[0][0]
        more = sum(score >= least for score, _ in hits[limit:])
        return SearchResult([name for _, name in hits[:limit]], more)

    def _ranked(self, query: str, hint: str, own: set[str]) -> list[tuple[float, str]]:
        """Return scores and names of the tools that match, the best first."""
        hits = [
            (hit.score * OWN_DOMAIN if hit.key in own else hit.score, hit.key)
            for hit in self._index.search(query, hint)
        ]
        # The sort is stable: of equals, the first is that which was found first.
        hits.sort(key=lambda hit: -hit[0])
        return hits

    def nearest(self, name: str, limit: int = 3) -> list[str]:
        """Return the names that are most like one that no tool has."""
        wanted = _Spelling(name)
        alike = [(_Spelling(known).likeness(wanted), known) for known in self._domains]
        alike.sort(key=lambda pair: -pair[0])
        return [known for share, known in alike[:limit] if share >= ALIKE]


class _Spelling:
    """A name as its words and pairs of letters, in any order and any case."""

    def __init__(self, name: str) -> None:
        """Initialize with a name, with or without its domain in front."""
        self._words = _parts(name)
        self._pairs = _pairs(name)
        self._short = _pairs(name.rpartition("__")[2])

    def likeness(self, other: _Spelling) -> float:
        """Return how alike two names are, from 0 to 1."""
        letters = max(
            _overlap(self._pairs, other._pairs),
            _overlap(self._short, other._short),
        )
        return (letters + _overlap(self._words, other._words)) / 2


def parameter_texts(schema: object) -> tuple[str, ...]:
    """Return the parameters of a JSON Schema as an entry has them.

    A schema of another kind has none; nothing is raised.
    """
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping):
        return ()
    return tuple(
        " ".join([str(name), *_told(value)])
        for name, value in list(properties.items())[:_MAX_PARAMETERS]
    )


def _told(schema: Any) -> Iterator[str]:
    """Yield what a parameter's schema says: description and values."""
    if not isinstance(schema, Mapping):
        return
    if isinstance(description := schema.get("description"), str):
        yield description
    if isinstance(values := schema.get("enum"), list):
        yield from map(str, values)
    yield from _told(schema.get("items"))


def _document(entry: CatalogEntry) -> dict[str, str]:
    """Return an entry as the index takes it: what a tool does before how."""
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
    """Return a domain in one spelling: `Media players` as `mediaplayer`."""
    return "".join(_parts_in_order(text)).removesuffix("s")


def _parts_in_order(text: str) -> list[str]:
    """Return the words of a name."""
    return [part for parts in tokens(text) for part in parts]


def _parts(text: str) -> set[str]:
    """Return the distinct words of a name."""
    return set(_parts_in_order(text))


def _pairs(text: str) -> set[str]:
    """Return the pairs of letters that follow each other in a name."""
    letters = "".join(_parts_in_order(text))
    return {letters[index : index + 2] for index in range(len(letters) - 1)}


def _overlap(one: set[str], other: set[str]) -> float:
    """Return how much of two sets is in both, from 0 to 1."""
    return 2 * len(one & other) / ((len(one) + len(other)) or 1)
