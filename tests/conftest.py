"""Fixtures for all tests."""

import pytest


@pytest.fixture(autouse=True)
def loopback(socket_enabled: None) -> None:
    """Let tests talk to servers on this machine; the test plugin refuses all others."""
