"""When the steps of a spoken turn happened, from its last word to the first sound."""

from dataclasses import dataclass, fields
import re

from .websocket import Message

_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*\s")
"""The end of a sentence, with what shows that it has ended."""


@dataclass
class VoiceTimes:
    """Times of one clock in seconds, in the order of the steps.

    A step that did not happen is None. What the model thinks before it answers is a step
    of its own, and no part of the answer.
    """

    speech_end: float
    """The user stopped speaking."""
    silence: float | None = None
    """Home Assistant noticed it."""
    recognized: float | None = None
    """The text of the user was there."""
    thought: float | None = None
    """The first token of the model's reasoning."""
    token: float | None = None
    """The first token of the answer."""
    sentence: float | None = None
    """The first sentence of the answer was complete, so that it could be spoken."""
    audio: float | None = None
    """The first audio of the answer."""
    text: str = ""
    """The text of the answer so far, with what is said before tool calls."""

    def note(self, event: Message, at: float) -> None:
        """Note the step that an event of the pipeline run stands for."""
        match event["type"]:
            case "stt-vad-end":
                self.silence = at
            case "stt-end":
                self.recognized = at
            case "intent-progress":
                self._note_delta(event["data"].get("chat_log_delta") or {}, at)
            case "intent-end" if self.sentence is None:
                self.sentence = at

    def _note_delta(self, delta: Message, at: float) -> None:
        """Note the first thought, the first token and the first sentence."""
        if self.thought is None and delta.get("thinking_content"):
            self.thought = at
        role, content = delta.get("role"), delta.get("content") or ""
        if role == "assistant" and self.text:
            # Home Assistant speaks the texts around a tool call with a space between.
            self.text += " "
        elif role not in (None, "assistant"):
            # A user's words, or a tool's result.
            return
        self.text += content
        if self.token is None and content.strip():
            self.token = at
        if self.sentence is None and _SENTENCE.search(self.text.lstrip()):
            self.sentence = at

    @property
    def waits(self) -> dict[str, float]:
        """Return the seconds from the end of speech to each step that happened."""
        times = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in ("speech_end", "text")
        }
        return {
            name: time - self.speech_end
            for name, time in times.items()
            if time is not None
        }
