"""Tests of reload and removal under load, with real files: nothing is left behind."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
import gc
from pathlib import Path
from types import AsyncGeneratorType, CoroutineType, FunctionType, GeneratorType
from typing import Any
import weakref

from freezegun.api import TickingDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.completions.body_reader import (
    TIMEOUTS,
)
from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.data import RuntimeData
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.components import ai_task, conversation
from homeassistant.components.conversation import trace
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import issue_registry as ir, llm
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.util import dt as dt_util
from testbed.replies import Body, Call, Pause, Reply, failure, say as reply
from testbed.request_view import words
from testbed.server import ModelServer, RecordedRequest

from .conftest import AGENT, MODEL, Say, speech
from .spies import SpyAPI, SpyTool

PACKAGE = f"custom_components.{DOMAIN}"
TASK = "ai_task.scripted_ai_task"


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Return a temporary config folder for Home Assistant."""
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Disable the mocked storage, so that Home Assistant writes real files."""
    return {}


@pytest.fixture
def memory_file(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    """Return the path of an entry's fact file, which does not exist yet."""
    path = Path(hass.config.path(".storage", f"{DOMAIN}.{entry.entry_id}"))
    path.parent.mkdir(exist_ok=True)
    return path


def write(path: Path, text: str) -> None:
    """Write a text to a file."""
    path.write_text(text)


@contextmanager
def unreadable(path: Path) -> Generator[None]:
    """Make a file unreadable by creating a folder in its place."""
    path.mkdir()
    yield
    path.rmdir()


def files_of(hass: HomeAssistant, entry_id: str) -> list[str]:
    """Return the suffixes of an entry's files in the storage folder."""
    folder = Path(hass.config.path(".storage"))
    return [path.name.partition(entry_id)[2] for path in folder.glob(f"*{entry_id}*")]


def live_objects() -> Counter[str]:
    """Count the integration's live objects, closures, coroutines and generators."""
    gc.collect()
    found: Counter[str] = Counter()
    for obj in gc.get_objects():
        match obj:
            case FunctionType(__module__=str(module), __qualname__=name):
                if module.startswith(PACKAGE) and "<locals>" in name:
                    found[f"{module}.{name}"] += 1
            case CoroutineType(cr_code=code, __qualname__=name):
                found[name] += DOMAIN in code.co_filename
            case GeneratorType(gi_code=code, __qualname__=name):
                found[name] += DOMAIN in code.co_filename
            case AsyncGeneratorType(ag_code=code, __qualname__=name):
                found[name] += DOMAIN in code.co_filename
            case _:
                cls = type(obj)
                if str(cls.__module__).startswith(PACKAGE):
                    found[f"{cls.__module__}.{cls.__qualname__}"] += 1
    return +found


def request_kind(body: Body) -> str:
    """Return the kind of a request, its last text for a turn or a task."""
    if "response_format" in body:
        return "extraction"
    if body.get("max_tokens") == 1:
        return "warming"
    return words(body["messages"][-1]["content"])


