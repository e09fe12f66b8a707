"""An agent in a real Home Assistant, for the end-to-end tests."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from testbed.assistant import add_agent, add_pipeline, agent_of, entries_of
from testbed.flows import Flow
from testbed.talk import TurnResult, talk
from testbed.websocket import Client, Events, Message


@dataclass(frozen=True)
class Agent:
    """A config entry with an Assist pipeline that uses its agent."""

    client: Client
    entry_id: str
    pipeline: str

    @classmethod
    async def add(cls, client: Client, base_url: str) -> Self:
        """Set up an agent by the config flow."""
        agent = await add_agent(client, base_url, api_key="right")
        return await cls.of(client, agent.entry_id)

    @classmethod
    async def of(cls, client: Client, entry_id: str) -> Self:
        """Return the agent of an existing entry."""
        entity_id = await agent_of(client, entry_id)
        return cls(client, entry_id, await add_pipeline(client, entity_id, "Test"))

    async def say(
        self,
        text: str,
        conversation_id: str | None = None,
        *,
        device_id: str | None = None,
    ) -> TurnResult:
        """Run a turn; return its outcome."""
        return await talk(
            self.client,
            text,
            pipeline=self.pipeline,
            conversation_id=conversation_id,
            device_id=device_id,
        )

    async def disable_prewarm(self) -> None:
        """Turn off prewarming, whose request would take a reply of the script."""
        flow = await self.options()
        model = {"recommended": True, "prewarm": "never"}
        await flow.submit(chat_model="scripted", llm_hass_api=["assist"], model=model)
        assert flow.step["type"] == "create_entry"

    async def prefer_local(self) -> None:
        """Enable the local handling of commands in the pipeline."""
        entity_id = await agent_of(self.client, self.entry_id)
        await add_pipeline(self.client, entity_id, "Test", prefer_local=True)

    @asynccontextmanager
    async def begin(self, text: str) -> AsyncGenerator[Events]:
        """Start a turn, and yield its events while it runs."""
        async with self.client.subscribe(
            "assist_pipeline/run",
            start_stage="intent",
            end_stage="intent",
            input={"text": text},
            pipeline=self.pipeline,
        ) as events:
            yield events

    async def options(self) -> Flow:
        """Start the options flow."""
        return await Flow.options(self.client, self.entry_id)

    async def entry(self) -> Message:
        """Return the config entry from the API."""
        entries = await entries_of(self.client)
        return next(e for e in entries if e["entry_id"] == self.entry_id)

    async def wait_until_loaded(self) -> None:
        """Wait until the entry is loaded, as after a reload."""

        async def is_loaded() -> bool:
            return bool((await self.entry())["state"] == "loaded")

        await until(is_loaded)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Poll until a condition holds; raises `TimeoutError` after some seconds."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
