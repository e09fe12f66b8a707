"""Fixtures for the browser test: a browser and a Home Assistant without a user."""

from collections.abc import AsyncGenerator
from contextlib import suppress
import os
from pathlib import Path

from playwright.async_api import Error, Page, ViewportSize, async_playwright, expect
import pytest

from homeassistant.const import __version__
from testbed.hass import Hass
from testbed.server import ModelServer

from .frontend import Frontend
from .story import Storyteller

REPOSITORY = Path(__file__).parents[2]

FLAGS = ["--disable-gpu", "--disable-quic"]
PATIENCE = 30
"""Seconds to wait for an element."""
SIZE = ViewportSize(width=1000, height=720)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add an option for the directory of the screenshots."""
    parser.addoption("--pictures", type=Path, help="the folder for the pictures")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """Return the directory for the screenshots, created if needed."""
    default = REPOSITORY / ".browser" / __version__
    directory: Path = request.config.getoption("pictures") or default
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@pytest.fixture
def model() -> Storyteller:
    """Return the scripted model of the server."""
    return Storyteller()


@pytest.fixture
async def server(model: Storyteller) -> AsyncGenerator[ModelServer]:
    """Return a scripted model server that requires an API key."""
    async with ModelServer(model, api_key="right") as server:
        yield server


@pytest.fixture
async def hass_process() -> AsyncGenerator[Hass]:
    """Return a Home Assistant before its onboarding."""
    async with Hass(onboarded=False) as hass:
        yield hass


@pytest.fixture
async def page(pictures: Path) -> AsyncGenerator[Page]:
    """Return a page of a new browser."""
    # Chromium has no sandbox when it runs as root
    flags = FLAGS if os.geteuid() else [*FLAGS, "--no-sandbox"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=flags
        )
        page = await browser.new_page(viewport=SIZE, device_scale_factor=1.5)
        page.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        yield page
        await browser.close()


@pytest.fixture
async def frontend(
    page: Page, hass_process: Hass, pictures: Path
) -> AsyncGenerator[Frontend]:
    """Return the frontend; the last screenshot is taken at the end of the test."""
    frontend = Frontend(page, hass_process.url, pictures)
    try:
        yield frontend
    finally:
        # The browser may have crashed.
        with suppress(Error):
            await page.screenshot(path=pictures / "last.png")
