"""An entry with real files: reloaded and removed in the middle of everything, it leaves nothing."""

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
    """Return a folder of the test's own, in which Home Assistant works."""
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Let Home Assistant write its files there."""
    return {}


@pytest.fixture
def memory_file(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    """Return the file of an entry's facts, which is not there yet."""
    path = Path(hass.config.path(".storage", f"{DOMAIN}.{entry.entry_id}"))
    path.parent.mkdir(exist_ok=True)
    return path


def write(path: Path, text: str) -> None:
    """Write a file."""
    path.write_text(text)


@contextmanager
def unreadable(path: Path) -> Generator[None]:
    """Have something in the place of a file that is none."""
    path.mkdir()
    yield
    path.rmdir()


def files_of(hass: HomeAssistant, entry_id: str) -> list[str]:
    """Return the files of an entry, by what tells them apart."""
    folder = Path(hass.config.path(".storage"))
    return [path.name.partition(entry_id)[2] for path in folder.glob(f"*{entry_id}*")]


def ours() -> Counter[str]:
    """Count what is alive of the integration: objects, closures, and what is running."""
    gc.collect()
    found: Counter[str] = Counter()
    for thing in gc.get_objects():
        match thing:
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
                kind = type(thing)
                if str(kind.__module__).startswith(PACKAGE):
                    found[f"{kind.__module__}.{kind.__qualname__}"] += 1
    return +found


def kind(body: Body) -> str:
    """Return what a request is for: what was said last, if it is for a turn or a task."""
    if "response_format" in body:
        return "extraction"
    if body.get("max_tokens") == 1:
        return "warming"
    return words(body["messages"][-1]["content"])


