"""A proxy in front of the model server that counts tokens, for any integration alike."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
import json
import re
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

LARGEST = 64 * 1024 * 1024
"""Limit of a request, in bytes."""

HEADERS = frozenset({"authorization", "content-type", "user-agent"})
"""Headers of a request that are forwarded."""

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


class Meter:
    """Forwards requests and responses; it listens as a context manager.

    Outside of `counting`, requests to the model wait until the client gives up. These
    are the background requests of the integration, such as the extraction of facts,
    which would take the server from the next task.
    """

    def __init__(self, base_url: str) -> None:
        """Initialize a proxy for a base URL, which is not yet listening."""
        self._upstream = base_url.rstrip("/")
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self._tokens: Tokens | None = None
        self._counts_on_request = False
        """Whether the server has accepted `stream_options`."""
        self.base_url = ""

    @contextmanager
    def counting(self) -> Generator[Tokens]:
        """Let requests through, and yield the tokens that they use."""
        tokens = self._tokens = Tokens()
        try:
            yield tokens
        finally:
            self._tokens = None

    async def __aenter__(self) -> Self:
        """Listen on a free loopback port."""
        self._session = aiohttp.ClientSession(
            # The server may close an idle connection just as a request is sent on it.
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(),
        )
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/v1/{path:.*}", self._handle)
        # With cancellation, a client's disconnect reaches the server at once.
        self._runner = web.AppRunner(
            app, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening and close open connections."""
        if self._runner:
            await self._runner.cleanup()
        if self._session:
            await self._session.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Forward a request, and stream the response back."""
        assert self._session is not None
        body = await request.read()
        tokens = self._tokens
        is_completion = request.path.endswith("/chat/completions")
        if is_completion and tokens is None:
            await asyncio.get_running_loop().create_future()
        if is_completion and tokens:
            tokens.told.append(_last_user_text(body))
            body = self._asking_for_usage(body)
        try:
            upstream = await self._session.request(
                request.method,
                f"{self._upstream}/{request.match_info['path']}",
                params=request.query,
                data=body,
                # Without compression, which could not be parsed here.
                headers={"Accept-Encoding": "identity"}
                | {k: v for k, v in request.headers.items() if k.lower() in HEADERS},
            )
        except aiohttp.ClientError as err:
            return web.Response(status=502, text=str(err))
        async with upstream:
            response = web.StreamResponse(
                status=upstream.status,
                headers={"Content-Type": upstream.headers.get("Content-Type", "")},
            )
            await response.prepare(request)
            answer = bytearray()
            try:
                async for piece in _end_in_one_piece(upstream.content.iter_any()):
                    answer += piece
                    # Before the end is sent, because the turn may be over then.
                    if tokens and is_completion and _END.search(piece):
                        tokens.add(*_usage(bytes(answer)))
                    await response.write(piece)
            except (aiohttp.ClientError, ConnectionResetError) as err:
                # One of the two sides is gone, so no response can be sent.
                raise asyncio.CancelledError from err
            self._counts_on_request |= upstream.ok and b'"stream_options"' in body
        await response.write_eof()
        return response

    def _asking_for_usage(self, body: bytes) -> bytes:
        """Return a request that asks for the usage, if the server can be asked."""
        content: dict[str, Any] = json.loads(body)
        if not content.get("stream") or not self._counts_on_request:
            return body
        return json.dumps(
            {"stream_options": {"include_usage": True}, **content}
        ).encode()


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
