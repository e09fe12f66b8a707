"""A Home Assistant in which both integrations are set up."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from testbed.house import furnish
from testbed.voice import device_of

from .contestants import AgentContestant, enter
from .listener import Listener, MeasuredHass
from .modelprocess import ModelProcess
from .prefix import OURS, THEIRS

LISTENER = "light.kitchen_lights"
"""Entity whose device serves as the satellite."""


@dataclass(frozen=True)
class House:
    """A Home Assistant with both agents, and a connection to it."""

    listener: Listener
    agents: Sequence[AgentContestant]
    model: ModelProcess


@asynccontextmanager
async def open_house() -> AsyncGenerator[House]:
    """Yield a Home Assistant with both agents set up."""
    async with (
        ModelProcess() as model,
        MeasuredHass() as hass,
        hass.listener() as listener,
    ):
        await furnish(listener)
        device = await device_of(listener, LISTENER)
        agents = [
            await enter(subject, hass, listener, model, device)
            for subject in (OURS, THEIRS)
        ]
        yield House(listener, agents, model)
