"""The slots of a server, as an entry uses them.

Entries with the same address share the slots of the server there. Clouds and gateways
have none: nothing waits for them, and nothing is cancelled.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import aclosing, contextmanager, nullcontext, suppress
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..completions.events import Event
from ..completions.overlap import OverlapMeter
from ..completions.slots import PreemptedError, Priority, Slots
from ..const import DOMAIN
from .server_identity import ServerIdentity

MAX_PREEMPTIONS = 3
"""How often the request of a task is cancelled for turns, before it is left alone."""

_LOOPBACK = ("127.0.0.1", "::1")
"""Hosts that are `localhost`."""


class SharedSlots(Slots):
    """The slots of the server at one address, and how many were seen at work."""

    def __init__(self) -> None:
        """Initialize for a server of which nothing was seen."""
        super().__init__()
        self.meter = OverlapMeter()


DATA_SLOTS: HassKey[WeakValueDictionary[str, SharedSlots]] = HassKey(f"{DOMAIN}_slots")


class ServerSlots:
    """The slots of the server of one entry.

    Lives as long as the entry is loaded, and as its running turns.
    """

    def __init__(
        self, hass: HomeAssistant, owner: str, base_url: str, identity: ServerIdentity
    ) -> None:
        """Initialize for the entry with the id `owner`."""
        self._shared = _async_shared_slots(hass, base_url)
        self._owner = owner
        self._identity = identity

    @property
    def is_limited(self) -> bool:
        """Return whether the server answers only so many requests at a time."""
        runs_model = self._identity.facts.runs_model
        return self._identity.is_local if runs_model is None else runs_model

    def _limited(self) -> SharedSlots | None:
        """Return the slots, None if nothing has to wait for one."""
        if not self.is_limited:
            return None
        seen = max(self._shared.limit, self._shared.meter.most)
        self._shared.limit = self._identity.facts.slots or seen
        return self._shared

    @contextmanager
    def turn(self) -> Generator[None]:
        """Keep a slot for a turn, from its first request to its end."""
        if (slots := self._limited()) is None:
            yield
            return
        with slots.turn(self._owner):
            yield

    @callback
    def async_expect_turn(self) -> None:
        """Free a slot for a turn that is about to come."""
        if slots := self._limited():
            slots.expect_turn()

    def watch(
        self, events: AsyncGenerator[Event], *, in_turn: bool
    ) -> AsyncGenerator[Event]:
        """Return the events of a response, which are watched as they arrive.

        While a turn waits for them, no request of its own tools has its slot.
        """
        if (slots := self._limited()) is None:
            return events
        return _watched(slots, events, in_turn=in_turn)

    async def async_run[T](
        self, priority: Priority, request: Callable[[], Awaitable[T]]
    ) -> T:
        """Send a request in the background, and return its result.

        Raises `PreemptedError` if something more important needs the slot.
        """
        if (slots := self._limited()) is None:
            return await request()
        return await slots.run(priority, self._owner, request)

    async def async_run_task[T](self, request: Callable[[], Awaitable[T]]) -> T:
        """Send the request of a task, again if a turn took its slot."""
        if (slots := self._limited()) is None:
            return await request()
        for _ in range(MAX_PREEMPTIONS):
            with suppress(PreemptedError):
                return await slots.run(Priority.TASK, self._owner, request)
        return await slots.run(
            Priority.TASK, self._owner, request, is_preemptible=False
        )

    def shares(self, other: ServerSlots) -> bool:
        """Return whether an entry has the slots of another one's server."""
        return self._shared is other._shared


async def _watched(
    slots: SharedSlots, events: AsyncGenerator[Event], *, in_turn: bool
) -> AsyncGenerator[Event]:
    """Yield the events of a response."""
    with slots.ask() if in_turn else nullcontext():
        async with aclosing(slots.meter.watch(events)) as watched:
            async for event in watched:
                yield event


@callback
def _async_shared_slots(hass: HomeAssistant, base_url: str) -> SharedSlots:
    """Return the slots of the server at an address."""
    known = hass.data.setdefault(DATA_SLOTS, WeakValueDictionary())
    key = _address(base_url)
    if (slots := known.get(key)) is None:
        slots = known[key] = SharedSlots()
    return slots


def _address(base_url: str) -> str:
    """Return the host and port of a URL, with one name for this machine."""
    url = urlsplit(base_url)
    host, address = url.hostname or "", url.netloc.rpartition("@")[2].lower()
    return address.replace(host, "localhost") if host in _LOOPBACK else address
