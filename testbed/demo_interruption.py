"""The step of the demo in which a spoken answer is interrupted."""

import asyncio

from .demo_steps import LIGHT
from .terminal import BOLD, CYAN, DIM, GREEN, RED, Terminal
from .voice import add_voice, device_of
from .websocket import Client

SAY, INTERRUPT = "Tell me a story", "Where were we?"
HEARD = 2.0
"""Seconds of the story that are heard."""
PATIENCE = 30.0
CHECK = "an answer that names the place where it was stopped"


async def interrupt(
    home: str, client: Client, agent: str, terminal: Terminal
) -> list[str]:
    """Interrupt an answer, and ask where it was; return the failed checks."""
    terminal.line("You", SAY, BOLD, CYAN)
    device_id = await device_of(client, LIGHT)
    async with add_voice(home, agent, device_id=device_id) as voice:
        try:
            async with asyncio.timeout(PATIENCE):
                async with voice.begin(SAY) as run:
                    await run.until_speech()
                    await asyncio.sleep(HEARD)
                terminal.line("", f"stopped after {HEARD:.0f} s of speech", DIM)
                terminal.line("You", INTERRUPT, BOLD, CYAN)
                run = await voice.say(INTERRUPT)
            terminal.line("Assistant", run.answer, "", GREEN)
            if run.answer.startswith("You stopped me at"):
                terminal.blank()
                return []
        except TimeoutError:
            pass
    terminal.line("not seen", CHECK, RED, RED)
    terminal.blank()
    return [CHECK]
