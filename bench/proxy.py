"""A proxy for a llama.cpp server that records the timings of each completion."""

import asyncio
from dataclasses import dataclass
import json
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

LARGEST = 64 * 1024 * 1024
"""Limit of a request, in bytes."""


@dataclass
class Completion:
    """A chat completion request, with the timings of the server."""

    request: dict[str, Any]
    size: int
    """Size of the request, in bytes."""
    timings: dict[str, Any] | None = None
    """The `timings` object that llama.cpp adds to the end of each answer."""

    @property
    def cached(self) -> int:
        """Return the number of prompt tokens from the cache."""
        return self._count("cache_n")

    @property
    def prompt(self) -> int:
        """Return the number of prompt tokens."""
        return self.cached + self._count("prompt_n")

    @property
    def generated(self) -> int:
        """Return the number of generated tokens."""
        return self._count("predicted_n")

    @property
    def possible(self) -> int:
        """Return the maximum number of cached tokens for the next request."""
        # The last token was generated, but not evaluated.
        return self.prompt + self.generated - 1

    def first_difference(self, before: Completion) -> str:
        """Return the first place where the request does not extend the previous one."""
        for part in ("tools", "messages"):
            old, new = before.request.get(part) or [], self.request.get(part) or []
            for number, item in enumerate(old):
                if new[number : number + 1] != [item]:
                    name = item.get("role") or item["function"]["name"]
                    return f"{part}, number {number + 1} ({name})"
        return "what the model said"

    def _count(self, name: str) -> int:
        """Return a value of the timings, 0 if the answer was incomplete."""
        count: int = self.timings[name] if self.timings else 0
        return count


class Proxy:
    """Forwards requests and responses unchanged; listens as a context manager."""

    def __init__(self, server: str) -> None:
        """Initialize a proxy that is not yet listening."""
        self._server = server
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self.completions: list[Completion] = []
        """In the order of the requests."""
        self.url = ""

    async def __aenter__(self) -> Self:
        """Listen on a free loopback port."""
        self._session = aiohttp.ClientSession(
            # The server may close an idle connection just as a request is sent on it.
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(),
        )
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        # With cancellation, a client's disconnect reaches the server at once.
        self._runner = web.AppRunner(
            app, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
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
        completion: Completion | None = None
        if request.path.endswith("/chat/completions"):
            completion = Completion(json.loads(body), len(body))
            self.completions.append(completion)
        # Without compression, which could not be parsed here.
        headers = {"Accept-Encoding": "identity"} | {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type")
            if name in request.headers
        }
        answer = bytearray()
        async with self._session.request(
            request.method,
            f"{self._server}{request.path_qs}",
            data=body,
            headers=headers,
        ) as upstream:
            response = web.StreamResponse(
                status=upstream.status,
                headers={"Content-Type": upstream.headers.get("Content-Type", "")},
            )
            await response.prepare(request)
            async for piece in upstream.content.iter_any():
                answer += piece
                # Before the end is sent, because the client may disconnect then.
                if completion and b'"timings"' in answer:
                    completion.timings = _timings(bytes(answer))
                try:
                    await response.write(piece)
                except ConnectionResetError as err:
                    # The client is gone, so no response can be sent.
                    raise asyncio.CancelledError from err
        await response.write_eof()
        return response


def _timings(answer: bytes) -> dict[str, Any] | None:
    """Return the timings in a partial or complete answer, streamed or not."""
    for line in reversed(answer.split(b"\n")):
        try:
            chunk = json.loads(line.removeprefix(b"data: "))
        except ValueError:
            continue
        if isinstance(chunk, dict) and isinstance(chunk.get("timings"), dict):
            timings: dict[str, Any] = chunk["timings"]
            return timings
    return None
