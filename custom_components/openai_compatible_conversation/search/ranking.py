"""SQLite's full-text search in memory: how well each document matches one word."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import batched
from math import log
import sqlite3
from weakref import finalize

TOKENIZER = "porter unicode61 remove_diacritics 2"
"""What takes the forms of an English word for one: `creates` and `creation`."""

PIECE = 8
"""Words of a heading that stand in one row."""

MAX_KEPT = 1000
"""Words whose matches are kept until a document changes."""

ROUGH = 0.5
"""What a document counts for a word that so many have that none is told apart."""

_K1 = 1.2
"""How fast BM25 nears its most as a word weighs more: fixed in FTS5."""

_LEAST_IDF = 1e-6
"""What FTS5 takes for the rarity of a word that more than half of the rows have."""


class Ranking:
    """Texts by field, ranked by BM25. To be used from one thread at a time.

    Each field is a row of its own, and one of the heading is as many as it has
    pieces, for BM25 counts a word the less the longer its row is: a long
    description is no reason to count a word of the name less.
    """

    def __init__(self, weights: Mapping[str, float], heading: Iterable[str]) -> None:
        """Initialize without documents; `weights` says what a field counts."""
        self._columns = {name: f"field_{place}" for place, name in enumerate(weights)}
        self._heading = frozenset(heading)
        self._rows: dict[int, str] = {}
        self._documents: dict[str, list[int]] = {}
        self._last = 0
        self._kept: dict[str, dict[str, float]] = {}
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
        """Free what the ranking holds; it cannot be used after that."""
        self._kept.clear()
        self._rows.clear()
        self._documents.clear()
        self._close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write all changes in the block at its end, which is faster than one by one.

        If it fails, those that were made before stay.
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
        """Add a document that is not there yet: the words of each field."""
        self._kept.clear()
        rows = self._documents[key] = []
        with self.together():
            for name, words in texts.items():
                length = PIECE if name in self._heading else len(words) or 1
                column = self._columns[name]
                for piece in batched(words, length, strict=False):
                    self._last += 1
                    self._db.execute(
                        f"INSERT INTO ranked (rowid, {column}) VALUES (?, ?)",  # noqa: S608
                        (self._last, " ".join(piece)),
                    )
                    self._rows[self._last] = key
                    rows.append(self._last)

    def remove(self, key: str) -> None:
        """Remove a document that is there."""
        self._kept.clear()
        rows = self._documents.pop(key)
        with self.together():
            for row in rows:
                self._db.execute("DELETE FROM ranked WHERE rowid = ?", (row,))
                del self._rows[row]

    def matches(self, word: str, *, rough: bool) -> dict[str, float]:
        """Return what each document with a word counts, from 0 to 1.

        It is that of the best row. With `rough` all count the same, which is
        faster. The rarity of the word is not in it.
        """
        if (kept := self._kept.get(word)) is None:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            kept = self._kept[word] = self._rough(word) if rough else self._ranked(word)
        return kept

    def _rough(self, word: str) -> dict[str, float]:
        """Return the documents with a word, without a difference."""
        rows = self._db.execute("SELECT rowid FROM ranked(?)", (quoted(word),))
        return {self._rows[row]: ROUGH for (row,) in rows}

    def _ranked(self, word: str) -> dict[str, float]:
        """Return the documents with a word as BM25 ranks them."""
        rows = self._db.execute(self._match, (quoted(word),)).fetchall()
        odds = (len(self._rows) - len(rows) + 0.5) / (len(rows) + 0.5)
        # BM25 as FTS5 has it is next to nothing for a word of every second row,
        # which few documents soon have: what is wanted here is its other factor.
        most = max(log(odds), _LEAST_IDF) * (_K1 + 1)
        found: dict[str, float] = {}
        for row, rank in rows:
            key = self._rows[row]
            found[key] = max(found.get(key, 0.0), -rank / most)
        return found


def quoted(word: str) -> str:
    """Return a word of letters and digits as a query of FTS5."""
    return f'"{word}"'
