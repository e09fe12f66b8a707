"""Tests of the demo as a subprocess."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import sys

from testbed.hass import PortTakenError, claim_port
from testbed.rules import model
from testbed.server import ModelServer

from .agent import until

REPOSITORY = Path(__file__).parents[2]


@asynccontextmanager
async def demo(*arguments: str, **environment: str) -> AsyncGenerator[Process]:
    """Start the demo with its output in a pipe, and kill it on exit."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "testbed.demo", *arguments),
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def output(process: Process, until_text: str = "") -> str:
    """Return the output of the demo, to its end or to a line with a text."""
    assert process.stdout
    lines: list[str] = []
    async for line in process.stdout:
        lines.append(line.decode())
        if until_text and until_text in lines[-1]:
            break
    return "".join(lines)


async def test_conversation() -> None:
    """The demo plays all its steps successfully and exits with 0."""
    async with demo("--once", "--port", str(claim_port())) as process:
        printed = await output(process)
        assert await process.wait() == 0, printed
    assert "scripted stand-in" in printed
    assert 'intent__HassTurnOn {"name": "Kitchen Lights"}' in printed
    assert "light.kitchen_lights: off -> on" in printed
    assert "-> off" in printed
    assert "Should I unlock Front Door?" in printed
    assert "I see a picture." in printed
    assert "One moment." in printed
    assert "You stopped me at" in printed
    assert "Front Door was unlocked on" in printed
    assert "The coldest was 11.5 °C on" in printed
    before, after = printed.split("Restarting Home Assistant.")
    assert '"Bed Light"}, "in_minutes": 0.1}' in before
    assert "light.bed_light is on" in after
    assert "first word after" in printed
    assert "Every step did what it should." in printed
    assert "\033" not in printed
    assert max(len(line) for line in printed.splitlines()) <= 80


async def test_server_from_environment() -> None:
    """A server named by the environment is used with its key and first model."""
    async with ModelServer(model, api_key="mine", models=("first", "second")) as server:
        async with demo(
            *("--once", "--port", str(claim_port()), "--say", "turn on the bed light"),
            OPENAI_BASE_URL=server.base_url,
            OPENAI_API_KEY="mine",
        ) as process:
            printed = await output(process)
            assert await process.wait() == 0, printed
        assert {body["model"] for body in server.bodies} == {"first"}
    assert "light.bed_light: off -> on" in printed


async def test_failed_check() -> None:
    """A failed check is printed, and the exit code is 1."""
    async with (
        ModelServer(lambda _: model({"messages": []})) as server,
        demo(
            *("--once", "--port", str(claim_port())),
            OPENAI_BASE_URL=server.base_url,
            OPENAI_API_KEY="any",
        ) as process,
    ):
        printed = await output(process)
        assert await process.wait() == 1, printed
    assert "not seen   a call of HassTurnOn that worked" in printed


async def test_port_in_use() -> None:
    """A port in use is reported in one line, and the demo exits with 1."""
    async with ModelServer() as other, demo("--port", str(other.port)) as process:
        printed = await output(process)
        assert await process.wait() == 1
    assert len(printed.splitlines()) == 1
    assert f"Port {other.port}" in printed


async def test_killed(tmp_path: Path) -> None:
    """Home Assistant ends with a demo that is killed."""
    port = claim_port()
    async with demo("--port", str(port), TMPDIR=str(tmp_path)) as process:
        await output(process, until_text="Home Assistant")
        await output(process, until_text=str(port))
        process.kill()
        await process.wait()

    async def is_free() -> bool:
        try:
            claim_port(port)
        except PortTakenError:
            return False
        return True

    await until(is_free)
