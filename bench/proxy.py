"""A proxy before a llama.cpp server, which records what each completion cost it."""

import asyncio
from dataclasses import dataclass
import json
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

LARGEST = 64 * 1024 * 1024
"""Bytes of a request."""


@dataclass
class Completion:
    """A request for a completion, and what the server did for it."""

    request: dict[str, Any]
    size: int
    """Bytes of the request."""
    timings: dict[str, Any] | None = None
    """What llama.cpp tells at the end of each answer, whether it is asked or not."""

    @property
    def cached(self) -> int:
        """Return how many tokens of the prompt were in the cache."""
        return self._count("cache_n")

    @property
    def prompt(self) -> int:
        """Return how many tokens the prompt has."""
        return self.cached + self._count("prompt_n")

    @property
    def said(self) -> int:
        """Return how many tokens the answer has."""
        return self._count("predicted_n")

    @property
    def possible(self) -> int:
        """Return how many tokens the cache can have for the next request."""
        # The last one was said and not read.
        return self.prompt + self.said - 1

    def parting(self, before: Completion) -> str:
        """Return what is the first that does not extend the request before this."""
        for part in ("tools", "messages"):
            old, new = before.request.get(part) or [], self.request.get(part) or []
            for number, item in enumerate(old):
                if new[number : number + 1] != [item]:
                    name = item.get("role") or item["function"]["name"]
                    return f"{part}, number {number + 1} ({name})"
        return "what the model said"

    def _count(self, name: str) -> int:
        """Return one of the timings, 0 if the answer had no end."""
        count: int = self.timings[name] if self.timings else 0
        return count


class Proxy:
    """Passes requests on to a server, and its answers back, as they are."""

    def __init__(self, server: str) -> None:
        """Initialize a proxy that is not yet listening."""
        self._server = server
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self.completions: list[Completion] = []
        """In the order in which they were asked for."""
        self.url = ""

    async def __aenter__(self) -> Self:
        """Listen on a free loopback port."""
        self._session = aiohttp.ClientSession(
            # The server closes idle connections without regard to what is on its way.
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(),
        )
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        # Who hangs up is to be heard by the server at once.
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
        """Stop listening and drop what is open."""
        if self._runner:
            await self._runner.cleanup()
        if self._session:
            await self._session.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Pass a request on, and its answer back while it comes."""
        assert self._session is not None
        body = await request.read()
        completion: Completion | None = None
        if request.path.endswith("/chat/completions"):
            completion = Completion(json.loads(body), len(body))
            self.completions.append(completion)
        # Without the client's encodings, for what is compressed cannot be read here.
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
                # Before the client has the end of the answer, for then it may hang up.
                if completion and b'"timings"' in answer:
                    completion.timings = _timings(bytes(answer))
                try:
                    await response.write(piece)
                except ConnectionResetError as err:
                    # Nobody is left to be told.
                    raise asyncio.CancelledError from err
        await response.write_eof()
        return response


def _timings(answer: bytes) -> dict[str, Any] | None:
    """Return the timings in an answer, streamed or whole, as far as it has come."""
    for line in reversed(answer.split(b"\n")):
        try:
            chunk = json.loads(line.removeprefix(b"data: "))
        except ValueError:
            continue
        if isinstance(chunk, dict) and isinstance(chunk.get("timings"), dict):
            timings: dict[str, Any] = chunk["timings"]
            return timings
    return None
