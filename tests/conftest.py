"""Fixtures for all tests."""

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
