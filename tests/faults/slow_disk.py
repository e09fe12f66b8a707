"""A disk that is slow: whatever is written waits until it is released."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from threading import Event


def write_with_one_thread() -> None:
    """Have files written by a single thread, which is easily kept busy."""
    loop = asyncio.get_running_loop()
    # Home Assistant's own event loop refuses this to an integration.
    type(loop).set_default_executor(loop, ThreadPoolExecutor(1))


@asynccontextmanager
async def slow_disk() -> AsyncGenerator[Event]:
    """Keep the thread that writes files busy until the event is set."""
    release = Event()
    busy = asyncio.get_running_loop().run_in_executor(None, release.wait)
    try:
        yield release
    finally:
        release.set()
        await busy
