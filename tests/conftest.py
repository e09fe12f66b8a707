"""Fixtures for all tests."""

from hypothesis import HealthCheck, settings
import pytest

# How long an example takes says more about the machine, and what else it does.
settings.register_profile(
    "any", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any")


@pytest.fixture(autouse=True)
def loopback(socket_enabled: None) -> None:
    """Let tests talk to servers on this machine; the test plugin refuses all others."""
