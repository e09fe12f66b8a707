"""An answer that a satellite speaks, followed by the states of the satellite.

Decision record: docs/decisions/0026-interrupted-is-known.md.
"""

from collections.abc import Callable

from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

from ..speech.limits import speech_seconds
from ..speech.speech_pace import SpeechPace
from ..speech.spoken_text import SpokenText

SYNTHESIS = 0.5
"""Seconds from a text to its first sound."""

_SOONEST = 1.0
"""Seconds of speech before which no person stops it, but the satellite by itself."""

_MAX_HEARD = 0.8
"""Share of an answer; whoever has heard more of it has heard it."""

_MIN_LEFT = 2.0
"""Seconds of an answer; with less of it left, it was heard."""

_STOPPED, _STOPPED_BY_UNKNOWN = 0.6, 0.35
"""Share of an answer by which it was stopped, if a satellite is idle after less of it.

The second is for satellites of which it is not known how fast they speak.
"""


class Playback:
    """The speech of one answer, from the end of its turn until the satellite ends it.

    The pace of what was spoken to its end is learned.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        satellite_id: str,
        spoken: SpokenText,
        on_interrupted: Callable[[int], None],
        *,
        streamed_at: float,
        pace: SpeechPace,
        is_overlapping: bool,
    ) -> None:
        """Start to follow a satellite.

        `on_interrupted` is called with the number of characters that were heard of an
        answer that was not heard to its end. `streamed_at` is when the satellite began
        to speak, infinity if it did not yet. `is_overlapping` is whether it speaks in
        place of what it had not spoken to its end.
        """
        self._satellite_id = satellite_id
        self._spoken = spoken
        self._streamed_at = streamed_at
        self._pace = pace
        self._is_overlapping = is_overlapping
        self.is_spoken_over = False
        """Whether somebody spoke before the satellite was silent."""
        self._on_interrupted = on_interrupted
        state = hass.states.get(satellite_id)
        self._responding_at: float | None = (
            state.last_changed.timestamp()
            if state and state.state == "responding"
            else None
        )
        self._cancel: CALLBACK_TYPE | None = async_track_state_change_event(
            hass, satellite_id, self._async_changed
        )

    @callback
    def async_stop(self) -> None:
        """Stop to follow the satellite."""
        if self._cancel:
            self._cancel()
            self._cancel = None

    @callback
    def _async_changed(self, event: Event[EventStateChangedData]) -> None:
        """Handle a new state of the satellite."""
        state = event.data["new_state"]
        now = event.time_fired.timestamp()
        match state.state if state else None:
            case "responding":
                if self._responding_at is None:
                    self._responding_at = now
            case "idle" if self._responding_at is None:
                # The end of the speech before this one.
                pass
            case "idle" if not self._is_overlapping:
                self._end(now)
            case "listening" | "processing" if self._responding_at is not None:
                self.is_spoken_over = True
                self._end(now)
            case _:
                # A Wyoming satellite is also idle by when the speech that was cut off
                # would have ended.
                self.async_stop()

    @callback
    def _end(self, now: float) -> None:
        """End the speech: somebody speaks, or else it was stopped or is over."""
        self.async_stop()
        if self._responding_at is None or now - self._responding_at < _SOONEST:
            return
        begins_at = min(self._streamed_at, self._responding_at) + SYNTHESIS
        pace = self._pace.of(self._satellite_id)
        text = self._spoken.text
        heard = self._spoken.heard(begins_at, now, pace)
        seconds = speech_seconds(text)
        share = speech_seconds(text[:heard]) / seconds if seconds else 1.0
        left = seconds * (1 - share) / pace
        if self.is_spoken_over:
            limit = _MAX_HEARD
        else:
            is_known = self._pace.is_known(self._satellite_id)
            limit = _STOPPED if is_known else _STOPPED_BY_UNKNOWN
        if share < limit and left >= _MIN_LEFT:
            self._on_interrupted(heard)
        elif (
            not self.is_spoken_over
            and (self._spoken.ends_at or now) <= (begins_at + now) / 2
        ):
            # Otherwise the speech may have had to wait for the text.
            self._pace.learn(self._satellite_id, text, now - begins_at)
