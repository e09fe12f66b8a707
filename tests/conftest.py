"""Fixtures for all tests."""

import asyncio
from collections.abc import Generator
import threading

from hypothesis import HealthCheck, settings
import pytest

# The time that an example takes depends on the machine and its load, so no deadline.
settings.register_profile(
    "any", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any")


@pytest.fixture(autouse=True)
def loopback(socket_enabled: None) -> None:
    """Allow connections to loopback; the test plugin refuses all other hosts."""


@pytest.fixture(autouse=True)
def end_of_workers(verify_cleanup: None) -> Generator[None]:
    """Await the end of the threads that a test's TLS connections have left.

    The HTTP client reads certificates in a worker thread that is told to end with the
    test, and can be alive for a moment after it.
    """
    yield
    for thread in threading.enumerate():
        if thread.name == "AnyIO worker thread":
            thread.join(timeout=10)


@pytest.fixture(autouse=True)
async def enable_event_loop_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable the checks of the event loop's debug mode, without its stack traces.

    A trace for each future, task and timer takes a large part of the time of a test.
    """
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    # What is created asks for the mode; the loop itself looks at its own attribute.
    monkeypatch.setattr(loop, "get_debug", lambda: False)
