"""A household in a process of its own, which may end at any of its writes.

Run with a folder, a server's address, and the number of the write at which it is
to end, just before or just after it: `python -m tests.faults.entry_process FOLDER URL 3 before`.
What happened is told on standard output, line by line, once it is certain.
"""

import asyncio
from collections.abc import Callable, Sequence
import json
import os
from pathlib import Path
import signal
import sys
from typing import Any

from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.issues import Issues
from custom_components.openai_compatible_conversation.memory.extraction import (
    utterances_of,
)
from custom_components.openai_compatible_conversation.memory.fact_extractor import (
    FactExtractor,
)
from custom_components.openai_compatible_conversation.memory.fact_store import FactStore
from custom_components.openai_compatible_conversation.options import Options
from custom_components.openai_compatible_conversation.session.session import Session
from custom_components.openai_compatible_conversation.session.turns import Turn
import homeassistant  # noqa: F401  Before anything imports the HTTP library
from homeassistant.components import conversation
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.httpx_client import get_async_client

TOLD = ("family_members", "cat", "Amy")
SAID = "By the way, my tea has to be green"


def tell(what: str) -> None:
    """Tell that something is certain."""
    os.write(1, f"{what}\n".encode())


def end_at(number: int, when: str) -> None:
    """End this process at a write of our files: the one of that number."""
    count = 0

    def counting(replace: Callable[..., Any]) -> Callable[..., Any]:
        """Return a replacement of a file that may be the last."""

        def counted(source: Any, target: Any, *others: Any, **named: Any) -> Any:
            nonlocal count
            if "openai_compatible_conversation." not in str(target):
                return replace(source, target, *others, **named)
            count += 1
            tell(f"write {count} {Path(str(target)).name}")
            if count == number and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = replace(source, target, *others, **named)
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return counted

    for name in ("replace", "rename"):
        setattr(os, name, counting(getattr(os, name)))


async def live(folder: str, url: str) -> None:
    """Be told a fact, hear another one in passing, and extract it."""
    hass = HomeAssistant(folder)
    entry: Any = ConfigEntry.__new__(ConfigEntry)
    object.__setattr__(entry, "entry_id", "house")
    object.__setattr__(entry, "title", "House")
    memory = FactStore(hass, "house", Issues(hass, entry))

    async def keep(turns: Sequence[Turn]) -> None:
        await memory.async_enqueue(utterances_of(turns))

    session = Session(hass, "house", lambda: 600, keep)
    await memory.async_load()
    await session.async_start()
    client = CompletionsClient(url, None, get_async_client(hass))
    learner = FactExtractor(
        hass, memory, client, lambda: Options(chat_model="m"), lambda: session.is_over
    )
    session.async_set_callbacks(learner.async_pause, learner.async_resume)
    tell(f"session {len(session.state.turns)}")

    if not memory.facts and not session.state.turns and not memory.pending:
        await memory.async_learn(*TOLD)
        tell("learned")
        content: list[conversation.Content] = [
            conversation.SystemContent(""),
            conversation.UserContent(SAID),
        ]
        chat_log = conversation.ChatLog(hass, "c", content)
        async with session.async_begin_turn(chat_log, str) as visit:
            visit.new_messages += [UserMessage(SAID), AssistantMessage("I see.")]
        tell("said")
    await session.async_end_now()
    tell("ended")
    learner.async_resume()
    file = Path(folder, ".storage", "openai_compatible_conversation.house")
    async with asyncio.timeout(10):
        while json.loads(file.read_bytes())["data"]["pending"]:  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.01)
    tell("extracted")
    await hass.async_stop(force=True)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        end_at(int(sys.argv[3]), sys.argv[4])
    asyncio.run(live(sys.argv[1], sys.argv[2]))
