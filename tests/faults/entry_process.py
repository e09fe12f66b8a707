"""A session and a fact store in a separate process that is killed at a given write.

`main(FOLDER, URL, "3", "before")` runs with a config folder and a server URL, and kills
the process just before (or after) its third write. Each step is printed on its own line
once it has succeeded.
"""

import asyncio
from collections.abc import Sequence
import json
from pathlib import Path
from typing import Any

from custom_components.openai_compatible_conversation.agent.extraction_requests import (
    ExtractionRequests,
)
from custom_components.openai_compatible_conversation.agent.metrics import Metrics
from custom_components.openai_compatible_conversation.agent.server import Server
from custom_components.openai_compatible_conversation.agent.server_identity import (
    ServerIdentity,
)
from custom_components.openai_compatible_conversation.agent.server_slots import (
    ServerSlots,
)
from custom_components.openai_compatible_conversation.agent.token_budget import (
    TokenBudget,
)
from custom_components.openai_compatible_conversation.completions.availability import (
    Availability,
)
from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.issues import Issues
from custom_components.openai_compatible_conversation.memory.extraction.fact_extractor import (
    FactExtractor,
)
from custom_components.openai_compatible_conversation.memory.extraction.turn_queue import (
    async_queue_turns,
)
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from custom_components.openai_compatible_conversation.options import Options
from custom_components.openai_compatible_conversation.session.session import Session
from custom_components.openai_compatible_conversation.session.turns import Turn
import homeassistant  # noqa: F401  Before anything imports the HTTP library
from homeassistant.components import conversation
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.httpx_client import get_async_client
from testbed.limits import limits

from .killing import kill_at, report

LEARNED = ("family_members", "cat", "Amy")
UTTERANCE = "By the way, my tea has to be green"


async def main(folder: str, url: str, *fault: str) -> None:
    """Learn a fact, run a turn with another one, and extract it."""
    if fault:
        kill_at(int(fault[0]), fault[1])
    hass = HomeAssistant(folder)
    await ir.async_load(hass)
    entry: Any = ConfigEntry.__new__(ConfigEntry)
    object.__setattr__(entry, "entry_id", "house")
    object.__setattr__(entry, "title", "House")
    object.__setattr__(entry, "options", Options(chat_model="m").stored())
    object.__setattr__(entry, "_background_tasks", set())
    issues = Issues(hass, entry)
    fact_store = FactStore(hass, "house", issues)

    async def async_retain(turns: Sequence[Turn]) -> None:
        await async_queue_turns(fact_store, turns, session.turn_ids)

    session = Session(
        hass,
        "house",
        lambda: 600,
        async_retain,
        limits=limits,
        on_set_aside=issues.create_set_aside,
    )
    await fact_store.async_load()
    known = {pending.id for pending in fact_store.pending}

    def report_queued() -> None:
        """Print that a transcript is queued, once."""
        new = {pending.id for pending in fact_store.pending} - known
        known.update(new)
        for _ in new:
            report("queued")

    fact_store.async_listen(report_queued)
    await session.async_load()
    session.async_start()
    client = CompletionsClient(url, None, get_async_client(hass))
    identity = ServerIdentity(hass, entry, client)
    server = Server(
        hass,
        entry,
        client,
        Availability(hass.loop.time),
        issues,
        Metrics(),
        identity,
        ServerSlots(hass, "house", url, identity),
    )

    async def async_people() -> set[str]:
        return set()

    extractor = FactExtractor(
        hass,
        fact_store,
        ExtractionRequests(server, TokenBudget(entry)),
        lambda: Options(chat_model="m"),
        lambda: session.is_over,
        async_people=async_people,
    )
    session.callbacks.set(lambda: None, extractor.async_resume)
    report(f"session {len(session.state.turns)}")

    if not fact_store.facts and not session.state.turns and not fact_store.pending:
        await fact_store.async_learn(*LEARNED)
        report("learned")
        content: list[conversation.Content] = [
            conversation.SystemContent(""),
            conversation.UserContent(UTTERANCE),
        ]
        chat_log = conversation.ChatLog(hass, "c", content)
        async with session.async_begin_turn(chat_log) as turn:
            turn.new_messages += [UserMessage(UTTERANCE), AssistantMessage("I see.")]
        # Its result does not wait for a slow disk.
        await session.async_flush()
        report("said")
    await session.async_end_now()
    report("ended")
    extractor.async_resume()
    file = Path(folder, ".storage", "openai_compatible_conversation.house")
    async with asyncio.timeout(10):
        while json.loads(file.read_bytes())["data"]["pending"]:  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.01)
    report("extracted")
    await hass.async_stop(force=True)
