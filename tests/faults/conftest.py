"""Fixtures of a Home Assistant that writes to disk."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_socket

from homeassistant.core import HomeAssistant

from .fact_files import KEY


@pytest.fixture(autouse=True)
def unix_sockets(loopback: None) -> None:
    """Allow connections to the process from which others are forked."""
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture
async def disk_hass(tmp_path: Path) -> AsyncGenerator[HomeAssistant]:
    """Yield a Home Assistant that writes to disk."""
    (tmp_path / ".storage").mkdir()
    hass = HomeAssistant(str(tmp_path))
    yield hass
    await hass.async_stop(force=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of the fact store's file."""
    return tmp_path / ".storage" / KEY
