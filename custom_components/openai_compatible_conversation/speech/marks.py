"""Sentence punctuation, and limits of what is held of markdown."""

from typing import Final

ENDS: Final = frozenset(".!?:;,…。！？：；，、।॥؟؛،۔։՞።။។")
"""What ends a sentence or a part of it."""
SENTENCE_ENDS: Final = frozenset(".!…。！।॥۔։።။។")
"""What ends a statement."""
CLOSERS: Final = frozenset(")]}»”’」』）")
MAX_HELD: Final = 120
"""Maximum characters held of a line that may be a rule or a table divider."""
MAX_RUN: Final = 200
"""Length from which a run of one mark comes from a model that repeats itself."""

_FULL_STOPS: Final = (
    ("\u3040", "\u30ff", "。"),
    ("\u4e00", "\u9fff", "。"),
    # The scripts of India that have the danda; those of the south have full stops.
    ("\u0900", "\u0a7f", "।"),
    ("\u0b00", "\u0b7f", "।"),
    ("\u0530", "\u058f", "։"),
    ("\u1000", "\u109f", "။"),
    ("\u1200", "\u137f", "።"),
    ("\u1780", "\u17ff", "។"),
)
"""First and last letter of scripts with a full stop of their own."""
_OF_LANGUAGE: Final = {"mr": ".", "kok": ".", "ur": "۔"}
"""The full stops of languages that do not have that of their script."""


def full_stop(last: str, language: str = "") -> str:
    """Return the full stop after a character; empty after punctuation.

    It is that of its script, or of the language of a BCP 47 tag.
    """
    if last in ENDS:
        return ""
    if last.isascii():
        return "."
    if stop := _OF_LANGUAGE.get(language[:3].rstrip("-_").lower()):
        return stop
    for first, end, stop in _FULL_STOPS:
        if first <= last <= end:
            return stop
    return "."
