"""The end of the demo: after a restart, facts are known, and what was put off is done."""

import asyncio
from contextlib import suppress

from .assistant import end_session, entries_of
from .demo_steps import FIRST_DAY, LATER, OTHER_LIGHT, SECOND_DAY
from .hass import Hass
from .house import states
from .scene import play
from .terminal import BOLD, RED, Terminal
from .websocket import Client

MEMORY = "_memory"
"""Suffix of the entity ID of the to-do list with the facts."""

EXTRACTION_TIMEOUT = 20.0
LATER_TIMEOUT = 30.0
POLL = 0.1


async def another_day(hass: Hass, terminal: Terminal, *, scripted: bool) -> list[str]:
    """Restart Home Assistant, and ask for the facts; return the failed checks."""
    clock = asyncio.get_running_loop().time
    missing: list[str] = []
    terminal.line(
        "Home", "The conversation ends. What was said in passing is looked through."
    )
    async with hass.client() as client:
        (entry,) = await entries_of(client)
        await end_session(client, entry["entry_id"])
        facts = await remembered(client, len(FIRST_DAY))
        terminal.line("Home", f"{facts} facts are remembered.")
        terminal.blank()
        if scripted:
            if facts < len(FIRST_DAY):
                missing.append(f"{len(FIRST_DAY)} facts in its memory")
            asked = clock()
            missing += await play(client, [LATER], terminal, scripted=scripted)
    terminal.line("Home", "Restarting Home Assistant.")
    await hass.restart()
    async with hass.client() as client:
        if scripted:
            missing += await done_later(client, asked, terminal)
        terminal.blank()
        return missing + await play(client, SECOND_DAY, terminal, scripted=scripted)


async def remembered(client: Client, expected: int) -> int:
    """Wait for the expected number of facts, for a limited time; return the number."""
    count = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(EXTRACTION_TIMEOUT):
            while count < expected:
                now = await states(client)
                memory = next(now[name] for name in now if name.endswith(MEMORY))
                count = int(memory["state"])
                await asyncio.sleep(POLL)
    return count


async def done_later(client: Client, asked: float, terminal: Terminal) -> list[str]:
    """Wait for what was put off before the restart; return the failed checks."""
    try:
        async with asyncio.timeout(LATER_TIMEOUT):
            while (await client.state(OTHER_LIGHT))["state"] != "on":  # noqa: ASYNC110
                await asyncio.sleep(POLL)
    except TimeoutError:
        check = f"{OTHER_LIGHT} on, as was said before the restart"
        terminal.line("not seen", check, RED, RED)
        return [check]
    seconds = asyncio.get_running_loop().time() - asked
    terminal.line(
        "Home", f"{OTHER_LIGHT} is on, {seconds:.1f} s after it was said", BOLD
    )
    return []
