"""What people and models write, as one line, and as it is compared."""

import re
import unicodedata

_RAW = 10_000
"""Characters above which a text is too long, whatever they are."""

_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp", "Zs"})
_JOINERS = re.compile(
    r"(?<=[^\s\u200c\u200d])([\u200c\u200d])[\u200c\u200d]*(?=[^\s\u200c\u200d])"
    r"|[\u200c\u200d]+"
)
_APOSTROPHES = re.compile("['’‘‛`´ʼ＇]")
_APART = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])"
)
_NO_WORD = re.compile(r"[\W_]+")


def as_text(value: object) -> str | None:
    """Return a text, a number or a truth value as text, None for anything else."""
    match value:
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            try:
                return str(value)
            except ValueError:
                # More digits than Python is willing to write.
                return "9" * (_RAW + 1)
    return None


def one_line(text: str, limit: int) -> str | None:
    """Return a text without what cannot be seen, None if it is longer than the limit.

    Controls and breaks are spaces, and several spaces are one. Format characters
    are left out, for they can hide text or turn it around; those that join
    letters and emoji stay between them.
    """
    if len(text) > _RAW:
        return None
    if not text.isprintable():
        text = _JOINERS.sub(r"\1", _visible(text))
    text = " ".join(text.split())
    return text if len(text) <= limit else None


def fold(text: str) -> str:
    """Return what all spellings of a text have in common: case, width, spaces."""
    text = unicodedata.normalize("NFD", text).casefold()
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(text.split())


def spoken_words(text: str) -> list[str]:
    """Return the words of a text as they sound: no case, accents or punctuation.

    In a script that sets no spaces, each character is a word.
    """
    text = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).casefold()
    text = "".join(
        char for char in text if unicodedata.category(char) not in {"Mn", "Cf"}
    )
    text = _APART.sub(r" \1 ", unicodedata.normalize("NFKC", text))
    return _NO_WORD.sub(" ", text).split()


def _visible(text: str) -> str:
    """Return a text with breaks as spaces, without format characters but joiners."""
    kept = []
    for char in text:
        kind = unicodedata.category(char)
        if kind in _BREAKS:
            kept.append(" ")
        elif kind != "Cf" or char in "\u200c\u200d":
            kept.append(char)
    return "".join(kept)
