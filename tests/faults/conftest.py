"""Fixtures of a Home Assistant that writes to disk."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from homeassistant.core import HomeAssistant

from .fact_files import KEY


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
