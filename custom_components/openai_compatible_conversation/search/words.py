"""Split text in any script into the words it is searched by."""

from collections.abc import Iterator
import re
import unicodedata

MAX_TEXT = 10_000
"""Maximum characters of a text; the rest is ignored."""

MAX_WORD = 40
"""Maximum characters of a word; the rest is ignored."""

_STOP_WORDS = """
a about am an and any are as at be been but by can could d did do does for from
function had has have help how i if in into is it its just let like ll m may me
might must my need now of or our please re s shall should so some something t
than that the their them then there these they this those to tool tools us use
using ve via want was we were what when where which who whose why will with
would you your one two three four five six seven eight nine ten
"""

STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words of questions and requests on any subject."""

_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_COMPOUND_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-'’]")
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+)"
)


def tokens(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the tokens of a text: a single word, or the parts of a compound.

    All are lower case and without accents. `HassTurnOn` and `e-mail` are compounds;
    `turn_on` is two words. Scripts without spaces yield single characters and pairs
    of adjacent ones.
    """
    text = _NON_ASCII.sub(_without_marks, text[:MAX_TEXT])
    for token in _TOKEN.findall(text):
        if not token.isascii() and _UNSPACED.search(token):
            for run in _UNSPACED.split(token):
                yield from _split_run(run)
        elif token.isalnum() and (token.islower() or token[1:] == token[1:].lower()):
            yield (token.casefold()[:MAX_WORD],)
        else:
            yield tuple(
                part.casefold()[:MAX_WORD]
                for part in filter(None, _COMPOUND_BREAK.split(token))
            )


def words(text: str) -> list[str]:
    """Return all words by which a text can be found, in order.

    A compound is included as its parts and as a whole.
    """
    found: list[str] = []
    for parts in tokens(text):
        found += parts
        if len(parts) > 1:
            found.append(joined(parts))
    return found


def joined(parts: tuple[str, ...]) -> str:
    """Return the parts of a compound as one word."""
    return "".join(parts)[:MAX_WORD]


def _without_marks(found: re.Match[str]) -> str:
    """Return the matched characters without accents, vowel points and other marks."""
    return unicodedata.normalize(
        "NFC",
        "".join(
            char
            for char in unicodedata.normalize("NFKD", found[0])
            if not unicodedata.category(char).startswith("M")
        ),
    )


def _split_run(run: str) -> Iterator[tuple[str]]:
    """Yield characters and pairs of an unspaced script, or the words of another."""
    if not _UNSPACED.match(run):
        for word in filter(None, _COMPOUND_BREAK.split(run)):
            yield (word.casefold()[:MAX_WORD],)
        return
    for index, char in enumerate(run):
        yield (char,)
        if pair := run[index + 1 : index + 2]:
            yield (char + pair,)
