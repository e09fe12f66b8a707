"""A proxy in front of the model server that counts tokens, for any integration alike."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
import json
import re
from typing import Any, override

import aiohttp

from testbed.proxy import Exchange, Proxy

_END = re.compile(rb'"finish_reason"\s*:\s*"')


@dataclass
class Tokens:
    """The requests of a turn: their tokens, None if the server did not count them."""

    prompt: int | None = None
    completion: int | None = None
    told: list[str] = field(default_factory=list)
    """The texts of the user's message, with what an integration adds to it."""

    def add(self, prompt: int, completion: int) -> None:
        """Add the tokens of a request; nothing if they are not known."""
        if prompt or completion:
            self.prompt = (self.prompt or 0) + prompt
            self.completion = (self.completion or 0) + completion


class Meter(Proxy):
    """Forwards requests and responses; it listens as a context manager.

    Outside of `counting`, requests to the model wait until the client gives up. These
    are the background requests of the integration, such as the extraction of facts,
    which would take the server from the next task.
    """

    def __init__(self, base_url: str) -> None:
        """Initialize a proxy for a base URL, which is not yet listening."""
        super().__init__(base_url, "/v1")
        self._tokens: Tokens | None = None
        self.counts_on_request = False
        """Whether the server has accepted `stream_options`."""

    @contextmanager
    def counting(self) -> Generator[Tokens]:
        """Let requests through, and yield the tokens that they use."""
        tokens = self._tokens = Tokens()
        try:
            yield tokens
        finally:
            self._tokens = None

    @override
    async def exchange(self, path: str, body: bytes) -> Exchange:
        """Return an exchange that is counted, if it is one with the model."""
        tokens = self._tokens
        if not path.endswith("/chat/completions"):
            return Exchange(body)
        if tokens is None:
            await asyncio.get_running_loop().create_future()
        assert tokens is not None
        return _Counted(self, tokens, body)

    @override
    def pieces(self, content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
        """Return the pieces of a response, of which the last one has its end."""
        return _end_in_one_piece(content.iter_any())


class _Counted(Exchange):
    """An exchange of which the tokens are counted."""

    def __init__(self, meter: Meter, tokens: Tokens, body: bytes) -> None:
        """Initialize with the request of a client."""
        tokens.told.append(_last_user_text(body))
        super().__init__(_asking_for_usage(body) if meter.counts_on_request else body)
        self._meter = meter
        self._tokens = tokens
        self._answer = bytearray()

    @override
    def receive(self, piece: bytes) -> None:
        """Count the tokens at the end, before it is sent: the turn may be over then."""
        self._answer += piece
        if _END.search(piece):
            self._tokens.add(*_usage(bytes(self._answer)))

    @override
    def end(self, *, ok: bool) -> None:
        """Learn whether the server can be asked for the usage."""
        self._meter.counts_on_request |= ok and b'"stream_options"' in self.body


def _asking_for_usage(body: bytes) -> bytes:
    """Return a request that asks for the usage, if it is streamed."""
    content: dict[str, Any] = json.loads(body)
    if not content.get("stream"):
        return body
    return json.dumps({"stream_options": {"include_usage": True}, **content}).encode()


async def _end_in_one_piece(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield pieces of an answer, with all from the finish reason on as one.

    A client may disconnect at the finish reason, and the usage comes after it.
    """
    end = bytearray()
    async for piece in pieces:
        if end or _END.search(piece):
            end += piece
        else:
            yield piece
    if end:
        yield bytes(end)


def _last_user_text(body: bytes) -> str:
    """Return the text of the last message of the user in a request, if there is one."""
    for message in reversed(json.loads(body).get("messages", ())):
        if message.get("role") == "user":
            content = message.get("content")
            return content if isinstance(content, str) else json.dumps(content)
    return ""


def _usage(answer: bytes) -> tuple[int, int]:
    """Return the tokens of prompt and completion, zeros if the answer has none.

    Without a usage, the `timings` of llama.cpp have them.
    """
    found = 0, 0
    for line in answer.split(b"\n"):
        if b'"usage"' not in line and b'"timings"' not in line:
            continue
        try:
            content = json.loads(line.removeprefix(b"data:"))
        except ValueError:
            continue
        if usage := content.get("usage"):
            return usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0
        if timings := content.get("timings"):
            prompt = timings.get("cache_n", 0) + timings.get("prompt_n", 0)
            found = prompt, timings.get("predicted_n", 0)
    return found
