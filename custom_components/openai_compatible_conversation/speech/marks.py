"""The marks of markdown, and what ends a sentence."""

import re

ENDS = frozenset(".!?:;,…。！？：；，、।॥؟؛։።՞")
ITEM = re.compile(r"\d{1,3}[.)]")
RULE = re.compile(r"([-*_=])(\s*\1){2,}\s*")
DIVIDER = re.compile(r"[|:\-\s]*")
TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,9}\s?/?>")
TAG_BEGUN = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,9}(\s?/?)?)?")
ESCAPABLE = frozenset("\\`*_{}[]()#+-.!|<>~\"'&$%^=:;,?/@")
BULLETS = frozenset("-*+•‣◦–")
EMPHASIS = frozenset("*_~")
MAX_HASHES = 6
MAX_HELD = 120
"""Characters of a line that may turn out to be a rule, a divider or a tag."""


def in_word(before: str, sign: str) -> bool:
    """Return whether a sign after a character stands within a word or a number.

    Scripts without capitals often write without spaces, so that emphasis may
    begin after any of their letters.
    """
    if not before.isalnum():
        return False
    return sign == "_" or before.isdigit() or before.lower() != before.upper()


def full_stop(last: str) -> str:
    """Return what ends a sentence after a character, in its script; nothing if it does."""
    if last in ENDS:
        return ""
    if "\u3040" <= last <= "\u30ff" or "\u4e00" <= last <= "\u9fff":
        return "。"
    if "\u0900" <= last <= "\u0dff":
        return "।"
    return "."
