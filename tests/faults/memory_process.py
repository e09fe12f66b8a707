"""A fact store in a separate process that is killed at a given write.

`main(FOLDER, "3", "before")` runs with a config folder, and kills the process just
before (or after) its third write. Each step is printed on its own line once it has
succeeded. Without a write to be killed at, the facts that wait to be extracted are
extracted.
"""

from custom_components.openai_compatible_conversation.memory.facts.extracted_fact import (
    ExtractedFact,
)
from custom_components.openai_compatible_conversation.memory.facts.fact import Category
from custom_components.openai_compatible_conversation.memory.facts.said_line import (
    SaidLine,
)
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .fact_files import restarted
from .killing import kill_at, report

CAT = ("family_members", "cat", "Amy")
DOG = ("family_members", "dog", "Rex")
TEA = ("preferences", "tea", "green")
SAID = {CAT: "Our cat is called Amy", TEA: "I like green tea"}


async def live(store: FactStore) -> None:
    """Learn facts, say them again, and forget, rename and tell them anew."""
    await store.async_learn(*CAT)
    await store.async_learn(*DOG)
    report("told")
    at = dt_util.utcnow().isoformat()
    await store.async_enqueue([[SaidLine(text, at=at)] for text in SAID.values()])
    report("said")
    await store.async_forget(*CAT[:2])
    report("forgotten")
    dog = next(fact for fact in store.facts if fact.key == "dog")
    await store.async_change(dog, "family_members", "Hund", "Rex")
    report("renamed")
    await store.async_learn(*CAT)
    report("told anew")
    await store.async_forget_everything()
    report("everything forgotten")


async def extract(store: FactStore) -> None:
    """Extract from what waits, whatever is left of it."""
    for pending in store.pending:
        for fact, text in SAID.items():
            if text == pending.lines[0].text:
                item = ExtractedFact(Category(fact[0]), *fact[1:])
                await store.async_extracted(pending, [item])


async def main(folder: str, *fault: str) -> None:
    """Run until the fault, or go on after it."""
    hass = HomeAssistant(folder)
    await ir.async_load(hass)
    store = await restarted(hass)
    if fault:
        kill_at(int(fault[0]), fault[1])
        await live(store)
    else:
        await extract(store)
    await hass.async_stop(force=True)
