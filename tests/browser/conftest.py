"""A real browser, and a Home Assistant that was never used."""

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
"""Seconds until something has to be on the screen."""
SIZE = ViewportSize(width=1000, height=720)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the pictures go to another folder, such as that of the README's."""
    parser.addoption("--pictures", type=Path, help="the folder for the pictures")


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path:
    """Return the folder for the pictures, which is there."""
    default = REPOSITORY / ".browser" / __version__
    folder: Path = request.config.getoption("pictures") or default
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def model() -> Storyteller:
    """Return the model that the server has."""
    return Storyteller()


@pytest.fixture
async def server(model: Storyteller) -> AsyncGenerator[ModelServer]:
    """Return a scripted model server that wants a key."""
    async with ModelServer(model, api_key="right") as server:
        yield server


@pytest.fixture
async def hass_process() -> AsyncGenerator[Hass]:
    """Return a Home Assistant that waits for its first user."""
    async with Hass(onboarded=False) as hass:
        yield hass


@pytest.fixture
async def page(pictures: Path) -> AsyncGenerator[Page]:
    """Return a page of a browser that was never used."""
    # As root there is no sandbox that it could use
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
    """Return the frontend; a test that fails leaves a picture of where it was."""
    frontend = Frontend(page, hass_process.url, pictures)
    try:
        yield frontend
    finally:
        # Unless the browser is gone, and with it what could be shown.
        with suppress(Error):
            await page.screenshot(path=pictures / "last.png")
