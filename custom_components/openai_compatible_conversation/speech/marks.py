"""Markdown syntax and sentence punctuation."""

import re

ENDS = frozenset(".!?:;,…。！？：；，、।॥؟؛։።՞")
ITEM = re.compile(r"\d{1,3}[.)]")
RULE = re.compile(r"([-*_=])(\s*\1){2,}\s*")
DIVIDER = re.compile(r"[|:\-\s]*")
TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,9}\s?/?>")
TAG_PREFIX = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,9}(\s?/?)?)?")
ESCAPABLE = frozenset("\\`*_{}[]()#+-.!|<>~\"'&$%^=:;,?/@")
BULLETS = frozenset("-*+•‣◦–")
EMPHASIS = frozenset("*_~")
MAX_HASHES = 6
MAX_HELD = 120
"""Maximum characters held of a line that may be a rule, a table divider or a fence."""


def in_word(before: str, sign: str) -> bool:
    """Return whether a sign after a character is inside a word or a number.

    Scripts without capital letters often have no spaces between words, so emphasis
    may start after any of their letters.
    """
    if not before.isalnum():
        return False
    return sign == "_" or before.isdigit() or before.lower() != before.upper()


def full_stop(last: str) -> str:
    """Return the full stop in a character's script; empty after punctuation."""
    if last in ENDS:
        return ""
    if "\u3040" <= last <= "\u30ff" or "\u4e00" <= last <= "\u9fff":
        return "。"
    if "\u0900" <= last <= "\u0dff":
        return "।"
    return "."
