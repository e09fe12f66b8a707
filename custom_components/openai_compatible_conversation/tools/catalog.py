"""Searchable catalog of all tools, and suggestions for unknown tool names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
import re
from typing import NamedTuple

from ..search.closeness import Closeness
from ..search.fit import NEAR, NEAR_IN_GLOSSES, fits, is_named, stems_of
from ..search.glosses import glosses_of, in_english
from ..search.index import Index
from ..search.lexicon import Lexicon
from ..search.query import MAX_QUERY
from ..search.word_tables import Meaning
from ..search.word_vectors import WordVectors, word_vectors
from ..search.words import words
from .name_similarity import NameSpelling, name_words

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

MIN_SCORE_SHARE = 0.2
"""Share of the best score that a tool needs to be counted as a further match."""

CLOSENESS_WEIGHT = 1.5
"""Score of the tool that is closest in meaning, as a share of the best score by words."""

MIN_SIMILARITY = 0.4
"""Minimum similarity, from 0 to 1, of a name suggested for an unknown one."""

_MAX_TELLING = 300
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


class _Match(NamedTuple):
    """A tool with words of a query."""

    name: str
    score: float
    fit: float


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
        self,
        entries: Iterable[CatalogEntry],
        languages: Iterable[str] = (),
        vectors: WordVectors | None = None,
    ) -> None:
        """Initialize with the tools, the languages of the home, and word vectors.

        The last of the tools with the same name is kept. Without vectors, those of the
        integration are taken. Does blocking I/O.
        """
        tools = {entry.name: entry for entry in entries}
        self._domains = {name: entry.domain for name, entry in tools.items()}
        self._compared = {name: _domain(of) for name, of in self._domains.items()}
        self._lexicon = Lexicon(languages)
        self._glosses = {
            language: glosses
            for language in self._lexicon.languages
            if (glosses := glosses_of(language))
        }
        self._index = Index(
            WEIGHTS, heading=("name", "title", "words"), lexicon=self._lexicon
        )
        self._index.put_all((name, _document(entry)) for name, entry in tools.items())
        self._index.warm()
        self._closeness = Closeness(word_vectors() if vectors is None else vectors)
        self._headings: list[frozenset[str]] = []
        for name, entry in tools.items():
            self._closeness.put(name, _telling_texts(entry))
            self._headings.append(stems_of(words(f"{name} {entry.title or ''}")))

    def close(self) -> None:
        """Free the index; the catalog cannot be used afterwards."""
        self._index.close()
        self._closeness.clear()

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
        boosts = dict.fromkeys(in_domain, DOMAIN_BOOST)
        hits = [
            _Match(
                hit.key,
                hit.score * boosts.get(hit.key, 1.0),
                hit.fit * boosts.get(hit.key, 1.0),
            )
            for hit in self._index.search(query, hint, names)
        ]
        # The sort is stable: equal scores keep the order of the index.
        hits.sort(key=lambda hit: -hit.score)
        said = words(query[:MAX_QUERY])
        is_english = self._lexicon.may_be("en", said)
        meant = said if is_english else self._glossed(query[:MAX_QUERY], said)
        close = self._closeness.of_all(meant)
        nearest = max(close.values(), default=0.0)
        # Who asks for a domain or a name knows of a tool, and a single word may be about
        # anything.
        is_meant = in_domain or is_named(meant, self._headings)
        may_lead = close and not is_meant and len(meant) > 1
        found = fits(
            max((hit.fit for hit in hits[:limit]), default=0.0),
            nearest if close else None,
            self._closeness.of_unserved(meant) if may_lead else 0.0,
            near=NEAR if is_english else NEAR_IN_GLOSSES,
        )
        if not found:
            return []
        scores = {hit.name: hit.score for hit in hits}
        best = hits[0].score if hits else 1.0
        for name, closeness in close.items():
            if closeness >= NEAR or (closeness > 0 and name in scores):
                boost = CLOSENESS_WEIGHT * best * closeness / nearest
                scores[name] = scores.get(name, 0.0) + boost
        return sorted(
            ((scores[name], name) for name in scores), key=lambda pair: -pair[0]
        )

    def _glossed(self, query: str, said: list[str]) -> list[str]:
        """Return English words for a query in another language of the home, if known."""
        return in_english(
            query,
            (
                glosses
                for language, glosses in self._glosses.items()
                if self._lexicon.may_be(language, said)
            ),
        )

    def nearest(self, name: str, limit: int = 3) -> list[str]:
        """Return up to `limit` tool names similar to an unknown one, best first."""
        wanted = NameSpelling(name)
        similar = [
            (NameSpelling(known).similarity(wanted), known) for known in self._domains
        ]
        similar.sort(key=lambda pair: -pair[0])
        return [
            known
            for similarity, known in similar[:limit]
            if similarity >= MIN_SIMILARITY
        ]


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


def _telling_texts(entry: CatalogEntry) -> Iterator[str]:
    """Yield the texts that tell what a tool is for, those that tell most twice."""
    for text in 2 * (entry.name.rpartition("__")[2], entry.title):
        yield text or ""
    yield (entry.description or "")[:_MAX_TELLING]


def _domain(text: str) -> str:
    """Return a domain in a normalized spelling: `Media players` as `mediaplayer`."""
    return "".join(name_words(text)).removesuffix("s")
