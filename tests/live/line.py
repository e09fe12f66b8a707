"""A line to a server that can be cut."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Line:
    """A TCP proxy on loopback in front of a server that is named by its URL."""

    def __init__(self, url: str) -> None:
        """Initialize a line on which nothing listens yet."""
        self._url = urlsplit(url)
        self._listener: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[bool] | asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._port = 0
        self.hung_up = asyncio.Event()
        """Set when the client was the first to close a connection."""
        self.in_use = asyncio.Event()
        """Set when the client has said something."""

    @property
    def host(self) -> str:
        """Return host and port of this line."""
        return f"127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """Return the server's URL by way of this line."""
        return f"http://{self.host}{self._url.path}"

    async def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._listener = await asyncio.start_server(
            self._serve, "127.0.0.1", self._port
        )
        self._port = self._listener.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Abort all that is open, and go on listening."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def close(self) -> None:
        """Abort all that is open, and listen no more."""
        if self._listener:
            self._listener.close()
            self.cut()
            if self._pumps:
                await asyncio.wait(self._pumps)
            await self._listener.wait_closed()
            self._listener = None

    async def __aenter__(self) -> Self:
        """Open the line."""
        await self.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the line."""
        await self.close()

    async def _serve(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        """Connect a client with the server."""
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
        """Pass on what the client says, to the host that the server knows itself by."""
        here, there = self.host.encode(), self._url.netloc.encode()
        with suppress(OSError):
            while data := await client.read(65536):
                to_server.write(data.replace(here, there))
                await to_server.drain()
                self.in_use.set()

    async def _pump_down(
        self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> bool:
        """Pass on what the server says; return whether the server ended it."""
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
