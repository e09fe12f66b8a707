"""The pace of the speech on each device, learned from what was spoken to its end."""

from collections import deque
from statistics import median

from .limits import speech_seconds

MIN_SECONDS = 3.0
"""Duration of speech that a pace is learned from: delays would count for too much."""

SLOWEST, FASTEST = 0.4, 2.5
"""Paces of speech; any other one is not that of a voice."""

_MAX_LEARNED = 5
"""How many of the last paces count."""


class SpeechPace:
    """How fast the devices speak, as a multiple of the pace of `speech_seconds`."""

    def __init__(self) -> None:
        """Initialize without devices."""
        self._paces: dict[str, deque[float]] = {}

    def is_known(self, device: str) -> bool:
        """Return whether the pace of a device was learned."""
        return device in self._paces

    def of(self, device: str) -> float:
        """Return the pace of a device, 1 if it is not known."""
        return median(self._paces.get(device, (1.0,)))

    def learn(self, device: str, text: str, seconds: float) -> None:
        """Learn from a text that a device spoke to its end in some seconds."""
        if seconds < MIN_SECONDS:
            return
        pace = speech_seconds(text) / seconds
        if SLOWEST <= pace <= FASTEST:
            self._paces.setdefault(device, deque(maxlen=_MAX_LEARNED)).append(pace)