class EntryUnderLoad:
    """A config entry with turns, tasks and background requests in progress."""

    entry: MockConfigEntry

    def __init__(
        self, hass: HomeAssistant, freezer: TickingDateTimeFactory, user_id: str | None
    ) -> None:
        """Initialize with a server that is not listening yet."""
        self.hass = hass
        self.user_id = user_id
        self.freezer = freezer
        self.server = ModelServer(self._answer)
        self.go = asyncio.Event()
        """Set when requests and tool calls in progress may end."""
        self.tool = SpyTool("work", self._work)
        self.tool_runs = asyncio.Event()
        self.tracked: list[weakref.ref[Any]] = []
        """Weak references to what was loaded before a reload or removal."""

    async def begin(self) -> None:
        """Set up the entry."""
        api = SpyAPI(self.hass, f"spy {self.server.port}", self.tool)
        llm.async_register_api(self.hass, api)
        options = Options(chat_model=MODEL, llm_hass_api=[api.id], prewarm="always")
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="Scripted",
            data={"base_url": self.server.base_url, "api_key": ""},
            options=options.stored(),
        )
        self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)

    def _answer(self, body: Body) -> Reply:
        """Return the model's reply; background requests never complete."""
        match request_kind(body):
            case "extraction" | "warming":
                answer = reply(Pause(60))
            case "Tell":
                answer = reply("Well, ", Pause(self.go), "yes.")
            case "Work":
                search = Call("query_tools", {"query": "work"})
                answer = reply("A moment. ", calls=[search, Call("work")])
            case "Describe":
                answer = reply("A cat, ", Pause(self.go), "grey.")
            case _:
                answer = reply("Well done.")
        return answer if isinstance(answer, Reply) else answer(body)

    async def wait_for_request(self, kind: str) -> RecordedRequest:
        """Wait for a request of a kind in progress, and return it."""
        while True:
            for request in self.server.completions:
                ended = request.sent.is_set() or request.aborted.is_set()
                if not ended and request_kind(request.body) == kind:
                    return request
            await self.server.wait_for_completions(len(self.server.completions) + 1)

    async def _work(self) -> dict[str, Any]:
        """Block until requests and tool calls may end."""
        self.tool_runs.set()
        await self.go.wait()
        return {"worked": True}

    async def say(self, text: str) -> str:
        """Return the agent's answer to a text."""
        result = await conversation.async_converse(
            self.hass, text, None, Context(user_id=self.user_id), "en", AGENT
        )
        return speech(result)

    async def describe(self) -> str:
        """Return the data generated by an AI task."""
        result = await ai_task.async_generate_data(
            self.hass, task_name="Cat", entity_id=TASK, instructions="Describe"
        )
        data: str = result.data
        return data

    async def run_cycle(self, operation: Callable[[str], Awaitable[Any]]) -> None:
        """Start requests, reload, start more, run `operation`, and await the results."""
        entry_id = self.entry.entry_id
        self.go.clear()
        self.tool_runs.clear()
        assert await self.say("Green tea is what I like best") == "Well done."
        await self.hass.services.async_call(
            DOMAIN, "end_session", {"config_entry_id": entry_id}, blocking=True
        )
        extraction = await self.wait_for_request("extraction")
        await conversation.async_prepare_agent(self.hass, AGENT, "en")
        await extraction.aborted.wait()
        warming = await self.wait_for_request("warming")
        running = [asyncio.ensure_future(self.describe())]
        # It waits for the slot of the server.
        await asyncio.sleep(0.2)

        self._track_loaded()
        assert await self.hass.config_entries.async_reload(entry_id)
        await warming.aborted.wait()
        task = await self.wait_for_request("Describe")
        running += [asyncio.ensure_future(self.say(w)) for w in ("Tell", "Work")]
        await self.wait_for_request("Tell")
        await task.aborted.wait()
        await self.tool_runs.wait()

        self._track_loaded()
        assert await operation(entry_id)
        self.go.set()
        answers = await asyncio.gather(*running)
        assert answers == ["A cat, grey.", "Well, yes.", "Well done."]

    def _track_loaded(self) -> None:
        """Add weak references to what is loaded now."""
        runtime: RuntimeData = self.entry.runtime_data
        self.tracked += [
            weakref.ref(part)
            for part in (
                *(
                    runtime.client,
                    runtime.toolbox,
                    runtime.fact_extractor,
                    runtime.prewarmer,
                ),
                *(
                    runtime.tool_usage,
                    runtime.profile_store,
                    runtime.metrics,
                    runtime.issues,
                ),
                *self._entities(),
            )
        ]

    def _entities(self) -> list[Entity]:
        """Return the entities of the integration."""
        return [
            entity
            for platform in async_get_platforms(self.hass, DOMAIN)
            for entity in platform.entities.values()
        ]

    async def alive_count(self) -> int:
        """Return the number of tracked objects still alive.

        Home Assistant itself keeps chat logs for some minutes, and the latest traces.
        """
        self.freezer.tick(timedelta(minutes=15))
        async_fire_time_changed(self.hass, dt_util.utcnow())
        await self.hass.async_block_till_done()
        # The rest of a response body is drained in the background.
        await asyncio.sleep(2 * TIMEOUTS.drain)
        trace.async_clear_traces()
        gc.collect()
        return sum(part() is not None for part in self.tracked)


