"""What outlives a reload of an entry: what was said, and what is remembered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .issues import Issues
from .memory.extraction import utterances_of
from .memory.fact_store import FactStore
from .options import Options
from .session.session import Session
from .session.turns import Turn

DATA_HOUSEHOLDS: HassKey[dict[str, Household]] = HassKey(f"{DOMAIN}_households")


@dataclass(slots=True)
class Household:
    """The memory and the session of an entry.

    A turn may last over a reload. What it then learns has to be in the same
    memory as what is learned after it.
    """

    fact_store: FactStore
    session: Session

    @staticmethod
    @callback
    def of(hass: HomeAssistant, entry: ConfigEntry) -> Household:
        """Return the household of an entry."""
        households = hass.data.setdefault(DATA_HOUSEHOLDS, {})
        if (household := households.get(entry.entry_id)) is None:
            household = households[entry.entry_id] = Household._made(hass, entry)
        return household

    @classmethod
    def _made(cls, hass: HomeAssistant, entry: ConfigEntry) -> Self:
        """Make the household of an entry."""
        memory = FactStore(hass, entry.entry_id, Issues(hass, entry))

        async def keep(turns: Sequence[Turn]) -> None:
            """Keep what users said, for facts to be extracted from it."""
            learning = Options.of(entry.options).enable_fact_learning
            if learning and (kept := utterances_of(turns)):
                await memory.async_enqueue(kept)

        def timeout() -> float:
            """Return how long a session lasts, as it is set now."""
            return Options.of(entry.options).conversation_timeout

        return cls(memory, Session(hass, entry.entry_id, timeout, keep))

    async def async_start(self) -> None:
        """Take up what was remembered and what was said."""
        await self.fact_store.async_load()
        await self.session.async_start()

    async def async_remove(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Remove all of it, for good."""
        hass.data[DATA_HOUSEHOLDS].pop(entry.entry_id, None)
        await self.session.async_remove()
        await self.fact_store.async_remove()
