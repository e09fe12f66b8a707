"""Tests of the table of word vectors, and of what happens without it."""

from pathlib import Path
import struct

import pytest

from custom_components.openai_compatible_conversation.search.word_vectors import (
    FILE,
    WordVectors,
    word_vectors,
)

MAX_BYTES = 2_000_000


def _table(*words: str, dimensions: int = 2, magic: bytes = b"WORDVEC1") -> bytes:
    """Return a table in which each word has the vector (1, 2), times its place."""
    text = "\n".join(words).encode()
    factors = struct.pack(f"<{len(words)}f", *range(1, len(words) + 1))
    vectors = bytes((1, 2)) * len(words)
    sizes = struct.pack("<III", len(words), dimensions, len(text))
    return magic + sizes + text + factors + vectors


def _words() -> list[str]:
    """Return the words of the table that is shipped."""
    data = FILE.read_bytes()
    _, _, length = struct.unpack_from("<III", data, 8)
    return data[20 : 20 + length].decode().split("\n")


def test_shipped_table() -> None:
    """The table that is shipped is small, and has each word once, in order."""
    assert FILE.stat().st_size <= MAX_BYTES
    words = _words()
    assert words == sorted(set(words))
    vectors = word_vectors()
    said = set(words) - set(vectors.unserved)
    assert all(word.isascii() and word.isalpha() and word.islower() for word in said)
    assert vectors.unserved
    assert all(mark.startswith("?") for mark in vectors.unserved)
    assert len(vectors) == len(words) >= 20_000
    assert vectors.dimensions == 64
    assert all(any(vectors.total([word])) for word in words)


def test_total() -> None:
    """Vectors are added up; unknown words add nothing."""
    vectors = WordVectors(_table("ham", "spam"))
    assert vectors.total(["ham", "spam", "spam", "egg"]) == [5.0, 10.0]
    assert vectors.total([]) == [0.0, 0.0]
    assert "ham" in vectors
    assert "egg" not in vectors


def test_no_table() -> None:
    """Without a table there are no words."""
    vectors = WordVectors()
    assert len(vectors) == 0
    assert vectors.total(["ham"]) == []


@pytest.mark.parametrize(
    "data",
    [
        b"WORDVEC1",
        _table("ham", magic=b"WORDVEC2"),
        _table("ham", "spam")[:-1],
        _table("ham", "spam") + b"\0",
        _table("ham", dimensions=3),
        _table("ham", "ham"),
        _table("ham", "spam").replace(b"spam", b"sp\xffm"),
    ],
)
def test_damaged_table(data: bytes) -> None:
    """A table that is cut, of another version, size or encoding is refused."""
    with pytest.raises(ValueError, match=r"table|codec"):
        WordVectors(data)


@pytest.mark.parametrize("data", [None, b"", b"damaged"])
def test_unreadable_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, data: bytes | None
) -> None:
    """A file that is missing, empty or damaged is told once, and there are no words."""
    path = tmp_path / "word_vectors.bin"
    if data is not None:
        path.write_bytes(data)
    assert len(word_vectors(path)) == len(word_vectors(path)) == 0
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "searched by their words alone" in record.message
