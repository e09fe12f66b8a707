"""Tests for pictures in results, and servers that do not take them."""

import asyncio
from collections.abc import Sequence

import pytest

from custom_components.openai_compatible_conversation.agent.tool_pictures import (
    WITHHELD,
    PictureSupport,
    without_pictures,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
    ContextTooLongError,
    ImagesNotSupportedError,
    InvalidAuthError,
    RateLimitedError,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    ImagePart,
    Message,
    ToolMessage,
    UserMessage,
)

IMAGE = ImagePart("image/png", "iVBORw0KGgo=")
PLAIN: list[Message] = [UserMessage("Look", (IMAGE,)), ToolMessage("a", '{"a":1}')]
SHOWN: list[Message] = [*PLAIN, ToolMessage("b", '{"b":2}', (IMAGE,))]
TOLD: list[Message] = [*PLAIN, ToolMessage("b", f'{{"b":2,"note":"{WITHHELD}"}}')]


class Server:
    """A server that refuses messages with an error, or only those with pictures."""

    def __init__(self, error: CompletionError | None, *, always: bool = False) -> None:
        """Initialize without requests."""
        self.requests: list[Sequence[Message]] = []
        self._error = error
        self._always = always

    async def send(self, messages: Sequence[Message]) -> str:
        """Record messages, and answer or refuse them."""
        self.requests.append(messages)
        has_pictures = list(messages) != without_pictures(messages)
        if self._error and (has_pictures or self._always):
            raise self._error
        return "answer"


def refusal(status: int) -> CompletionError:
    """Return an error of which only the status is known."""
    error = CompletionError("Bad Request")
    error.status = status
    return error


@pytest.mark.parametrize("messages", [PLAIN, SHOWN])
async def test_taken(messages: list[Message]) -> None:
    """Messages are sent as they are to a server that takes them."""
    server = Server(None)
    assert await PictureSupport().async_send("m", messages, server.send) == "answer"
    assert server.requests == [messages]


async def test_known_before() -> None:
    """A model of which the server tells that it takes none is sent none."""
    server, support = Server(None), PictureSupport()
    for messages, takes, sent in ((SHOWN, False, TOLD), (SHOWN, True, SHOWN)):
        await support.async_send("m", messages, server.send, takes_pictures=takes)
        assert server.requests[-1] == sent
    assert not support.is_withheld("m")


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (ImagesNotSupportedError(), (0.05, 9)),
        (ContextTooLongError(), (9, 0.05)),
        (refusal(400), (9, 0.05)),
        (refusal(422), (9, 0.05)),
        (refusal(500), (9, 0.05)),
    ],
)
async def test_refused(error: CompletionError, times: tuple[float, float]) -> None:
    """A refusal is sent again without pictures, and they are withheld for a while."""
    server, support = Server(error), PictureSupport(*times)
    assert await support.async_send("m", SHOWN, server.send) == "answer"
    assert server.requests == [SHOWN, TOLD]
    await support.async_send("m", SHOWN, server.send)
    assert server.requests[2:] == [TOLD]
    await support.async_send("another", SHOWN, server.send)
    assert server.requests[3:] == [SHOWN, TOLD]
    await asyncio.sleep(0.06)
    await support.async_send("m", SHOWN, server.send)
    assert server.requests[5:] == [SHOWN, TOLD]


@pytest.mark.parametrize(
    ("error", "messages", "requests"),
    [
        (InvalidAuthError(), SHOWN, 1),
        (RateLimitedError(), SHOWN, 1),
        (refusal(404), SHOWN, 1),
        (ImagesNotSupportedError(), PLAIN, 1),
        (refusal(400), SHOWN, 2),
    ],
)
async def test_another_reason(
    error: CompletionError, messages: list[Message], requests: int
) -> None:
    """What is not about pictures of tools is raised, and nothing is learned of it."""
    server, support = Server(error, always=True), PictureSupport()
    for round_number in (1, 2):
        with pytest.raises(type(error)):
            await support.async_send("m", messages, server.send)
        assert len(server.requests) == requests * round_number
        assert server.requests[-requests] == messages
