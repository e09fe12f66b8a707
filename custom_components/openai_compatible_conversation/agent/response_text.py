"""The text of a response: as the model wrote it, and as it was spoken."""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate

from ..speech.limits import whole_sentences


@dataclass(slots=True)
class ResponseText:
    """The pieces of a text, in which one that was written may be spoken later."""

    spoken: list[str] = field(default_factory=list)
    _written: list[str] = field(default_factory=list)
    _spoken_counts: list[int] = field(default_factory=list)
    """The number of pieces that were spoken before each one that was written."""

    @property
    def verbatim(self) -> str:
        """Return the text as it was written."""
        return "".join(self._written)

    def add_written(self, text: str) -> None:
        """Add a piece as the model wrote it, before what is spoken of it."""
        self._written.append(text)
        self._spoken_counts.append(len(self.spoken))

    def spoken_until(self, end: int | None) -> str:
        """Return what was spoken, by default all of it.

        `end` is a position in the written text, from which the model repeats itself.
        Only the sentences before it are returned.
        """
        spoken = "".join(self.spoken)
        if end is None or not self._written:
            return spoken
        ends = list(accumulate(map(len, self._written)))
        # The white space after the last sentence may have been cut off.
        end = min(end, ends[-1])
        piece = bisect_left(ends, end)
        counts = (*self._spoken_counts[1:], len(self.spoken))
        size = sum(map(len, self.spoken[: counts[piece]])) - (ends[piece] - end)
        return whole_sentences(spoken, size).rstrip()
