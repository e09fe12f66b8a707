"""Fuzz test of the files of an entry: what cannot be used is kept, and set-up goes on."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
import json
from pathlib import Path

import orjson
import pytest

from custom_components.openai_compatible_conversation.budgets.budgets import Budgets
from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.issues import Issues
from custom_components.openai_compatible_conversation.memory.facts.fact import FactError
from custom_components.openai_compatible_conversation.memory.store.fact_store import (
    FactStore,
)
from custom_components.openai_compatible_conversation.profile_store import ProfileStore
from custom_components.openai_compatible_conversation.session.session import Session
from custom_components.openai_compatible_conversation.session.turns import Turn
from custom_components.openai_compatible_conversation.stored_file import Content
from custom_components.openai_compatible_conversation.tools.usage_store import (
    UsageStore,
)
from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.util import dt as dt_util
from testbed.limits import limits

from .budget import TIMEOUT, fuzz
from .stored import FILES, KEY, stored_files

pytestmark = pytest.mark.timeout(TIMEOUT)


class _Told(Issues):
    """Records the issues in place of the registry."""

    def __init__(self) -> None:
        """Initialize without issues."""
        self.aside: list[tuple[Content, str]] = []

    def create_set_aside(self, content: Content, path: str) -> None:
        """Record a file that was set aside."""
        self.aside.append((content, path))

    def create_memory_full(self, count: int) -> None:
        """Do nothing."""

    def delete_memory_full(self) -> None:
        """Do nothing."""


def is_well_formed(messages: list[Message]) -> bool:
    """Return whether all texts of messages are texts."""
    texts: list[object] = []
    for message in messages:
        match message:
            case AssistantMessage(text, calls, reasoning):
                texts += [text or "", reasoning or ""]
                texts += [part for c in calls for part in (c.id, c.name, c.arguments)]
            case ToolMessage(call_id, text):
                texts += [call_id, text]
            case _:
                texts.append(message.text)
    return all(isinstance(text, str) for text in texts)


def data_of(text: str) -> object:
    """Return the data in a storage file."""
    return orjson.loads(text)["data"]


class _Files:
    """Loads, uses and writes the files of an entry."""

    async def start(self, folder: Path) -> None:
        """Create a Home Assistant without anything in it."""
        self.storage = folder / ".storage"
        self.storage.mkdir()
        self.hass = HomeAssistant(str(folder))
        self.client = get_async_client(self.hass)

    async def stop(self) -> None:
        """Stop Home Assistant."""
        await self.hass.async_stop(force=True)

    async def check(self, end: str, text: str) -> None:
        """Check that what is in a file is used or kept, and that it is written again."""
        for left_over in self.storage.iterdir():
            left_over.unlink()
        path = self.storage / f"{KEY}{end}"
        path.write_text(text)
        told = await self.use(end)
        for content, aside in told:
            assert content == {"": "memory", ".dialects": "server"}.get(end, end[1:])
            kept = Path(aside).read_text()  # noqa: ASYNC240
            # Home Assistant may have written the data of another minor version.
            assert kept == text or data_of(kept) == data_of(text)
            Path(aside).unlink()  # noqa: ASYNC240
        assert len(told) <= 1
        # What was written afterwards can be used.
        assert not await self.use(end)
        assert [*self.storage.iterdir()] in ([], [path])

    async def use(self, end: str) -> list[tuple[Content, str]]:
        """Load a file, use and write what was loaded; return what was set aside."""
        told = _Told()
        match end:
            case "":
                await self.use_facts(FactStore(self.hass, "house", told))
            case ".session":
                await self.use_session(told)
            case ".dialects":
                await self.use_profiles(told)
            case _:
                usage = UsageStore(self.hass, "house", told.create_set_aside)
                await usage.async_load()
                assert len(usage.usual(["HassTurnOn", "x"])) <= 2
                usage.count("HassTurnOn")
                await usage.async_close()
        return told.aside

    async def use_facts(self, facts: FactStore) -> None:
        """Load and use the facts, and the pending transcripts."""
        await facts.async_load()
        facts.query(None, "green tea")
        for pending in facts.pending:
            assert all(isinstance(line.text, str) for line in pending.lines)
            if pending.failure:
                dt_util.utc_from_timestamp(pending.failure.since)
            await facts.async_failed(pending, "timeout", "-")
        with suppress(FactError):
            await facts.async_learn("preferences", "drink", "tea")
        await facts.async_retry([pending.id for pending in facts.pending])
        facts.candidates("the green cat")
        await facts.async_import(facts.export())
        await facts.async_forget_facts(facts.facts[:1])

    async def use_session(self, told: _Told) -> None:
        """Load and use a session, and write it."""
        retained: list[Turn] = []

        async def async_retain(turns: Sequence[Turn]) -> None:
            retained.extend(turns)

        session = Session(
            self.hass,
            "house",
            lambda: 1e12,
            async_retain,
            limits=limits,
            on_set_aside=told.create_set_aside,
        )
        await session.async_load()
        session.async_start()
        content: list[conversation.Content] = [
            conversation.SystemContent(""),
            conversation.UserContent("Hi"),
        ]
        chat_log = conversation.ChatLog(self.hass, "sofa", content)
        async with session.async_begin_turn(chat_log) as turn:
            assert is_well_formed(turn.messages)
            turn.new_messages += [UserMessage("Hi"), AssistantMessage("Hello.")]
            turn.state.reveal_tools(["HassTurnOn"])
            turn.state.cached_system_prompt("key")
        await session.async_flush()
        session.async_stop()

    async def use_profiles(self, told: _Told) -> None:
        """Load and use the profiles, and write them."""
        client = CompletionsClient("http://127.0.0.1:1/v1", None, self.client)
        store = ProfileStore(self.hass, "house", told.create_set_aside)
        budgets = Budgets()
        await store.async_attach(client, budgets)
        client.learned.profile("m")
        list(client.learned.due("m"))
        client.learned.observe("m", ("starts_in_reasoning", True))
        await store.async_detach()


def test_stored_files(tmp_path: Path) -> None:
    """Any JSON in any file neither fails set-up nor is lost."""
    files = _Files()
    with asyncio.Runner() as runner:
        runner.run(files.start(tmp_path))

        def check(example: tuple[str, str]) -> None:
            runner.run(files.check(*example))

        try:
            fuzz("stored files", 0.1, stored_files(), check)
        finally:
            runner.run(files.stop())


@pytest.mark.parametrize("end", FILES)
async def test_valid_files(tmp_path: Path, end: str) -> None:
    """The files that the fuzz test changes can be used before that."""
    files = _Files()
    await files.start(tmp_path)
    document = {"version": 1, "minor_version": 1, "key": KEY, "data": FILES[end]}
    (files.storage / f"{KEY}{end}").write_text(json.dumps(document))
    assert not await files.use(end)
    await files.stop()
