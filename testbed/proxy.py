"""A proxy in front of a model server, on loopback, that sees what passes."""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

LARGEST = 64 * 1024 * 1024
"""Limit of a request, in bytes."""

HEADERS = frozenset({"authorization", "content-type", "user-agent"})
"""Headers of a request that are forwarded."""


class Exchange:
    """A request that passes, and its response."""

    def __init__(self, body: bytes) -> None:
        """Initialize with the body that is forwarded."""
        self.body = body

    def receive(self, piece: bytes) -> None:
        """Take a piece of the response, before the client has it."""

    def end(self, *, ok: bool) -> None:
        """Take the end of the response; `ok` tells whether its status is no error."""


class Proxy:
    """Forwards requests and responses; it listens as a context manager.

    `upstream` is a URL, below which is what the proxy has below `prefix`.
    """

    def __init__(self, upstream: str, prefix: str = "") -> None:
        """Initialize a proxy that is not yet listening."""
        self._upstream = upstream.rstrip("/")
        self._prefix = prefix
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self.url = ""
        """The URL of the proxy, with the prefix."""

    async def __aenter__(self) -> Self:
        """Listen on a free loopback port."""
        self._session = aiohttp.ClientSession(
            # The server may close an idle connection just as a request is sent on it.
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(),
        )
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", f"{self._prefix}/{{path:.*}}", self._handle)
        # With cancellation, a client's disconnect reaches the server at once.
        self._runner = web.AppRunner(
            app, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}{self._prefix}"
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

    async def exchange(self, path: str, body: bytes) -> Exchange:
        """Return the exchange that begins with a request; it may wait before that."""
        return Exchange(body)

    def pieces(self, content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
        """Return the pieces in which a response is forwarded."""
        return aiter(content.iter_any())

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Forward a request, and stream the response back."""
        assert self._session is not None
        exchange = await self.exchange(request.path, await request.read())
        try:
            upstream = await self._session.request(
                request.method,
                f"{self._upstream}/{request.match_info['path']}",
                params=request.query,
                data=exchange.body,
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
            try:
                await response.prepare(request)
                async for piece in self.pieces(upstream.content):
                    exchange.receive(piece)
                    await response.write(piece)
            except (aiohttp.ClientError, ConnectionResetError) as err:
                # One of the two sides is gone, so no response can be sent.
                raise asyncio.CancelledError from err
            exchange.end(ok=upstream.ok)
        await response.write_eof()
        return response
