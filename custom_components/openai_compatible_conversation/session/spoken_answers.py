"""What was probably heard of the answers of an entry.

An answer is interrupted by a turn that is cancelled while it is spoken, or by a
satellite that listens again, or stops, before it can have said all of it.

Decision record: docs/decisions/0026-interrupted-is-known.md.
"""

from collections.abc import Callable
import math

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..speech.speech_pace import SpeechPace
from .playback import SYNTHESIS, Playback
from .session_turn import SessionTurn
from .speech_start import async_streamed_at


class SpokenAnswers:
    """Follows the answers that satellites speak, and knows how fast they do.

    One for all sessions of an entry, kept over reloads: started when the entry is set
    up, stopped when it is unloaded. What was learned is not persisted.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without answers; none is followed before the start."""
        self._hass = hass
        self._pace = SpeechPace()
        self._playbacks: dict[str, Playback] = {}
        self._overlapping: set[str] = set()
        """The satellites whose last turn was cancelled while it was spoken."""
        self._started = False

    @callback
    def async_start(self) -> None:
        """Follow the answers of the turns that end from now on."""
        self._started = True

    @callback
    def async_stop(self) -> None:
        """Stop to follow answers."""
        self._started = False
        while self._playbacks:
            self._playbacks.popitem()[1].async_stop()

    @callback
    def async_cancelled(self, turn: SessionTurn) -> None:
        """Leave in a turn that is cancelled what was heard of it, if it is spoken."""
        if turn.channel == "voice" and not turn.has_left:
            begins_at = self._streamed_at(turn) + SYNTHESIS
            now = dt_util.utcnow().timestamp()
            pace = self._pace.of(turn.answer.device)
            turn.interrupt(turn.answer.spoken.heard(begins_at, now, pace))
            if turn.satellite_id:
                self._overlapping.add(turn.satellite_id)

    @callback
    def async_follow(
        self, turn: SessionTurn, on_interrupted: Callable[[int], None]
    ) -> None:
        """Follow the answer of a turn that has ended, if a satellite speaks it.

        `on_interrupted` is called with the number of characters that were heard of an
        answer that was not heard to its end.
        """
        satellite_id = turn.satellite_id
        if satellite_id is None:
            return
        is_overlapping = satellite_id in self._overlapping
        self._overlapping.discard(satellite_id)
        if before := self._playbacks.pop(satellite_id, None):
            before.async_stop()
            is_overlapping |= before.is_spoken_over
        # An answer that comes later than its result is announced, whenever that may be.
        if self._started and not turn.has_left and turn.answer.spoken.text.strip():
            self._playbacks[satellite_id] = Playback(
                self._hass,
                satellite_id,
                turn.answer.spoken,
                on_interrupted,
                streamed_at=self._streamed_at(turn),
                pace=self._pace,
                is_overlapping=is_overlapping,
            )

    def _streamed_at(self, turn: SessionTurn) -> float:
        """Return when the answer began to be spoken as it arrived, else infinity."""
        streamed_at = async_streamed_at(
            self._hass, turn.chat_log.conversation_id, turn.satellite_id
        )
        if streamed_at is None:
            streamed_at = turn.answer.spoken.streams_at
        return math.inf if streamed_at is None else streamed_at
