"""The text of an answer as it is spoken, and what of it is heard by when."""

from bisect import bisect_right
import re
import unicodedata

from .limits import speech_seconds

STREAMED_LENGTH = 60
"""Characters of an answer above which Home Assistant speaks it while it arrives."""

_MAX_QUOTED = 40
"""Characters of the last words that were heard."""

_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
"""Characters of scripts that have no spaces between words."""


class SpokenText:
    """The pieces of an answer that are spoken, with the times at which they arrived.

    Times are in seconds since 1970. The pace is that of the speech, as a multiple of
    that of `speech_seconds`.
    """

    def __init__(self) -> None:
        """Initialize without text."""
        self.spoken_of: dict[str, str] = {}
        """What is spoken of the responses, by their text as the model wrote it."""
        self._pieces: list[tuple[float, str]] = []

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "".join(piece for _, piece in self._pieces)

    @property
    def ends_at(self) -> float | None:
        """Return when the last piece arrived, None without text."""
        return self._pieces[-1][0] if self._pieces else None

    @property
    def streams_at(self) -> float | None:
        """Return when it was long enough to be spoken as it arrives, if it ever was."""
        length = 0
        for arrived_at, piece in self._pieces:
            length += len(piece)
            if length > STREAMED_LENGTH:
                return arrived_at
        return None

    def add(self, piece: str, now: float) -> None:
        """Add a piece that arrives now."""
        self._pieces.append((now, piece))

    def heard(self, begins_at: float, until: float, pace: float) -> int:
        """Return how many characters are heard by a time, in whole words.

        The speech begins at `begins_at`. What arrives later than it could be spoken is
        spoken when it arrives.
        """
        length, free_at = 0, begins_at
        for arrived_at, piece in self._pieces:
            left = (until - max(free_at, arrived_at)) * pace
            seconds = speech_seconds(piece)
            if left < seconds:
                length += _length_said(piece, left)
                break
            length += len(piece)
            free_at = max(free_at, arrived_at) + seconds / pace
        return _word_end(self.text, length)


def last_words(text: str) -> str:
    """Return the last few words of a text, on one line."""
    text = " ".join(text.split())
    if len(text) <= _MAX_QUOTED:
        return text
    tail = text[-_MAX_QUOTED:]
    return tail.partition(" ")[2] or tail


def _length_said(text: str, seconds: float) -> int:
    """Return how many characters of a text are said in some seconds."""
    if seconds <= 0:
        return 0
    sizes = range(1, len(text) + 1)
    return bisect_right(sizes, seconds, key=lambda size: speech_seconds(text[:size]))


def _word_end(text: str, end: int) -> int:
    """Return the end of the last whole word before a position of a text."""
    while 0 < end < len(text) and not _is_between_words(text[end - 1], text[end]):
        end -= 1
    return len(text[:end].rstrip())


def _is_between_words(before: str, after: str) -> bool:
    """Return whether a text can be cut between two of its characters."""
    if before.isspace() or after.isspace():
        return True
    is_joined = unicodedata.category(after).startswith("M")
    return not is_joined and bool(
        _WITHOUT_SPACES.match(before) and _WITHOUT_SPACES.match(after)
    )
