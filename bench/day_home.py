"""The home of the recorded day: its people, satellites, tools, and what happens there."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from testbed.assistant import add_tool_server
from testbed.hass import Hass
from testbed.house import furnish
from testbed.login import access_token
from testbed.mcp import ToolServer
from testbed.talk import TurnResult, talk
from testbed.tools import household
from testbed.voice import device_of
from testbed.websocket import Client

SATELLITES = {"kitchen": "light.kitchen_lights", "bedroom": "light.bed_light"}
"""Entities whose devices serve as satellites without timers."""
PEOPLE = ("satellite", "ann", "bob")
"""The users who are no administrators."""
PHONE = "phone"
"""The only device with timers."""
PLAYER = "media_player.radio"
PLAYING = 1 << 9 | 1 << 22
"""Feature flags of a media player that plays and searches media."""
STANDBY = 1 << 7
"""Feature flag of a media player that can be turned on."""
PATIENCE = 1800.0
"""Seconds that a turn may take: what is measured on a busy machine is the reuse."""
SPEAKING = 3.0
"""Seconds between a wake word and the recognized text."""


@dataclass(frozen=True)
class Speaker:
    """Somebody who speaks to the agent: a connection, and the device it comes from."""

    client: Client
    device_id: str | None


@dataclass
class DayHome:
    """A Home Assistant with all that the day needs, but no agent."""

    client: Client
    tools: ToolServer
    api: str
    """The id of the LLM API of the tool server."""
    speakers: dict[str, Speaker]
    phone_entry: str

    async def wake(self, agent: str, language: str) -> None:
        """Tell an agent that somebody begins to speak."""
        await self.client.command(
            "conversation/prepare", language=language, agent_id=agent
        )

    async def say(
        self, who: str, text: str, pipeline: str, conversation_id: str | None
    ) -> TurnResult:
        """Run a turn of a speaker."""
        speaker = self.speakers[who]
        return await talk(
            speaker.client,
            text,
            pipeline=pipeline,
            conversation_id=conversation_id,
            device_id=speaker.device_id,
            patience=PATIENCE,
        )

    async def happen(self, event: dict[str, Any]) -> None:
        """Let something happen in the house, other than somebody speaking."""
        if state := event.get("player"):
            await self._set_player(on=state == "on")
        if state := event.get("timers"):
            await self.client.command(
                "config_entries/disable",
                entry_id=self.phone_entry,
                disabled_by=None if state == "on" else "user",
            )
        if event.get("order"):
            self.tools.reverse()
            entry_id = self.api.removeprefix("mcp-")
            path = f"config/config_entries/entry/{entry_id}/reload"
            await self.client.rest("POST", path)

    async def begin(self) -> None:
        """Bring the house to its state in the morning."""
        await self._set_player(on=True)
        for light in SATELLITES.values():
            await self.client.call("light.turn_off", light)

    async def _set_player(self, *, on: bool) -> None:
        """Set the state of the media player."""
        attributes = {
            "friendly_name": "Radio",
            "supported_features": PLAYING if on else STANDBY,
        }
        state = {"state": "playing" if on else "off", "attributes": attributes}
        await self.client.rest("POST", f"states/{PLAYER}", state)


@asynccontextmanager
async def open_day_home(mcp_tools: int) -> AsyncGenerator[DayHome]:
    """Yield the home, with a tool server that has some tools."""
    async with AsyncExitStack() as stack:
        tools = await stack.enter_async_context(
            ToolServer("Household", household(mcp_tools))
        )
        hass = await stack.enter_async_context(Hass(extra="\nmobile_app:\n"))
        client = await stack.enter_async_context(hass.client())
        await furnish(client)
        phone_entry, phone = await _add_phone(client)
        people = {
            name: await stack.enter_async_context(await _user(client, hass.url, name))
            for name in PEOPLE
        }
        speakers = {
            room: Speaker(people["satellite"], await device_of(client, entity_id))
            for room, entity_id in SATELLITES.items()
        }
        speakers |= {
            PHONE: Speaker(people["ann"], phone),
            "ann": Speaker(people["ann"], None),
            "bob": Speaker(people["bob"], None),
            "admin": Speaker(client, None),
        }
        api = await add_tool_server(client, tools.url)
        home = DayHome(client, tools, api, speakers, phone_entry)
        await home.begin()
        await client.command(
            "homeassistant/expose_entity",
            assistants=["conversation"],
            entity_ids=[PLAYER],
            should_expose=True,
        )
        yield home


async def _user(client: Client, url: str, name: str) -> Client:
    """Create a user who is no administrator; return a connection, not yet open."""
    created = await client.command(
        "config/auth/create", name=name.title(), group_ids=["system-users"]
    )
    await client.command(
        "config/auth_provider/homeassistant/create",
        user_id=created["user"]["id"],
        username=name,
        password=name,
    )
    async with aiohttp.ClientSession() as session:
        token = await access_token(session, url, username=name, password=name)
    return Client(url, token)


async def _add_phone(client: Client) -> tuple[str, str]:
    """Register a phone, which has timers; return its entry ID and device ID."""
    await client.rest(
        "POST",
        "mobile_app/registrations",
        {
            "app_id": "app",
            "app_name": "App",
            "app_version": "1",
            "device_id": PHONE,
            "device_name": "Phone",
            "manufacturer": "Maker",
            "model": "Model",
            "os_name": "System",
            "os_version": "1",
            "supports_encryption": False,
            "app_data": {"push_websocket_channel": True},
        },
    )
    while True:
        entries = await client.command("config_entries/get", domain="mobile_app")
        devices = await client.command("config/device_registry/list")
        for device in devices:
            for entry in entries:
                if entry["entry_id"] in device["config_entries"]:
                    return entry["entry_id"], device["id"]
        await asyncio.sleep(0.1)
