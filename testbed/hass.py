"""A real Home Assistant process, for the demo and the tests."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Self
from uuid import uuid4

import aiohttp

from .config_dir import prepare
from .login import access_token
from .websocket import Client

WATCHDOG = Path(__file__).with_name("parent_watchdog.py")
START_TIMEOUT = 120.0
STOP_TIMEOUT = 30.0
POLL = 0.05


class HassError(Exception):
    """Home Assistant failed to start or ended unexpectedly."""


class PortTakenError(HassError):
    """The port is already in use."""


class Hass:
    """A Home Assistant on loopback, with the demo house and the integration.

    `config_dir` is its configuration directory, by default a temporary one. `extra` is
    YAML for a new `configuration.yaml`. Without `onboarded` the caller goes through
    the onboarding and then calls `log_in`.
    """

    def __init__(
        self,
        config_dir: Path | None = None,
        *,
        port: int = 0,
        extra: str = "",
        onboarded: bool = True,
    ) -> None:
        """Initialize a Home Assistant that is not yet running."""
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        if config_dir is None:
            self._temporary = tempfile.TemporaryDirectory(
                prefix="hass-", ignore_cleanup_errors=True
            )
            config_dir = Path(self._temporary.name)
        self.config_dir = config_dir
        self.port = port
        self._extra = extra
        self._onboarded = onboarded
        # Not an asyncio process, so that it is not bound to an event loop.
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        """Return the file with the output of Home Assistant, over all its starts."""
        return self.config_dir / "console.log"

    @property
    def log(self) -> str:
        """Return the output of Home Assistant so far."""
        if not self.log_file.exists():
            return ""
        return self.log_file.read_text("utf-8", errors="replace")

    @property
    def last_error(self) -> str:
        """Return the log from its newest error on, empty without an error."""
        _, mark, tail = self.log.rpartition(" ERROR ")
        return (mark + tail).strip() if mark else ""

    @property
    def running(self) -> bool:
        """Return whether the process is running."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start Home Assistant and wait until it is running; raises `HassError`."""
        self.port = claim_port(self.port)
        prepare(self.config_dir, self.port, self._extra, onboarded=self._onboarded)
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603
                [
                    sys.executable,
                    # Without it the script's directory would be on the module path.
                    "-P",
                    WATCHDOG,
                    "-c",
                    self.config_dir,
                    "--skip-pip",
                    "--log-no-color",
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=_environment(),
                # Keep Ctrl-C in the terminal from reaching it directly.
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(START_TIMEOUT):
                await self._wait_until_ready()
                if self._onboarded:
                    await self.log_in()
        except TimeoutError:
            await self.stop()
            raise self._error(f"is not running after {START_TIMEOUT:.0f} s") from None
        except BaseException:
            await self.stop()
            raise

    async def log_in(self) -> None:
        """Log in as the demo user, and wait until Home Assistant has started."""
        async with aiohttp.ClientSession() as session:
            self._token = await access_token(session, self.url)
        async with self.client() as client:
            while (config := await client.command("get_config"))["state"] != "RUNNING":
                await self._pause()
            # A token of a login ends after half an hour.
            self._token = await client.command(
                "auth/long_lived_access_token", client_name=uuid4().hex, lifespan=1
            )
        if config["recovery_mode"]:
            raise self._error("started in recovery mode")
        # Users are saved with a delay of a second; a kill must not lose them.
        while not (self.config_dir / ".storage" / "auth").exists():
            await self._pause()

    async def stop(self) -> int | None:
        """Stop Home Assistant as a service manager does; return its exit code."""
        return await self._terminate(signal.SIGTERM)

    async def kill(self) -> None:
        """Kill the process, as a power cut would."""
        await self._terminate(signal.SIGKILL)

    async def restart(self) -> None:
        """Stop Home Assistant and start it again."""
        await self.stop()
        await self.start()

    async def wait(self) -> int:
        """Wait until the process ends; return its exit code."""
        if (process := self._process) is None:
            raise HassError("Home Assistant was not started")
        while (code := process.poll()) is None:  # noqa: ASYNC110
            await asyncio.sleep(POLL)
        return code

    @asynccontextmanager
    async def client(self) -> AsyncGenerator[Client]:
        """Yield a client that is logged in as the demo user."""
        async with Client(self.url, self._token) as client:
            yield client

    async def close(self) -> None:
        """Stop Home Assistant and remove a temporary configuration directory."""
        try:
            await self.stop()
        finally:
            if self._temporary:
                self._temporary.cleanup()

    async def __aenter__(self) -> Self:
        """Start Home Assistant."""
        try:
            await self.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop Home Assistant."""
        await self.close()

    async def _wait_until_ready(self) -> None:
        """Wait until the web server answers."""
        async with aiohttp.ClientSession() as session:
            while not await self._answers(session):
                await self._pause()

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        """Return whether the web server answers."""
        try:
            async with session.get(f"{self.url}/manifest.json") as response:
                return response.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def _pause(self) -> None:
        """Sleep for the poll interval; raises `HassError` if the process ended."""
        if not self.running:
            raise self._error("ended while it was starting")
        await asyncio.sleep(POLL)

    async def _terminate(self, number: signal.Signals) -> int | None:
        """End the process with a signal, and with SIGKILL if that takes too long."""
        if (process := self._process) is None:
            return None
        process.send_signal(number)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT):
                    await self.wait()
        finally:
            # After a timeout or a cancellation, too, no process is left behind.
            process.kill()
            code = process.wait()
            if process.stdin:
                process.stdin.close()
        return code

    def _error(self, what: str) -> HassError:
        """Return an error that ends with the last lines of the log."""
        lines = self.log.splitlines()[-15:]
        return HassError("\n".join([f"Home Assistant {what}. Its log ends:", *lines]))


def claim_port(port: int = 0) -> int:
    """Return a free loopback port: the given one, or any for 0.

    Raises `PortTakenError` if the given one is in use.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as err:
            raise PortTakenError(
                f"Port {port} cannot be used: {os.strerror(err.errno or 0)}"
            ) from err
        number: int = probe.getsockname()[1]
        return number


def _environment() -> dict[str, str]:
    """Return the environment, with the writing of bytecode enabled."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
