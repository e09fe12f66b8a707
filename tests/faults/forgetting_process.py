"""A fact that is told, mentioned and forgotten in a process that is killed meanwhile.

`main(FOLDER, "3", "before")` runs with a config folder, and kills the process just
before (or after) its third write. Each step is printed on its own line once it has
succeeded.
"""

from collections.abc import Sequence
from typing import Any

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.issues import Issues
from custom_components.openai_compatible_conversation.memory.extraction.turn_queue import (
    async_queue_turns,
)
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from custom_components.openai_compatible_conversation.session.sessions import Sessions
from custom_components.openai_compatible_conversation.session.turn_owner import (
    HOUSEHOLD,
)
from custom_components.openai_compatible_conversation.session.turns import Turn
from homeassistant.components import conversation
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from testbed.limits import limits

from .entry_process import LEARNED
from .killing import kill_at, report

TOLD = "My cat is called Amy"
OTHER = "I only drink green tea"


async def main(folder: str, *fault: str) -> None:
    """Learn a fact, mention it and something else, and forget it."""
    if fault:
        kill_at(int(fault[0]), fault[1])
    hass = HomeAssistant(folder)
    await ir.async_load(hass)
    entry: Any = ConfigEntry.__new__(ConfigEntry)
    object.__setattr__(entry, "entry_id", "house")
    object.__setattr__(entry, "title", "House")
    issues = Issues(hass, entry)
    fact_store = FactStore(hass, "house", issues)

    async def async_retain(turns: Sequence[Turn]) -> None:
        await async_queue_turns(fact_store, turns, sessions.turn_ids)

    sessions = Sessions(
        hass,
        "house",
        lambda: 600,
        async_retain,
        limits=limits,
        on_set_aside=issues.create_set_aside,
    )
    fact_store.async_listen_forgotten(sessions.async_forget)
    await fact_store.async_load()
    await sessions.async_start()

    async def say(text: str) -> None:
        """Run a turn, and wait until it is on disk."""
        content: list[conversation.Content] = [
            conversation.SystemContent(""),
            conversation.UserContent(text),
        ]
        chat_log = conversation.ChatLog(hass, text, content)
        async with sessions.async_begin_turn(HOUSEHOLD, chat_log, str) as turn:
            turn.new_messages += [UserMessage(text), AssistantMessage("I see.")]
        await sessions.async_flush()
        report(f"said {text}")

    if not sessions.household.state.turns:
        await fact_store.async_learn(*LEARNED)
        report("learned")
        await say(TOLD)
        await say(OTHER)
    await fact_store.async_forget(*LEARNED[:2])
    report("forgotten")
    sessions.async_stop()
    await hass.async_stop(force=True)
