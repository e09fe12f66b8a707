"""A real llama.cpp server on loopback, in a process of its own."""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import select
import signal

from testbed.hass import claim_port

CONTEXT = 65536
"""Tokens, of which all the prompts of a dialogue need no more than half."""
PATIENCE = 5.0
"""Seconds that the server has to stop by itself."""


class LlamaError(Exception):
    """The server did not start."""


def rig() -> Path:
    """Return the folder where llama.cpp is, if it is anywhere."""
    named = os.environ.get("LLAMA_RIG")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "llama-rig"


def start_script() -> Path | None:
    """Return what starts a server, None where there is no llama.cpp."""
    script = rig() / "start_llama.sh"
    return script if os.access(script, os.X_OK) else None


@asynccontextmanager
async def llama_server(script: Path) -> AsyncGenerator[str]:
    """Return the address of a server with one slot, that remembers nothing else."""
    port = claim_port()
    starting = asyncio.ensure_future(_start(script, port))
    try:
        await asyncio.shield(starting)
        yield f"http://127.0.0.1:{port}"
    finally:
        # Interrupted while it starts, it would go on: its number is known only then.
        _end(await starting)


async def _start(script: Path, port: int) -> int:
    """Start a server and return its process, as a file descriptor."""
    process = await asyncio.create_subprocess_exec(
        script,
        *(str(port), "", "script", "--cache-ram", "0"),
        env=os.environ | {"CTX": str(CONTEXT), "NP": "1"},
        stdout=PIPE,
        stderr=PIPE,
        # A Ctrl-C in the terminal is ours to pass on.
        start_new_session=True,
    )
    out, err = await process.communicate()
    if process.returncode:
        raise LlamaError(f"llama.cpp: {err.decode(errors='replace').strip()}")
    return os.pidfd_open(int(out))


def _end(process: int) -> None:
    """End a process, and wait until it is gone."""
    # Not our child, so that nothing but its descriptor tells when it has ended.
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, number)
            if select.select([process], [], [], PATIENCE)[0]:
                return
    finally:
        os.close(process)
