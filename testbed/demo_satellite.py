"""The step of the demo on a satellite: a tool that takes long."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory

from .ffmpeg import stand_in
from .satellite import add_satellite
from .terminal import BOLD, CYAN, DIM, GREEN, RED, Terminal
from .voice import add_voice
from .websocket import Client

SAY = "How hot is the kiln?"
PATIENCE = 60.0
MAX_GAP = 2.0
CHECK = "the word to wait, then the answer, and no gap in either"


@asynccontextmanager
async def ffmpeg_on_path(*, always: bool = False) -> AsyncGenerator[None]:
    """Put a stand-in for ffmpeg on the path if there is none, or `always`."""
    if shutil.which("ffmpeg") and not always:
        yield
        return
    before = os.environ["PATH"]
    with TemporaryDirectory() as folder:
        stand_in(Path(folder))
        os.environ["PATH"] = f"{folder}{os.pathsep}{before}"
        try:
            yield
        finally:
            os.environ["PATH"] = before


async def ask_satellite(
    home: str, client: Client, agent: str, terminal: Terminal
) -> list[str]:
    """Ask on a satellite for what takes long; return the failed checks."""
    # Satellites fetch announcements from Home Assistant's own address.
    await client.command("config/core/update", internal_url=home)
    terminal.line("", "On a satellite, in audio:", DIM)
    terminal.line("You", SAY, BOLD, CYAN)
    async with (
        add_voice(home, agent) as voice,
        add_satellite(client, voice) as (satellite, _),
    ):
        voice.stt.text = SAY
        clock = asyncio.get_running_loop().time
        start = clock()
        await satellite.speak()
        try:
            async with asyncio.timeout(PATIENCE):
                for count, synthesis in enumerate(("One moment", "The kiln"), 1):
                    await satellite.until_heard(count)
                    said = voice.tts.syntheses[-1].text
                    terminal.line("Assistant", said, "", GREEN)
                    terminal.line("", f"heard after {clock() - start:.2f} s", DIM)
                    if synthesis not in said:
                        break
                else:
                    gap = max(heard.longest_gap for heard in satellite.heard)
                    terminal.line("", f"longest gap {gap:.2f} s", DIM)
                    if gap < MAX_GAP:
                        terminal.blank()
                        return []
        except TimeoutError:
            pass
    terminal.line("not seen", CHECK, RED, RED)
    terminal.blank()
    return [CHECK]
