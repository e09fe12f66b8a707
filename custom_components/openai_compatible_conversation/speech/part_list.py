"""Collects the parts of a text, and the speech between them."""

from collections.abc import Iterator

from .parts import SpeechPart, SpeechText


class PartList:
    """The parts of a text in their order, with the speech between them in one piece."""

    def __init__(self) -> None:
        """Initialize without any."""
        self._parts: list[SpeechPart] = []
        self._speech: list[str] = []
        """Speech that follows the parts, not yet a part itself."""

    def speak(self, text: str) -> None:
        """Add text to speak."""
        self._speech.append(text)

    def add(self, part: SpeechPart) -> None:
        """Add a part after the speech before it."""
        self._parts = [*self.take(), part]

    def take(self) -> Iterator[SpeechPart]:
        """Return an iterator over the parts so far, and keep none."""
        parts = self._parts
        if speech := "".join(self._speech):
            parts.append(SpeechText(speech))
        self._speech.clear()
        self._parts = []
        return iter(parts)
