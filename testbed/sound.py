"""Sound as samples: read from a stream, resampled, and searched for its end."""

from dataclasses import dataclass
from typing import Self

import numpy as np

WIDTH = 2
"""Bytes of a sample."""
QUIET = 0.02
"""Share of the loudest sample below which a sample counts as silence."""


@dataclass(frozen=True)
class Sound:
    """One channel of signed 16 bit samples."""

    rate: int
    """Samples per second."""
    data: bytes

    @classmethod
    def of_stream(cls, data: bytes, rate: int) -> Self:
        """Return the sound of a stream of samples, with a WAV header or without it.

        The length in a header is ignored: when that was sent, it was not known.
        """
        if b"RIFF".startswith(data[:4]):
            data = data.partition(b"data")[2][4:]
        return cls(rate, data)

    @property
    def seconds(self) -> float:
        """Return the duration."""
        return len(self.data) / (WIDTH * self.rate)

    @property
    def speech_end(self) -> float:
        """Return the seconds after which there is nothing but silence."""
        samples = np.abs(self._samples)
        loudest = samples.max(initial=0.0)
        (loud,) = np.nonzero(samples > QUIET * loudest)
        return float(loud[-1] + 1) / self.rate if loud.size else 0.0

    def resampled(self, rate: int) -> Sound:
        """Return the same sound at another rate."""
        samples = self._samples
        count = round(samples.size * rate / self.rate)
        if not count:
            return Sound(rate, b"")
        # The spectrum, cut or extended to the other rate.
        spectrum = np.fft.rfft(samples)
        changed = np.fft.irfft(spectrum[: count // 2 + 1], count)
        scaled = np.clip(changed * (count / samples.size), -32768, 32767)
        return Sound(rate, scaled.round().astype("<i2").tobytes())

    @property
    def _samples(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return the samples as numbers."""
        return np.frombuffer(self.data, "<i2").astype(np.float64)