class Life:
    """The life of an entry in which everything is under way all the time."""

    entry: MockConfigEntry

    def __init__(self, hass: HomeAssistant, freezer: TickingDateTimeFactory) -> None:
        """Initialize with a server that is not yet listening."""
        self.hass = hass
        self.freezer = freezer
        self.server = ModelServer(self._answer)
        self.go = asyncio.Event()
        """Set when what is under way may end."""
        self.tool = SpyTool("work", self._work)
        self.tool_runs = asyncio.Event()
        self.old: list[weakref.ref[Any]] = []
        """What was loaded before a reload."""

    async def begin(self) -> None:
        """Set an entry up."""
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
        """Return what the model answers, which takes it forever where nobody waits for it."""
        match kind(body):
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

    async def asked(self, what: str) -> RecordedRequest:
        """Return a request of a kind that is under way."""
        while True:
            for request in self.server.completions:
                ended = request.sent.is_set() or request.aborted.is_set()
                if not ended and kind(request.body) == what:
                    return request
            await self.server.wait_for_completions(len(self.server.completions) + 1)

    async def _work(self) -> dict[str, Any]:
        """Work until everything may end."""
        self.tool_runs.set()
        await self.go.wait()
        return {"worked": True}

    async def say(self, text: str) -> str:
        """Return what the agent answers."""
        result = await conversation.async_converse(
            self.hass, text, None, Context(), "en", AGENT
        )
        return speech(result)

    async def describe(self) -> str:
        """Return what comes of a task."""
        result = await ai_task.async_generate_data(
            self.hass, task_name="Cat", entity_id=TASK, instructions="Describe"
        )
        data: str = result.data
        return data

    async def go_through(self, last: Callable[[str], Awaitable[Any]]) -> None:
        """Begin all that there is, reload, begin more, do the last thing, and let all end."""
        entry_id = self.entry.entry_id
        self.go.clear()
        self.tool_runs.clear()
        assert await self.say("Green tea is what I like best") == "Well done."
        await self.hass.services.async_call(
            DOMAIN, "end_session", {"config_entry_id": entry_id}, blocking=True
        )
        extraction = await self.asked("extraction")
        await conversation.async_prepare_agent(self.hass, AGENT, "en")
        warming = await self.asked("warming")
        under_way = [asyncio.ensure_future(self.describe())]
        await self.asked("Describe")

        self._remember()
        assert await self.hass.config_entries.async_reload(entry_id)
        await extraction.aborted.wait()
        await warming.aborted.wait()
        extraction = await self.asked("extraction")
        under_way += [asyncio.ensure_future(self.say(w)) for w in ("Tell", "Work")]
        await self.asked("Tell")
        await extraction.aborted.wait()
        await self.tool_runs.wait()

        self._remember()
        assert await last(entry_id)
        self.go.set()
        heard = await asyncio.gather(*under_way)
        assert heard == ["A cat, grey.", "Well, yes.", "Well done."]

    def _remember(self) -> None:
        """Remember what is loaded now."""
        runtime: RuntimeData = self.entry.runtime_data
        self.old += [
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
        """Return the entities of the entry."""
        return [
            entity
            for platform in async_get_platforms(self.hass, DOMAIN)
            for entity in platform.entities.values()
        ]

    async def remembered(self) -> int:
        """Return how much is left of what was loaded before.

        Home Assistant itself keeps conversations for some minutes, and the last traces.
        """
        self.freezer.tick(timedelta(minutes=15))
        async_fire_time_changed(self.hass, dt_util.utcnow())
        await self.hass.async_block_till_done()
        # The rest of a response is read behind its answer.
        await asyncio.sleep(2 * TIMEOUTS.drain)
        trace.async_clear_traces()
        gc.collect()
        return sum(part() is not None for part in self.old)


@pytest.mark.freeze_time(tick=True)
async def test_nothing_is_left(
    hass: HomeAssistant, components: None, freezer: TickingDateTimeFactory
) -> None:
    """What is said is answered to its end, and nothing stays: of no reload, and of no entry."""
    left = []
    for rounds in (1, 4):
        life = Life(hass, freezer)
        async with life.server as server:
            await life.begin()
            listeners = len(life.entry.update_listeners)
            for _ in range(rounds):
                await life.go_through(hass.config_entries.async_reload)
            # What is under way knows the conversation in which it was begun, and its tools.
            assert await life.remembered() <= 2
            entry_id = life.entry.entry_id
            assert files_of(hass, entry_id)
            assert len(life.entry.update_listeners) == listeners

            await life.go_through(hass.config_entries.async_remove)
            assert await life.remembered() == 0
            assert not server.faults
            assert len(life.tool.calls) == rounds + 1
            for request in server.completions:
                assert request.sent.is_set() or request.aborted.is_set()
        assert not files_of(hass, entry_id)
        for key, value in hass.data.items():
            if str(key).startswith(DOMAIN):
                assert entry_id not in value
        assert not ir.async_get(hass).issues
        left.append((ours(), len(asyncio.all_tasks()), hass.bus.async_listeners()))
    assert left[0] == left[1]


@pytest.mark.parametrize("how", ["async_remove", "async_reload"])
@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (failure(404, {"error": {"message": "model 'x' not found"}}), "have the model"),
        (failure(401), "refuses the API key"),
    ],
)
async def test_refused_without_entry(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    offer: Callable[..., None],
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    how: str,
    refusal: Reply,
    told: str,
) -> None:
    """Who speaks while the entry goes hears what is wrong, and is not asked to mend what is gone."""
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
    assert told in speech(await turn)
    await hass.async_block_till_done()
    if how != "async_reload":
        assert not ir.async_get(hass).issues
        assert not hass.config_entries.flow.async_progress()
    assert not [r for r in caplog.records if r.exc_info]


@pytest.mark.usefixtures("components")
@pytest.mark.parametrize("content", ['{"version": 2, "data": {}}', '{"no json'])
async def test_copies_are_removed(
    hass: HomeAssistant, entry: MockConfigEntry, memory_file: Path, content: str
) -> None:
    """What could not be read and was set aside is as private as the rest, and goes with it."""
    write(memory_file, content)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert files_of(hass, entry.entry_id)
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not files_of(hass, entry.entry_id)


@pytest.mark.usefixtures("components")
async def test_memory_cannot_be_read(
    hass: HomeAssistant, entry: MockConfigEntry, memory_file: Path
) -> None:
    """While the memory cannot be read nothing is loaded that would write another one."""
    with unreadable(memory_file):
        await hass.config_entries.async_setup(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert entry.error_reason_translation_key == "memory_not_read"
    assert await hass.config_entries.async_reload(entry.entry_id)
