"""Text normalization for storage and for comparison."""

import re
import unicodedata

APOSTROPHES = re.compile("['’‘‛`´ʼ＇]")
"""Signs that are written for an apostrophe."""

_MAX_RAW = 10_000
"""Characters above which a text is rejected without normalization."""

_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp", "Zs"})
"""Unicode categories replaced by a space: controls, surrogates and separators."""

_JOINERS = re.compile(
    r"(?<=[^\s\u200c\u200d])([\u200c\u200d])[\u200c\u200d]*(?=[^\s\u200c\u200d])"
    r"|[\u200c\u200d]+"
)
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])"
)
_NON_WORD = re.compile(r"[\W_]+")


def as_text(value: object) -> str | None:
    """Return a string, number or boolean as text, None for anything else."""
    match value:
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            try:
                return str(value)
            except ValueError:
                # More digits than `sys.get_int_max_str_digits` allows.
                return "9" * (_MAX_RAW + 1)
    return None


def one_line(text: str, limit: int) -> str | None:
    """Return a text as one visible line, None if it exceeds `limit` characters.

    Control characters and line breaks become spaces, and runs of spaces are collapsed.
    Format characters are removed, as they can hide or reverse text; zero-width joiners
    between letters or emoji are kept.
    """
    if len(text) > _MAX_RAW:
        return None
    if not text.isprintable():
        text = _JOINERS.sub(r"\1", _visible(text))
    text = " ".join(text.split())
    return text if len(text) <= limit else None


def fold(text: str) -> str:
    """Return a text folded for comparison: case, width and spaces are ignored."""
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFD", text).casefold()
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(text.split())


def spoken_words(text: str) -> list[str]:
    """Return the words of a text without case, accents and punctuation.

    In a script without spaces between words, each character is a word.
    """
    text = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text)).casefold()
    text = "".join(
        char for char in text if unicodedata.category(char) not in {"Mn", "Cf"}
    )
    text = _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFKC", text))
    return _NON_WORD.sub(" ", text).split()


def _visible(text: str) -> str:
    """Return a text with breaks as spaces and without format characters but joiners."""
    chars = []
    for char in text:
        category = unicodedata.category(char)
        if category in _BREAKS:
            chars.append(" ")
        elif category != "Cf" or char in "\u200c\u200d":
            chars.append(char)
    return "".join(chars)
