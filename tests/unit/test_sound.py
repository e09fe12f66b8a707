"""Tests of the sound that the tests with real speech send and receive."""

import io
from itertools import pairwise
import math
import struct
import wave

import pytest

from testbed.sound import Sound


def _tone(rate: int, seconds: float, hertz: float = 440, loudness: int = 9000) -> bytes:
    """Return the samples of a tone."""
    count = round(rate * seconds)
    return struct.pack(
        f"<{count}h",
        *(
            round(loudness * math.sin(2 * math.pi * hertz * number / rate))
            for number in range(count)
        ),
    )


def _crossings(data: bytes) -> int:
    """Return how often the samples change their sign."""
    samples = struct.unpack(f"<{len(data) // 2}h", data)
    return sum(a < 0 <= b for a, b in pairwise(samples))


@pytest.mark.parametrize("length", [None, 0, 0xFFFFFFFF])
def test_header(length: int | None) -> None:
    """The samples after a WAV header are kept, whatever length it gives."""
    data = _tone(16000, 0.1)
    with io.BytesIO() as file:
        with wave.open(file, "wb") as writer:
            writer.setframerate(16000)
            writer.setsampwidth(2)
            writer.setnchannels(1)
            writer.writeframes(data)
        content = bytearray(file.getvalue())
    if length is not None:
        content[40:44] = length.to_bytes(4, "little")
    assert Sound.of_stream(bytes(content), 16000) == Sound(16000, data)
    assert Sound.of_stream(data, 16000) == Sound(16000, data)


@pytest.mark.parametrize("size", [0, 3, 20, 36, 38, 44])
def test_header_alone(size: int) -> None:
    """A header of which not all has arrived is no sound."""
    header = b"RIFF\0\0\0\0WAVEfmt ".ljust(36, b"\0") + b"data\0\0\0\0"
    assert len(header) == 44
    assert Sound.of_stream(header[:size], 16000) == Sound(16000, b"")


@pytest.mark.parametrize(("rate", "other"), [(22050, 16000), (16000, 22050)])
def test_resampled(rate: int, other: int) -> None:
    """At another rate the sound is as long, as loud and as high."""
    sound = Sound(rate, _tone(rate, 0.5)).resampled(other)
    assert sound.rate == other
    assert sound.seconds == pytest.approx(0.5)
    assert _crossings(sound.data) == pytest.approx(220, abs=2)
    loudest = max(
        abs(s) for s in struct.unpack(f"<{len(sound.data) // 2}h", sound.data)
    )
    assert loudest == pytest.approx(9000, rel=0.1)


def test_resampled_loud() -> None:
    """What is as loud as can be stays so: no sample changes its sign."""
    square = (struct.pack("<h", 32767) * 50 + struct.pack("<h", -32768) * 50) * 20
    sound = Sound(22050, square).resampled(16000)
    assert _crossings(sound.data) <= 20


def test_nothing_to_resample() -> None:
    """Silence of no length stays that."""
    assert Sound(22050, b"").resampled(16000) == Sound(16000, b"")


def test_speech_end() -> None:
    """The end of speech is where only silence follows."""
    speech, pause = _tone(16000, 0.3), bytes(16000)
    murmur = _tone(16000, 0.2, loudness=50)
    assert Sound(16000, speech + pause).speech_end == pytest.approx(0.3, abs=0.01)
    assert Sound(16000, speech + pause + speech + pause + murmur).speech_end == (
        pytest.approx(1.1, abs=0.01)
    )
    assert Sound(16000, pause).speech_end == 0
    assert Sound(16000, b"").speech_end == 0
