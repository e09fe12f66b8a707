"""The demo's house, furnished for the tasks and put back into order before each."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from testbed.assistant import SetUpError
from testbed.flows import Flow
from testbed.house import assign_areas, expose, furnish, states
from testbed.websocket import Client

from .inventory import ADDED, BLIND, LIST, PLAYER, ROOMS, SATELLITES, USUAL, seen
from .satellite import Satellite
from .tasks import States

_MOVING = frozenset({"closing", "locking", "opening", "unlocking"})

_VERIFIED = (
    "current_position",
    "is_volume_muted",
    "items",
    "percentage",
    "state",
    "temperature",
    "timers",
    "volume_level",
)
"""Attributes that the house must have before a task."""

_SETTLE = 0.3
"""Seconds between two looks at the house, and before the first one."""

_LOOKS = 100
_ATTEMPTS = 3


class HouseError(Exception):
    """The house could not be put into order."""


@dataclass(frozen=True)
class House:
    """A running Home Assistant with the house of the tasks."""

    client: Client
    satellites: Mapping[str, Satellite]
    devices: Mapping[str, str]
    """Device IDs of the satellites by room."""

    async def snapshot(self) -> States:
        """Return the state of all that can be controlled, once nothing moves."""
        for _ in range(_LOOKS):
            await asyncio.sleep(_SETTLE)
            found = await states(self.client)
            if not any(state["state"] in _MOVING for state in found.values()):
                break
        return {
            **seen(found),
            LIST: {"items": await self._items()},
            **{SATELLITES[r]: s.attributes for r, s in self.satellites.items()},
        }

    async def put_into_order(self, given: States) -> States:
        """Put the house into its usual state, with what differs; return its state.

        Raises `HouseError` if it does not get there.
        """
        wanted = _with_differences(given)
        for _ in range(_ATTEMPTS):
            await self._apply(wanted)
            now = await self.snapshot()
            wrong = [
                f"{entity_id}: {name} is {now[entity_id].get(name)}"
                for entity_id, attributes in wanted.items()
                for name in _VERIFIED
                if name in attributes and attributes[name] != now[entity_id].get(name)
            ]
            if not wrong:
                return now
        raise HouseError(f"The house could not be put into order: {'; '.join(wrong)}")

    async def _apply(self, wanted: States) -> None:
        """Apply states, items and timers with Home Assistant's own actions."""
        await self._apply_items(wanted[LIST]["items"])
        for room, satellite in self.satellites.items():
            await self._apply_timers(
                satellite, self.devices[room], wanted[SATELLITES[room]]["timers"]
            )
        track = (await self.client.state(PLAYER))["attributes"].get("media_track", 1)
        for _ in range(track - 1):
            await self.client.call("media_player.media_previous_track", PLAYER)
        entities = {k: v for k, v in wanted.items() if "state" in v}
        await self.client.command(
            "call_service",
            domain="scene",
            service="apply",
            service_data={"entities": entities},
        )

    async def _items(self) -> list[str]:
        """Return the open items of the shopping list."""
        found = await self.client.command("todo/item/list", entity_id=LIST)
        return [
            item["summary"]
            for item in found["items"]
            if item["status"] == "needs_action"
        ]

    async def _apply_items(self, wanted: Sequence[str]) -> None:
        """Put exactly these items on the shopping list."""
        found = (await self.client.command("todo/item/list", entity_id=LIST))["items"]
        if [(i["summary"], i["status"]) for i in found] == [
            (summary, "needs_action") for summary in wanted
        ]:
            return
        if uids := [item["uid"] for item in found]:
            await self.client.call("todo.remove_item", LIST, item=uids)
        for summary in wanted:
            await self.client.call("todo.add_item", LIST, item=summary)

    async def _apply_timers(
        self, satellite: Satellite, device_id: str, wanted: Sequence[int]
    ) -> None:
        """Let exactly these timers run on a satellite, each with its seconds."""
        if any(satellite.attributes.values()):
            await self._handle_intent("HassCancelAllTimers", device_id)
            # Told over a connection; `put_into_order` looks again.
            await asyncio.sleep(_SETTLE)
        for seconds in wanted:
            minutes, rest = divmod(seconds, 60)
            slots = {"minutes": minutes, "seconds": rest}
            await self._handle_intent(
                "HassStartTimer", device_id, **{k: v for k, v in slots.items() if v}
            )

    async def _handle_intent(self, name: str, device_id: str, **slots: int) -> None:
        """Handle an intent from a device."""
        payload = {"name": name, "data": slots, "device_id": device_id}
        await self.client.rest("POST", "intent/handle", payload)


@asynccontextmanager
async def open_house(client: Client) -> AsyncGenerator[House]:
    """Furnish the house of a Home Assistant, and yield it with its satellites."""
    async with AsyncExitStack() as stack:
        satellites = {
            room: await stack.enter_async_context(Satellite(room)) for room in ROOMS
        }
        entries = {
            room: await _add(client, "wyoming", host="127.0.0.1", port=satellite.port)
            for room, satellite in satellites.items()
        }
        await _add(client, "local_todo", todo_list_name="Shopping List")
        await furnish(client)
        await _furnish_more(client)
        devices = {
            entity["config_entry_id"]: entity["device_id"]
            for entity in await client.command("config/entity_registry/list")
        }
        yield House(client, satellites, {r: devices[e] for r, e in entries.items()})


def _with_differences(given: States) -> States:
    """Return the usual state of the house with what differs."""
    # What is turned off has no brightness or position, so the usual one is left out.
    usual = {k: v for k, v in USUAL.items() if given.get(k, {}).get("state") != "off"}
    return {
        entity_id: {**usual.get(entity_id, {}), **given.get(entity_id, {})}
        for entity_id in usual.keys() | given.keys()
    }


async def _add(client: Client, domain: str, **values: Any) -> str:
    """Set up an integration; return its entry ID. Raises `SetUpError`."""
    flow = await Flow.config(client, domain)
    await flow.submit(**values)
    if flow.step["type"] != "create_entry":
        raise SetUpError(f"{domain} was not set up: {flow.step.get('errors')}")
    entry_id: str = flow.step["result"]["entry_id"]
    return entry_id


async def _furnish_more(client: Client) -> None:
    """Assign the added entities to areas, expose them, and hang up the blind."""
    await assign_areas(client, ADDED)
    blind = await client.command("config/entity_registry/get", entity_id=BLIND)
    await client.command(
        "config/device_registry/update",
        device_id=blind["device_id"],
        name_by_user="Bedroom Blind",
    )
    await client.command(
        "config/entity_registry/update", entity_id=BLIND, device_class="blind"
    )
    await expose(client, ADDED, exposed=True)
