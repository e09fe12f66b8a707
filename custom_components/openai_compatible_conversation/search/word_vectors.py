"""The vectors of English words, from a file: words of similar meaning have similar ones.

The file has eight bytes that name its format, the number of words, of dimensions and of
bytes of the words, as integers of 32 bits, and then the words, a line each, a factor for
each word, as a float of 32 bits, and the vectors, a byte for each dimension. All is
little-endian. A word that tells more has a longer vector. `?0`, `?1` and so on, which are
in no text, stand for subjects that no tool is for. `script/word-vectors` makes it.

Decision record: docs/decisions/0028-a-sense-of-meaning.md.
"""

from array import array
from collections.abc import Iterable
from functools import cache
import logging
from pathlib import Path
import struct

FILE = Path(__file__).parent / "word_vectors.bin"

_LOGGER = logging.getLogger(__name__)
_MAGIC = b"WORDVEC1"
_UNSERVED = "?"
_SIZES = struct.Struct("<III")


class WordVectors:
    """Words with their vectors, or none of them."""

    def __init__(self, data: bytes | None = None) -> None:
        """Initialize with the bytes of a file; raise ValueError if they are damaged."""
        self.dimensions = 0
        self.unserved: list[str] = []
        """What stands for the subjects that no tool is for."""
        self._places: dict[str, int] = {}
        self._factors = array("f")
        self._vectors = memoryview(b"").cast("b")
        if data is not None:
            self._read(data)

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self._places)

    def __contains__(self, word: str) -> bool:
        """Return whether a word has a vector."""
        return word in self._places

    def total(self, words: Iterable[str]) -> list[float]:
        """Return the sum of the vectors of words; those of unknown words are zero."""
        found = [0.0] * self.dimensions
        for word in words:
            if (place := self._places.get(word)) is not None:
                factor = self._factors[place]
                start = place * self.dimensions
                vector = self._vectors[start : start + self.dimensions]
                found = [
                    whole + factor * part
                    for whole, part in zip(found, vector, strict=True)
                ]
        return found

    def _read(self, data: bytes) -> None:
        """Take the words and vectors of a file."""
        start = len(_MAGIC) + _SIZES.size
        if not data.startswith(_MAGIC) or len(data) < start:
            raise ValueError("not a table of word vectors")
        count, dimensions, length = _SIZES.unpack_from(data, len(_MAGIC))
        if len(data) != start + length + count * (4 + dimensions):
            raise ValueError("a table of word vectors of another size")
        words = data[start : start + length].decode().split("\n")
        self._places = {word: place for place, word in enumerate(words)}
        if len(self._places) != count:
            raise ValueError("a table of word vectors with other words")
        self.unserved = [word for word in words if word.startswith(_UNSERVED)]
        end = start + length + 4 * count
        self._factors = array(
            "f", struct.unpack(f"<{count}f", data[start + length : end])
        )
        self._vectors = memoryview(data)[end:].cast("b")
        self.dimensions = dimensions


@cache
def word_vectors(path: Path = FILE) -> WordVectors:
    """Return the vectors of a file, or none if it cannot be read.

    Does blocking I/O the first time.
    """
    try:
        return WordVectors(path.read_bytes())
    except (OSError, ValueError) as error:
        _LOGGER.warning(
            "Tools are searched by their words alone, because the word vectors cannot be read: %s",
            error,
        )
        return WordVectors()
