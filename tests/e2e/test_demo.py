"""The demo, run as a user runs it."""

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
    """Start the demo; what it prints comes through a pipe."""
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


async def output(process: Process, until_it_says: str = "") -> str:
    """Return what the demo prints, to its end or to a line that says something."""
    assert process.stdout
    lines: list[str] = []
    async for line in process.stdout:
        lines.append(line.decode())
        if until_it_says and until_it_says in lines[-1]:
            break
    return "".join(lines)


async def test_conversation() -> None:
    """The demo's conversation is held, each step does what it should, and it ends."""
    async with demo("--once", "--port", str(claim_port())) as process:
        said = await output(process)
        assert await process.wait() == 0, said
    assert "scripted stand-in" in said
    assert 'intent__HassTurnOn {"name": "Kitchen Lights"}' in said
    assert "light.kitchen_lights: off -> on" in said
    assert "-> off" in said
    assert "first word after" in said
    assert "Every step did what it should." in said
    assert "\033" not in said
    assert max(len(line) for line in said.splitlines()) <= 80


async def test_server_of_the_user() -> None:
    """A server that the environment names is asked, with its key and its first model."""
    async with ModelServer(model, api_key="mine", models=("first", "second")) as server:
        async with demo(
            *("--once", "--port", str(claim_port()), "--say", "turn on the bed light"),
            OPENAI_BASE_URL=server.base_url,
            OPENAI_API_KEY="mine",
        ) as process:
            said = await output(process)
            assert await process.wait() == 0, said
        assert {body["model"] for body in server.bodies} == {"first"}
    assert "light.bed_light: off -> on" in said


async def test_step_fails() -> None:
    """What was not seen is said, and the exit code tells of it."""
    async with (
        ModelServer(lambda _: model({"messages": []})) as server,
        demo(
            *("--once", "--port", str(claim_port())),
            OPENAI_BASE_URL=server.base_url,
            OPENAI_API_KEY="any",
        ) as process,
    ):
        said = await output(process)
        assert await process.wait() == 1, said
    assert "not seen   a call of HassTurnOn that worked" in said


async def test_port_is_taken() -> None:
    """A port that is taken is said in one line, and nothing else is done."""
    async with ModelServer() as other, demo("--port", str(other.port)) as process:
        said = await output(process)
        assert await process.wait() == 1
    assert len(said.splitlines()) == 1
    assert f"Port {other.port}" in said


async def test_killed(tmp_path: Path) -> None:
    """Home Assistant does not outlive a demo that was killed."""
    port = claim_port()
    async with demo("--port", str(port), TMPDIR=str(tmp_path)) as process:
        await output(process, until_it_says="Home Assistant")
        await output(process, until_it_says=str(port))
        process.kill()
        await process.wait()

    async def is_free() -> bool:
        try:
            claim_port(port)
        except PortTakenError:
            return False
        return True

    await until(is_free)
