"""What of a turn that is heard is held, and until when.

Decision record: docs/decisions/0025-no-gap-in-speech.md.
"""

import asyncio
from collections.abc import AsyncGenerator

from ..speech.preamble import joined, may_be_preamble
from .turn_output import Delta


class HeldSpeech:
    """The text of one turn that is not spoken yet.

    The text before a call is held, and so is one that is complete, until it is taken
    as the answer or another response has a call. Once speech has started, nothing is
    held: that would be a pause. `first` is said in front of all.
    """

    def __init__(self, first: str = "") -> None:
        """Initialize at the start of a turn."""
        self.spoken_at: float | None = None
        """When text was last spoken, in the event loop's time, None if none was."""
        self.keeps_all = False
        """Whether text is held to the end of the turn."""
        self._before = first
        """What is said in front of the next text."""
        self._answer = ""
        """The last text if it is complete."""
        self._answer_deltas: list[Delta] = []
        """What came before that text: its role and reasoning."""

    def take(self, text: str = "") -> list[Delta]:
        """Return what is held, and a text after it, as the deltas of one message."""
        before: list[Delta] = self._answer_deltas or [{"role": "assistant"}]
        said = self._release(text)
        return [*before, self._spoken(said)] if said else []

    async def hold(
        self, deltas: AsyncGenerator[Delta], *, may_call: bool
    ) -> AsyncGenerator[Delta]:
        """Yield the deltas of a response, with the text that is not held.

        `may_call` is whether calls may follow a text.
        """
        text = ""
        waiting: list[Delta] = []
        has_called = is_open = False
        async for delta in deltas:
            if delta.get("tool_calls"):
                has_called = True
                self._before, text = self._release(text), ""
                waiting.append(delta)
            elif (content := delta.get("content")) is None:
                waiting.append(delta)
                continue
            elif is_open:
                waiting.append(self._spoken(content))
            else:
                text += content
                if not self._passes(text, may_call=may_call, has_called=has_called):
                    continue
                is_open = True
                waiting.append(self._spoken(self._release(text)))
                text = ""
            for ready in waiting:
                yield ready
            waiting = []
        if has_called:
            self._before = self._release(text)
        elif text.strip():
            self._answer, self._answer_deltas = text, waiting
            return
        for ready in waiting:
            yield ready

    def _passes(self, text: str, *, may_call: bool, has_called: bool) -> bool:
        """Return whether a text is spoken while the response goes on."""
        if self.keeps_all or not text.strip():
            return False
        if self.spoken_at is not None:
            return True
        return not (has_called or (may_call and may_be_preamble(text)))

    def _release(self, text: str) -> str:
        """Return what is held, and a text after it; nothing is held then."""
        said = joined(joined(self._before, self._answer), text)
        self._before = self._answer = ""
        self._answer_deltas = []
        return said

    def _spoken(self, text: str) -> Delta:
        """Return a text as a delta that is spoken."""
        self.spoken_at = asyncio.get_running_loop().time()
        return {"content": text}
