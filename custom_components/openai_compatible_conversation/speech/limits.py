"""Limits of a text without a limit of its own, and the sentence that ends it.

A spoken answer is limited by the time that it takes to say. Languages convey about as
much a second, but their scripts do not: Coupé et al. (Science Advances 5, 2019) and
Pellegrino et al. (Language 87, 2011) measured 5 syllables a second in Mandarin, 6 in
English and 8 in Japanese. A Chinese character or a Hangul block is one syllable. With
kana and kanji mixed, Japanese announcers read about 300 characters a minute, which is
5 a second as well. Speech output says about 150 English words of 6 letters a minute,
spaces and pauses included, which is 15 letters a second. Digits are said as words.
"""

from bisect import bisect_left
from collections.abc import Callable
import re
from typing import Protocol

MAX_SPEECH = 120.0
"""Seconds of speech of a spoken answer without a limit of its own."""

MAX_REASONING = 32_000
"""Characters of reasoning without a limit of its own: about 8,000 tokens."""

MAX_REST = 300
"""Characters after a limit within which the last sentence has to end."""

LETTERS_PER_SECOND = 15
WIDE_PER_SECOND = 5
DIGITS_PER_SECOND = 4

MAX_REPEATED = 40
"""Characters of a repetition that may be kept to end a sentence."""

_WIDE = re.compile(
    "[\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_DIGIT = re.compile(r"\d")
_SPACE = re.compile(r"\s")
_SENTENCE_END = re.compile(
    r"""(?<!\d)[.!?…]+["'”’»)\]*_]*(?=\s)|[。！？।॥؟۔።។။]+["”’」』）]*|\n"""
)


class Limit(Protocol):
    """A limit of a text, which is fed chunks of any size."""

    @property
    def end(self) -> int | None:
        """Return where the text should end, None if it may go on."""

    def feed(self, text: str) -> bool:
        """Return whether the limit is reached."""


class Budget:
    """A limit of what a text costs: by default, of its characters."""

    def __init__(self, limit: float, cost: Callable[[str], float] = len) -> None:
        """Initialize with a limit and the cost of a piece of text."""
        self.end: int | None = None
        self._left = limit
        self._cost = cost
        self._position = 0

    def feed(self, text: str) -> bool:
        """Return whether the limit is reached."""
        if self.end is None:
            left, cost = self._left, self._cost
            self._left -= cost(text)
            if self._left < 0:
                self.end = self._position + bisect_left(
                    range(len(text)), left, key=lambda size: cost(text[:size])
                )
            self._position += len(text)
        return self.end is not None


class SpeechLimiter:
    """Cut a streamed text at the end of a sentence once a limit is reached.

    Create one for each text and feed it chunks of any size. What was returned before a
    repetition was detected has been spoken; the rest of it is not.
    """

    def __init__(self, limit: Limit) -> None:
        """Initialize with the limit of one text."""
        self.is_over = False
        """Whether the text has ended: what follows is dropped."""
        self._limit = limit
        self._position = 0
        self._end: int | None = None
        self._last = ""

    def feed(self, text: str) -> str:
        """Return what is kept of one more chunk."""
        if self.is_over or not text:
            return ""
        if self._limit.feed(text):
            if self._end is None:
                self._end = max(self._limit.end or 0, self._position)
            # Positions in the chunk with the last character before it.
            known = self._last + text
            start = self._position - len(self._last)
            cut = find_cut(known, self._end - start, self._end + MAX_REST - start)
            if cut is not None:
                self.is_over = True
                text = known[len(self._last) : cut]
        self._position += len(text)
        self._last = text[-1:]
        return text


def speech_seconds(text: str) -> float:
    """Return the estimated time that it takes to say a text."""
    wide = 0 if text.isascii() else len(_WIDE.findall(text))
    digits = len(_DIGIT.findall(text))
    return (
        (len(text) - wide - digits) / LETTERS_PER_SECOND
        + wide / WIDE_PER_SECOND
        + digits / DIGITS_PER_SECOND
    )


def find_cut(text: str, end: int, latest: int) -> int | None:
    """Return where to cut a text: after the sentence that ends at `end` or later.

    If no sentence ends before `latest`, that is between two words. Returns None if
    that takes more text.
    """
    end = max(end, 0)
    sentence = _without_space(text, end)
    for match in _SENTENCE_END.finditer(text, max(end - MAX_REST, 0)):
        if sentence <= match.end() <= max(latest, 0):
            return match.end()
    if len(text) < latest:
        return None
    space = _SPACE.search(text, end)
    return space.start() if space and space.start() < latest else max(end, latest)


def whole_sentences(text: str, end: int) -> str:
    """Return the sentences of a text until the one that ends at `end` or soon after."""
    end = _without_space(text, end)
    size = 0
    # A full stop ends a sentence if white space follows.
    for match in _SENTENCE_END.finditer(f"{text} "):
        if match.end() > end + MAX_REPEATED:
            break
        size = match.end()
        if size >= end:
            break
    return text[:size]


def _without_space(text: str, end: int) -> int:
    """Return an end without the white space before it, which follows a sentence."""
    return len(text[: max(end, 0)].rstrip())
