"""A text in the forms in which it is compared with others, whatever its writing.

Does not depend on Home Assistant.
"""

from collections.abc import Iterator
from html import unescape
import re
from typing import NamedTuple
import unicodedata
from urllib.parse import unquote

_ESCAPE = re.compile(
    r"(?<!\\)\\++(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{1,3})|[nrtbf])"
)
_INVISIBLE = re.compile(r"[\\\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
"""What is between the letters of a word without separating them, and backslashes."""

_ROUNDS = 6
"""Escapes within escapes that are resolved, such as JSON within JSON."""

_MAX_CODE = 0x10FFFF


class Form(NamedTuple):
    """A text to search in."""

    plain: str
    """The text in lower case, without backslashes and invisible characters."""
    letters: str
    """Its letters and digits alone."""


def forms(text: str) -> Iterator[Form]:
    """Yield a text as it is, and with more and more of its escapes resolved."""
    for form in _resolved(text):
        if letters := letters_of(form):
            folded = unicodedata.normalize("NFKC", form).casefold()
            yield Form(_INVISIBLE.sub("", folded), letters)


def letters_of(text: str) -> str:
    """Return the letters and digits of a text, whatever their case or width."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, text))


def without_escapes(text: str) -> str:
    """Return a text with its escapes resolved."""
    *_, last = _resolved(text)
    return last


def _resolved(text: str) -> Iterator[str]:
    """Yield a text, and then what is left after each round, until nothing changes."""
    yield text
    for _ in range(_ROUNDS):
        before, text = text, unquote(unescape(_ESCAPE.sub(_unescaped, text)))
        if text == before:
            return
        yield text


def _unescaped(found: re.Match[str]) -> str:
    """Return the character that an escape stands for."""
    if code := found[1] or found[2] or found[3]:
        number = int(code, 16)
        return chr(number) if number <= _MAX_CODE else " "
    return chr(int(found[4], 8)) if found[4] else " "
