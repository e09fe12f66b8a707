"""BM25 scores of documents for single words, with SQLite's FTS5 in memory."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import batched
from math import log
import sqlite3
from weakref import finalize

TOKENIZER = "porter unicode61 remove_diacritics 2"
"""Tokenizer that stems English words: `creates` and `creation` are the same."""

HEADING_ROW = 8
"""Words of a heading field per row."""

MAX_CACHED = 5000
"""Maximum words whose matches are cached until a document changes."""

UNRANKED_SCORE = 0.5
"""Score of each document for a word that is too common to rank them."""

_K1 = 1.2
"""Term frequency saturation of BM25, fixed in FTS5."""

_MIN_IDF = 1e-6
"""Inverse document frequency in FTS5 of a word in more than half of the rows."""


class Ranking:
    """Documents by field, ranked by BM25.

    To be used from one thread at a time. Close it to free its memory. Each field is a
    row of its own, and a heading field is split into rows of `HEADING_ROW` words. BM25
    scores a word lower the longer its row is, and a long description must not lower
    the score of a word in the name.
    """

    def __init__(self, weights: Mapping[str, float], heading: Iterable[str]) -> None:
        """Initialize without documents; `weights` maps field names to weights."""
        self._columns = {name: f"field_{number}" for number, name in enumerate(weights)}
        self._heading = frozenset(heading)
        self._rows: dict[int, str] = {}
        self._documents: dict[str, list[int]] = {}
        self._last = 0
        self._cache: dict[str, dict[str, float]] = {}
        columns = ", ".join(self._columns.values())
        values = ", ".join(str(float(weight)) for weight in weights.values())
        self._match = f"SELECT rowid, bm25(ranked, {values}) FROM ranked(?)"  # noqa: S608
        self._db = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False
        )
        self._close = finalize(self, self._db.close)
        self._db.execute(
            f"CREATE VIRTUAL TABLE ranked USING fts5({columns}, tokenize='{TOKENIZER}')"
        )

    def close(self) -> None:
        """Free the memory; the ranking cannot be used afterwards."""
        self._cache.clear()
        self._rows.clear()
        self._documents.clear()
        self._close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all changes of the block at its end, which is faster than one by one.

        If the block fails, the changes made before the error are kept.
        """
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("COMMIT")

    def put(self, key: str, texts: Mapping[str, list[str]]) -> None:
        """Add a document with a new key, given as the words of each field."""
        self._cache.clear()
        rows = self._documents[key] = []
        with self.transaction():
            for name, words in texts.items():
                length = HEADING_ROW if name in self._heading else len(words) or 1
                column = self._columns[name]
                for row_words in batched(words, length, strict=False):
                    self._last += 1
                    self._db.execute(
                        f"INSERT INTO ranked (rowid, {column}) VALUES (?, ?)",  # noqa: S608
                        (self._last, " ".join(row_words)),
                    )
                    self._rows[self._last] = key
                    rows.append(self._last)

    def remove(self, key: str) -> None:
        """Remove a document; raise KeyError if it is missing."""
        self._cache.clear()
        rows = self._documents.pop(key)
        with self.transaction():
            for row in rows:
                self._db.execute("DELETE FROM ranked WHERE rowid = ?", (row,))
                del self._rows[row]

    def matches(self, word: str, *, unranked: bool) -> dict[str, float]:
        """Return the score of each document with a word, from 0 to 1.

        It is the score of the best row, without the word's inverse document
        frequency. With `unranked` all score the same, which is faster.
        """
        if (cached := self._cache.get(word)) is None:
            if len(self._cache) >= MAX_CACHED:
                self._cache.clear()
            cached = self._cache[word] = (
                self._unranked(word) if unranked else self._ranked(word)
            )
        return cached

    def _unranked(self, word: str) -> dict[str, float]:
        """Return the documents with a word, all with the same score."""
        rows = self._db.execute("SELECT rowid FROM ranked(?)", (quoted(word),))
        return {self._rows[row]: UNRANKED_SCORE for (row,) in rows}

    def _ranked(self, word: str) -> dict[str, float]:
        """Return the documents with a word, with their BM25 scores."""
        rows = self._db.execute(self._match, (quoted(word),)).fetchall()
        odds = (len(self._rows) - len(rows) + 0.5) / (len(rows) + 0.5)
        # The inverse document frequency of FTS5 is close to 0 for a word in half of the
        # rows, which is common with few documents. It is divided out here.
        max_score = max(log(odds), _MIN_IDF) * (_K1 + 1)
        found: dict[str, float] = {}
        for row, rank in rows:
            key = self._rows[row]
            found[key] = max(found.get(key, 0.0), -rank / max_score)
        return found


def quoted(word: str) -> str:
    """Return a word of letters and digits as an FTS5 query."""
    return f'"{word}"'
