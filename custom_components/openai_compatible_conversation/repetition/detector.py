"""Tell a text that repeats itself without end from one that only says things twice.

Small models fall into loops that end with the context window. Text is judged in blocks
at fixed positions, so the result does not depend on how the text was split.
"""

from collections import Counter, deque
import re

from .periods import Run, find_counting_run, find_run, is_data, is_hopeless

BLOCK = 64
"""Characters after which the text is judged again."""

COUNTING_BLOCK = 512
"""Characters after which counters are looked for, which takes longer."""

WINDOW = 4096
"""Characters of the text that are remembered."""

SENTENCES = 48
"""Number of sentences or lines that are remembered."""

MAX_DISTINCT = 6
"""Distinct sentences among them up to which they are the same few in any order."""

MIN_IN_WORDS = 36
MIN_LETTERS = 3
"""Number of them that have to be in words, and the letters of those."""

MIN_SPAN = 480
"""Characters of them from which they are no answers of one word."""

MAX_SENTENCE = 1000
"""Characters of a sentence that are compared."""

_BREAK = re.compile(r"(?<=[.!?])\s|[\n。！？।]")


class RepetitionDetector:
    """Detect that a streamed text repeats itself hopelessly.

    Create one for each text and feed it chunks of any size. It remembers the last few
    thousand characters and the last sentences. A text that nobody hears may be judged
    in larger blocks, which takes less time.
    """

    def __init__(self, block: int = BLOCK) -> None:
        """Initialize for one text; a block divides, or is, `COUNTING_BLOCK`."""
        self.end: int | None = None
        """Where the first of the repetitions ends, in characters of the text."""
        self._block = block
        self._window = ""
        self._pending = ""
        self._position = 0
        self._sentences = _RecentSentences()

    def feed(self, text: str) -> bool:
        """Return whether the text repeats itself by now."""
        if self.end is not None:
            return True
        self._pending += text
        if len(self._pending) < self._block:
            return False
        pending, start, size = self._pending, 0, self._block
        while self.end is None and start + size <= len(pending):
            self.end = self._judge(pending[start : start + size])
            start += size
        self._pending = pending[start:]
        return self.end is not None

    def _judge(self, block: str) -> int | None:
        """Add a block to the window, and return where the text should end by now."""
        self._window = window = self._window[self._block - WINDOW :] + block
        self._position += self._block
        are_few = self._sentences.feed(block)
        run = find_run(window)
        if not run or not is_hopeless(window, run):
            run = self._other_run(are_few=are_few)
        return self._position - run.span + run.period if run else None

    def _other_run(self, *, are_few: bool) -> Run | None:
        """Return the run of a list that counts up, or of a few sentences."""
        counts = self._position % COUNTING_BLOCK == 0
        if counts and (run := find_counting_run(self._window)):
            return run
        if are_few:
            span = self._sentences.span
            return Run(span * MAX_DISTINCT // SENTENCES, span)
        return None


class _RecentSentences:
    """The last sentences and lines of a text, to detect that they are the same few.

    A model that has no way out often goes around without a fixed order.
    """

    def __init__(self) -> None:
        """Initialize without sentences."""
        self._begun = ""
        self._recent: deque[tuple[str, int]] = deque()
        """Each sentence, and its size with the white space around it."""
        self._counts: Counter[str] = Counter()
        self.span = 0
        """The characters of the remembered sentences."""

    def feed(self, text: str) -> bool:
        """Return whether the last sentences are the same few."""
        # White space ends a sentence by the character before it.
        *ended, begun = _BREAK.split(self._begun[-1:] + text)
        earlier = self._begun[:-1]
        for sentence in ended:
            self._add(earlier + sentence)
            earlier = ""
        self._begun = (earlier + begun)[:MAX_SENTENCE]
        return (
            len(self._recent) == SENTENCES
            and len(self._counts) <= MAX_DISTINCT
            and self.span >= MIN_SPAN
            and self._in_words() >= MIN_IN_WORDS
        )

    def _add(self, sentence: str) -> None:
        """Remember a sentence, and forget the oldest one."""
        size = len(sentence) + 1
        if not (sentence := sentence.strip()):
            return
        self._recent.append((sentence, size))
        self._counts[sentence] += 1
        self.span += size
        if len(self._recent) > SENTENCES:
            oldest, size = self._recent.popleft()
            self.span -= size
            self._counts[oldest] -= 1
            if not self._counts[oldest]:
                del self._counts[oldest]

    def _in_words(self) -> int:
        """Return how many are in words: no rows of a table, lines of code or art."""
        return sum(count for text, count in self._counts.items() if _is_in_words(text))


def _is_in_words(sentence: str) -> bool:
    """Return whether a sentence has letters, and is neither data nor code."""
    return sum(map(str.isalpha, sentence)) >= MIN_LETTERS and not is_data(
        sentence, is_spaced=sentence.isascii()
    )