@pytest.mark.freeze_time(tick=True)
async def test_no_leaks(
    hass: HomeAssistant,
    components: None,
    freezer: TickingDateTimeFactory,
    resident: Context,
) -> None:
    """Running turns complete, and neither reloads nor the removal leak anything."""
    left = []
    for rounds in (1, 4):
        load = EntryUnderLoad(hass, freezer, resident.user_id)
        async with load.server as server:
            await load.begin()
            listeners = len(load.entry.update_listeners)
            for _ in range(rounds):
                await load.run_cycle(hass.config_entries.async_reload)
            # What is still in progress references its conversation entity and tools.
            # These count their uses in a file that may create an issue, and ask the
            # server, with its client and metrics, whether it takes pictures.
            assert await load.alive_count() <= 5
            entry_id = load.entry.entry_id
            assert files_of(hass, entry_id)
            assert len(load.entry.update_listeners) == listeners

            await load.run_cycle(hass.config_entries.async_remove)
            assert await load.alive_count() == 0
            assert not server.faults
            assert len(load.tool.calls) == rounds + 1
            for request in server.completions:
                assert request.sent.is_set() or request.aborted.is_set()
        assert not files_of(hass, entry_id)
        for key, value in hass.data.items():
            if str(key).startswith(DOMAIN):
                assert entry_id not in value
        assert not ir.async_get(hass).issues
        left.append(
            (live_objects(), len(asyncio.all_tasks()), hass.bus.async_listeners())
        )
    assert left[0] == left[1]


@pytest.mark.parametrize("how", ["async_remove", "async_reload"])
@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (failure(404, {"error": {"message": "model 'x' not found"}}), "have the model"),
        (failure(401), "refuses the API key"),
    ],
)
async def test_error_after_unload(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    how: str,
    refusal: Reply,
    message: str,
) -> None:
    """An error after a reload or removal is spoken; removal leaves no issue or flow."""
    go, tool_runs = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        tool_runs.set()
        await go.wait()

    offer(SpyTool("work", work))
    server.script(reply(calls=[Call("work")]), refusal)
    turn = asyncio.ensure_future(say("Work"))
    await tool_runs.wait()
    assert await getattr(hass.config_entries, how)(entry.entry_id)
    go.set()
    assert message in speech(await turn)
    await hass.async_block_till_done()
    if how != "async_reload":
        assert not ir.async_get(hass).issues
        assert not hass.config_entries.flow.async_progress()
    assert not [r for r in caplog.records if r.exc_info]


@pytest.mark.usefixtures("components")
@pytest.mark.parametrize("content", ['{"version": 2, "data": {}}', '{"no json'])
async def test_set_aside_files_are_removed(
    hass: HomeAssistant, entry: MockConfigEntry, memory_file: Path, content: str
) -> None:
    """Files that were set aside are removed with the entry."""
    write(memory_file, content)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert files_of(hass, entry.entry_id)
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not files_of(hass, entry.entry_id)


@pytest.mark.usefixtures("components")
async def test_unreadable_fact_file(
    hass: HomeAssistant, entry: MockConfigEntry, memory_file: Path
) -> None:
    """Set-up is retried while the fact file cannot be read."""
    with unreadable(memory_file):
        await hass.config_entries.async_setup(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert entry.error_reason_translation_key == "memory_not_read"
    assert await hass.config_entries.async_reload(entry.entry_id)
