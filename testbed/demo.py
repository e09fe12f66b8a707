"""The demo: sets up the integration in a real Home Assistant and talks to it.

Run with `python -m testbed.demo` in an environment that has Home Assistant.
"""

import argparse
import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import signal
import sys
from typing import Self

import aiohttp

from homeassistant.const import __version__

from .assistant import (
    SetUpError,
    add_agent,
    add_pipeline,
    add_tool_server,
    agent_of,
    allow,
    entries_of,
    remove_entries,
)
from .demo_interruption import interrupt
from .demo_past import DAYS, RECORDER, record_days
from .demo_restart import another_day
from .demo_satellite import ask_satellite, ffmpeg_on_path
from .demo_speech import speak_aloud
from .demo_steps import CONVERSATION, FIRST_DAY, LIGHT, OTHER_LIGHT, PAST, free
from .hass import Hass, HassError, PortTakenError, claim_port
from .house import CAMERA, expose, furnish
from .login import PASSWORD, USERNAME
from .mcp import ToolServer
from .rules import model
from .scene import PIPELINE, Scene, play
from .server import ModelServer
from .speech_servers import SpeechError
from .spoken_turn import TurnFailedError
from .terminal import BOLD, GREEN, RED, Terminal
from .tools import household
from .websocket import Client, CommandError

RESTART_EXIT_CODE = 100
"""Exit code of Home Assistant when a user restarts it."""

TOOLS = 120
"""Number of tools of the household server, enough for tools on demand."""


@dataclass(frozen=True)
class Target:
    """The model server that the integration is set up with."""

    base_url: str
    api_key: str | None = None
    model: str | None = None
    scripted: bool = False

    @classmethod
    def from_environment(cls) -> Self | None:
        """Return the server that the environment names, None if it names none."""
        if not (base_url := os.environ.get("OPENAI_BASE_URL")):
            return None
        api_key = os.environ.get("OPENAI_API_KEY")
        return cls(base_url, api_key, os.environ.get("OPENAI_MODEL"))


@asynccontextmanager
async def target(terminal: Terminal) -> AsyncGenerator[Target]:
    """Yield the server named by the environment, else a scripted one."""
    if named := Target.from_environment():
        terminal.line("Server", named.base_url)
        yield named
    else:
        async with ModelServer(model) as server:
            terminal.line(
                "Server", f"a handful of rules, scripted, at {server.base_url}"
            )
            yield Target(server.base_url, scripted=True)


async def perform(args: argparse.Namespace, terminal: Terminal) -> int:
    """Run the demo; return the exit code."""
    claim_port(args.port)
    terminal.title("OpenAI-Compatible Conversation in a real Home Assistant")
    async with target(terminal) as server:
        clock = asyncio.get_running_loop().time
        start = clock()
        async with (
            # Home Assistant reads the audio of announcements with it.
            ffmpeg_on_path(always=args.speech),
            Hass(args.keep, port=args.port, extra=RECORDER) as hass,
            ToolServer("Household", household(TOOLS)) as tools,
        ):
            seconds = f"{clock() - start:.1f} s"
            terminal.line(
                "Home", f"Home Assistant {__version__} at {hass.url}, up in {seconds}"
            )
            try:
                async with hass.client() as client:
                    missing = await converse(client, server, tools, args.say, terminal)
                    (entry,) = await entries_of(client)
                    agent = await agent_of(client, entry["entry_id"])
                    where = (hass.url, client, agent)
                    if server.scripted and not args.say:
                        missing += await ask_satellite(*where, terminal)
                        missing += await interrupt(*where, terminal)
                        missing += await play(client, PAST, terminal, scripted=True)
                    if args.speech:
                        missing += await speak_aloud(*where, args.say, terminal)
                if not args.say:
                    missing += await another_day(
                        hass, terminal, scripted=server.scripted
                    )
            except SetUpError as err:
                # The log may be in a temporary directory that is about to be removed.
                raise HassError(f"{err}\n{hass.last_error}") from err
            verdict(terminal, missing)
            if not args.once:
                await keep_open(hass, terminal)
    return 1 if missing else 0


