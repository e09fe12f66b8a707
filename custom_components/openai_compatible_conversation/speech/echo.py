"""What a model was just sent, which it reads out as its answer.

A model of half a billion parameters answers with the JSON of the last tool result.
Does not depend on Home Assistant.
"""

from collections.abc import Iterable

MIN_CUT = 20
"""Characters of an echo that the end of the response cuts."""


class EchoRemover:
    """Removes texts from the start of an answer, as it arrives.

    Text is held only as long as it is the start of one of them.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Initialize with texts that are no answers: JSON objects and lists."""
        self._texts = [text for text in texts if text.startswith(("{", "["))]
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what is said of a piece of the answer and of what was held."""
        if not self._texts:
            return text
        self._held += text
        start = self._held.lstrip()
        if echo := next((t for t in self._texts if start.startswith(t)), None):
            self._held = start.removeprefix(echo)
            return self.feed("")
        if any(t.startswith(start) for t in self._texts):
            return ""
        # From here on it is an answer of its own.
        self._texts.clear()
        return self._held

    def flush(self) -> str:
        """Return what was held at the end of the answer, if it is no echo."""
        held, self._held = self._held, ""
        if not self._texts:
            return ""
        self._texts.clear()
        return held if len(held.strip()) < MIN_CUT else ""
