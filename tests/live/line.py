"""A TCP proxy whose connections can be aborted."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Line:
    """A TCP proxy on loopback in front of the server of a URL."""

    def __init__(self, url: str) -> None:
        """Initialize a proxy that is not listening yet."""
        self._url = urlsplit(url)
        self._listener: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[bool] | asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0
        self.hung_up = asyncio.Event()
        """Set when the client closed a connection before the server did."""
        self.in_use = asyncio.Event()
        """Set when the client has sent data."""

    @property
    def host(self) -> str:
        """Return host and port of the proxy."""
        return f"127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """Return the URL of the server through the proxy."""
        return f"http://{self.host}{self._url.path}"

    async def open(self) -> None:
        """Listen; after `close`, on the same port as before."""
        self._listener = await asyncio.start_server(
            self._serve, "127.0.0.1", self._port
        )
        self._port = self._listener.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Abort all connections, and keep listening."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def close(self) -> None:
        """Abort all connections, and stop listening."""
        if self._listener:
            self._listener.close()
            self.cut()
            if self._pumps:
                await asyncio.wait(self._pumps)
            await self._listener.wait_closed()
            self._listener = None

    async def __aenter__(self) -> Self:
        """Start listening."""
        await self.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening."""
        await self.close()

    async def _serve(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        """Connect a client to the server until one of them ends the connection."""
        secure = self._url.scheme == "https"
        server, to_server = await asyncio.open_connection(
            self._url.hostname,
            self._url.port or (443 if secure else 80),
            ssl=secure or None,
        )
        up = asyncio.create_task(self._pump_up(client, to_server))
        down = asyncio.create_task(self._pump_down(server, to_client))
        pumps: set[asyncio.Task[bool] | asyncio.Task[None]] = {up, down}
        writers = {to_client, to_server}
        self._pumps |= pumps
        self._writers |= writers
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        ended = down.done() and down.result()
        if not ended and to_client in self._writers:
            self.hung_up.set()
        for writer in writers:
            writer.close()
        await asyncio.wait(pumps)
        self._pumps -= pumps
        self._writers -= writers

    async def _pump_up(
        self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter
    ) -> None:
        """Forward data to the server, with the proxy's host replaced by the server's."""
        proxy, server = self.host.encode(), self._url.netloc.encode()
        with suppress(OSError):
            while data := await client.read(65536):
                to_server.write(data.replace(proxy, server))
                await to_server.drain()
                self.in_use.set()

    async def _pump_down(
        self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> bool:
        """Forward data to the client; return whether the server ended the connection."""
        while True:
            try:
                data = await server.read(65536)
            except OSError:
                return True
            if not data:
                return True
            try:
                to_client.write(data)
                await to_client.drain()
            except OSError:
                return False
