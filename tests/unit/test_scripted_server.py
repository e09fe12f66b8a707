"""Tests of the scripted server that other tests talk to."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory

from testbed.server import ModelServer

REQUEST = b"GET /v1/models HTTP/1.1\r\nHost: scripted\r\n\r\n"
END = b"\r\n0\r\n\r\n"


async def test_set_clock(freezer: FrozenDateTimeFactory) -> None:
    """A connection stays open when the clock is set, whenever that is."""
    async with ModelServer() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(3):
            writer.write(REQUEST)
            assert (await reader.readuntil(END)).startswith(b"HTTP/1.1 200 OK")
            await _run_loop()
            freezer.tick(timedelta(days=365))
            await _run_loop()
        assert not reader.at_eof()
        writer.close()


async def _run_loop() -> None:
    """Let the server do what it has to do."""
    for _ in range(10):
        await asyncio.sleep(0)
