"""Test the deadline for reading a response."""

import pytest

from custom_components.openai_compatible_conversation.completions.body_reader import (
    ReadDeadline,
    Timeouts,
)
from custom_components.openai_compatible_conversation.completions.response_decoder import (
    ResponseDecoder,
)
from testbed.replies import chunk, usage_chunk

LIMITS = Timeouts()
START = 1000.0
PING = b": ping\n\n"
TOKEN = chunk({"content": "Hello"})
FINISH = chunk({}, "stop")
USAGE = usage_chunk(9, 1)


class Clock:
    """A clock that is set manually."""

    now = START

    def __call__(self) -> float:
        """Return the current time in seconds."""
        return self.now


class Response:
    """A response that arrives at given seconds after the request."""

    def __init__(self, patience: float = 60, *, streamed: bool = True) -> None:
        """Initialize with the deadline of a request that is just sent."""
        self._clock = Clock()
        self._decoder = ResponseDecoder()
        self._deadline = ReadDeadline(LIMITS, patience, self._clock, streamed=streamed)

    @property
    def deadline(self) -> float:
        """Return the deadline in seconds after the request."""
        return self._deadline.at - START

    def arrive(self, data: bytes, at: float) -> float:
        """Receive bytes, and return the deadline in seconds after the request."""
        self._clock.now = START + at
        list(self._decoder.feed(data))
        self._deadline.advance(self._decoder)
        return self.deadline


@pytest.mark.parametrize("patience", [10, 60, 180, 600, 1800])
def test_silent(patience: float) -> None:
    """A server that sends nothing has as much time as there is patience."""
    assert Response(patience).deadline == patience


def test_pings() -> None:
    """Each ping moves the deadline, up to the limit of a stream."""
    response = Response()
    assert response.arrive(PING, 59) == 119
    assert response.arrive(PING, 118) == 178
    assert response.arrive(PING, 541) == 600
    assert response.arrive(PING, 599) == 600


def test_patience_beyond_the_stream() -> None:
    """More patience than a stream may take is granted, and pings add nothing to it."""
    response = Response(1800)
    assert response.arrive(PING, 30) == 1800
    assert response.arrive(PING, 1700) == 1800


@pytest.mark.parametrize(
    ("patience", "pause"), [(10, 30), (60, 30), (180, 90), (600, 300)]
)
def test_after_the_first_token(patience: float, pause: float) -> None:
    """From the first token on, half of the patience is left, but 30 s at least."""
    response = Response(patience)
    assert response.arrive(TOKEN, 5) == 5 + pause
    assert response.arrive(PING, 20) == 20 + pause
    assert response.arrive(TOKEN, 40) == 40 + pause


def test_late_first_token() -> None:
    """The time of a stream is counted anew from the first token."""
    response = Response()
    response.arrive(PING, 550)
    assert response.arrive(TOKEN, 590) == 620
    assert response.arrive(TOKEN, 1170) == 1190
    assert response.arrive(TOKEN, 1185) == 1190


def test_finish() -> None:
    """After the finish reason and the token usage, only tokens move the deadline."""
    response = Response()
    response.arrive(TOKEN, 5)
    assert response.arrive(FINISH, 6) == 36
    assert response.arrive(PING, 7) == 36
    assert response.arrive(USAGE, 7.5) == 9.5
    assert response.arrive(PING, 9) == 9.5
    assert response.arrive(TOKEN, 9.25) == 39.25


def test_finish_with_usage() -> None:
    """The token usage may come in the chunk with the finish reason."""
    response = Response()
    response.arrive(TOKEN, 5)
    finish = chunk({}, "stop", usage={"prompt_tokens": 9, "completion_tokens": 1})
    assert response.arrive(finish, 6) == 8


def test_usage_with_each_chunk() -> None:
    """Token usage that came before the finish reason does not confirm it."""
    response = Response()
    usage = {"prompt_tokens": 9, "completion_tokens": 1}
    response.arrive(chunk({"content": "Hello"}, usage=usage), 5)
    assert response.arrive(chunk({}, "stop", usage=usage), 6) == 36


def test_early_finish() -> None:
    """A finish reason before the answer is none, and keep-alives count after it."""
    response = Response()
    assert response.arrive(FINISH, 50) == 110
    assert response.arrive(PING, 51) == 111
    assert response.arrive(TOKEN, 100) == 130
    assert response.arrive(FINISH, 101) == 131
    assert response.arrive(PING, 102) == 132
    assert response.arrive(USAGE, 103) == 105


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_finish_without_token(reason: str) -> None:
    """An answer that a limit ended may be empty."""
    response = Response()
    assert response.arrive(chunk({}, reason), 50) == 110
    assert response.arrive(PING, 51) == 110
    assert response.arrive(USAGE, 52) == 54


def test_empty_answer() -> None:
    """An empty answer is known to be complete when its token usage is there."""
    response = Response()
    response.arrive(FINISH, 50)
    assert response.arrive(USAGE, 51) == 53
    assert response.arrive(PING, 52) == 53


@pytest.mark.parametrize(
    ("patience", "deadlines"),
    [
        (10, [90, 120, 179, 600]),
        (60, [90, 120, 179, 600]),
        (180, [270, 300, 359, 600]),
        (600, [900, 900, 900, 900]),
    ],
)
def test_not_streamed(patience: float, deadlines: list[float]) -> None:
    """A response that is not streamed has time for its first token and the others."""
    response = Response(patience, streamed=False)
    assert response.deadline == deadlines[0]
    moved = [response.arrive(b"\n", at) for at in (30, 89, 590)]
    assert moved == deadlines[1:]
