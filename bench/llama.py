"""A real llama.cpp server process, on loopback."""

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
"""Context window in tokens, twice what the dialogues need."""
PATIENCE = 5.0
"""Seconds that the server has to stop after a signal."""


class LlamaError(Exception):
    """The server did not start."""


def rig() -> Path:
    """Return the directory of llama.cpp, which may not exist."""
    named = os.environ.get("LLAMA_RIG")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "llama-rig"


def start_script() -> Path | None:
    """Return the script that starts a server, None without llama.cpp."""
    script = rig() / "start_llama.sh"
    return script if os.access(script, os.X_OK) else None


@asynccontextmanager
async def llama_server(
    script: Path, *, ram_cache: bool = False, model: str = "script"
) -> AsyncGenerator[str]:
    """Yield the URL of a server with one slot.

    With `ram_cache`, it keeps the prompts that leave the slot in memory, as llama.cpp
    does by default. The model `script` says what a prompt tells it to, `random` does
    not end.
    """
    port = claim_port()
    starting = asyncio.ensure_future(_start(script, port, model, ram_cache=ram_cache))
    try:
        await asyncio.shield(starting)
        yield f"http://127.0.0.1:{port}"
    finally:
        # Even if cancelled: the process can only be ended once its ID is known.
        _end(await starting)


async def _start(script: Path, port: int, model: str, *, ram_cache: bool) -> int:
    """Start a server; return a file descriptor of its process."""
    process = await asyncio.create_subprocess_exec(
        script,
        *(str(port), "", model),
        *(() if ram_cache else ("--cache-ram", "0")),
        env=os.environ | {"CTX": str(CONTEXT), "NP": "1"},
        stdout=PIPE,
        stderr=PIPE,
        # Keep Ctrl-C in the terminal from reaching it directly.
        start_new_session=True,
    )
    out, err = await process.communicate()
    if process.returncode:
        raise LlamaError(f"llama.cpp: {err.decode(errors='replace').strip()}")
    return os.pidfd_open(int(out))


def _end(process: int) -> None:
    """Terminate a process, and wait until it has ended."""
    # It is not a child process, so it cannot be waited for by its ID.
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(process, number)
            if select.select([process], [], [], PATIENCE)[0]:
                return
    finally:
        os.close(process)