async def converse(
    client: Client,
    server: Target,
    tools: ToolServer,
    say: list[str],
    terminal: Terminal,
) -> list[str]:
    """Set up the integration and play the steps; return the failed checks."""
    await furnish(client)
    await record_days(client)
    await expose(client, [CAMERA], exposed=True)
    for light in (LIGHT, OTHER_LIGHT):
        await client.call("light.turn_off", light)
    # A kept configuration directory has an entry for a server that is gone.
    await remove_entries(client)
    agent = await add_agent(
        client, server.base_url, api_key=server.api_key, model=server.model
    )
    api = await add_tool_server(client, tools.url)
    await allow(client, agent, "assist", api)
    pipeline = await add_pipeline(client, agent.entity_id, PIPELINE)
    terminal.line("Agent", f"{agent.entity_id}, which asks the model {agent.model}")
    terminal.line("Tools", f"those of Assist, and {TOOLS} of a household server (MCP)")
    terminal.line("Recorder", f"what happens, and {DAYS} days of invented temperatures")
    terminal.blank()
    scene = Scene(client, pipeline, terminal)
    steps = [free(text) for text in say] or [
        step for step in CONVERSATION if server.scripted or not step.scripted
    ]
    if not say:
        steps += FIRST_DAY
    return [check for step in steps for check in await scene.play(step)]


def verdict(terminal: Terminal, missing: list[str]) -> None:
    """Write whether all checks passed."""
    if missing:
        terminal.line(
            "Failed", f"{len(missing)} not seen: {'; '.join(missing)}", RED, RED
        )
    else:
        terminal.line("Passed", "Every step did what it should.", "", GREEN)


async def keep_open(hass: Hass, terminal: Terminal) -> None:
    """Keep Home Assistant running for the user, until Ctrl-C."""
    terminal.blank()
    terminal.line("Browser", f"{hass.url}, user {USERNAME}, password {PASSWORD}", BOLD)
    terminal.line("", "Then press the letter a to talk to the assistant.")
    terminal.line(
        "", "Settings > Devices & services has the integration and its options."
    )
    terminal.line("Log", str(hass.log_file))
    terminal.line("", "Ctrl-C ends the demo.")
    try:
        while (code := await hass.wait()) == RESTART_EXIT_CODE:
            terminal.line("Home", "Restarting Home Assistant.")
            await hass.start()
    except asyncio.CancelledError:
        # Ctrl-C is the normal end.
        terminal.blank()
        terminal.line("Home", "Stopping Home Assistant.")
        return
    raise HassError(f"Home Assistant ended with exit code {code}.")


def arguments() -> argparse.Namespace:
    """Return the parsed command line arguments."""
    parser = argparse.ArgumentParser(
        prog="demo",
        description="A conversation with the integration in a real Home Assistant. "
        "OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL in the environment "
        "put a real server in the place of the scripted one.",
    )
    parser.add_argument(
        "--once",
        action="store_true",
        help="end after the conversation; the exit code says whether all went well",
    )
    parser.add_argument(
        "--say",
        action="append",
        default=[],
        metavar="TEXT",
        help="say this instead of the usual sentences (can be repeated)",
    )
    parser.add_argument(
        "--speech",
        action="store_true",
        help="also speak, with Piper and Whisper (350 MB of downloads)",
    )
    parser.add_argument(
        "--port", type=int, default=8123, help="Home Assistant's port (default: 8123)"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="where Home Assistant's configuration is kept (default: thrown away)",
    )
    return parser.parse_args()


async def main(args: argparse.Namespace, terminal: Terminal) -> int:
    """Run the demo with a clean shutdown on SIGTERM and SIGHUP; return the exit code."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await perform(args, terminal)
    except PortTakenError as err:
        terminal.line("Failed", f"{err}. Try --port.", RED, RED)
    except (
        *(HassError, SpeechError, TurnFailedError),
        *(CommandError, aiohttp.ClientError, OSError),
    ) as err:
        terminal.line("Failed", str(err) or type(err).__name__, RED, RED)
    return 1


if __name__ == "__main__":
    TERMINAL = Terminal()
    try:
        sys.exit(asyncio.run(main(arguments(), TERMINAL)))
    except KeyboardInterrupt, asyncio.CancelledError:
        TERMINAL.blank()
        sys.exit(130)
