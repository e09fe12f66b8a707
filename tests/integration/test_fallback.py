"""Tests of a second server that is asked while that of the entry is down."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
import logging
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.diagnostics import (
    async_get_config_entry_diagnostics,
)
from custom_components.openai_compatible_conversation.options import Options
from homeassistant.components import conversation
from homeassistant.components.conversation import trace
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryDisabler
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from testbed.replies import Abort, Call, Pause, Reply, chunk, failure, raw, say as reply
from testbed.server import ModelServer

from .conftest import AGENT, Say, failed, speech
from .spies import SpyTool

BUSY = failure(503, Retry_After="60")
GONE = failure(404, {"error": {"message": "model 'scripted' not found"}})
TOO_LONG = failure(
    400,
    {"error": {"message": "maximum context length is 4096 tokens", "code": 400}},
)
NO_IMAGES = failure(
    400, {"error": {"message": "image input is not supported", "code": 400}}
)
LAMP = Call("intent__HassTurnOn", {"name": "Lamp"})
PAUSE = 30
"""Seconds after which a server that failed once is asked again."""


@pytest.fixture(autouse=True)
def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return the media directory."""
    hass.config.media_dirs = {"local": str(tmp_path)}
    return tmp_path


@pytest.fixture
async def spare() -> AsyncGenerator[ModelServer]:
    """Yield the server that is asked while the other one is down."""
    async with ModelServer(lambda _: reply("I am", " here.")) as spare:
        yield spare
        assert not spare.faults


@pytest.fixture
async def spare_entry(
    hass: HomeAssistant,
    agent: str,
    entry: MockConfigEntry,
    spare: ModelServer,
    set_options: Callable[..., None],
) -> MockConfigEntry:
    """Return the loaded entry of the spare server, the fallback of the first entry."""
    spare_entry = MockConfigEntry(
        domain=DOMAIN,
        title="Spare",
        data={"base_url": spare.base_url, "api_key": "spare-key"},
        options=Options(
            chat_model="spare-model",
            prompt="Never sent.",
            llm_hass_api=[],
            enable_fact_learning=False,
            recommended=False,
            temperature=0.25,
            extra_body={"top_k": 7},
            extra_headers={"X-Spare": "yes"},
        ).stored(),
    )
    spare_entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(spare_entry.entry_id)
    await hass.async_block_till_done()
    spare.forget()
    set_options(fallback=spare_entry.entry_id, conversation_timeout=600)
    return spare_entry


@pytest.fixture
def impatient(agent: str, entry: MockConfigEntry) -> None:
    """Have the first server waited for no longer than half a second."""
    client = entry.runtime_data.client
    client.timeouts = replace(
        client.timeouts, first_token=0.5, between_tokens=0.5, whole_answer=0.5
    )


def texts(server: ModelServer) -> list[str]:
    """Return the messages but the first of the last request, without their context."""
    return [
        (message["content"] or "").rpartition("</context>\n")[2]
        for message in server.bodies[-1]["messages"][1:]
    ]


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged at warning about the first server."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and record.getMessage().startswith("Scripted is")
    ]


@pytest.mark.usefixtures("impatient", "light")
@pytest.mark.parametrize(
    "answers",
    [
        [BUSY],
        [failure(429, Retry_After="3600")],
        [GONE],
        [failure(503, {"error": {"message": "Loading model", "code": 503}})] * 3,
        [raw(Pause(5))],
        [raw(Pause(0), Abort())] * 9,
    ],
    ids=["busy", "limit", "model", "loading", "silent", "broken"],
)
@pytest.mark.parametrize("streaming", [True, False])
async def test_asked_instead(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
    answers: list[Reply],
    *,
    streaming: bool,
) -> None:
    """The fallback gets what is said, with its own model, parameters and headers."""
    set_options(
        enable_streaming=streaming,
        recommended=False,
        temperature=1.5,
        extra_headers={"X-Own": "yes"},
    )
    server.script(*answers)
    assert speech(await say("Hello")) == "I am here."
    own, (body,) = server.bodies[-1], spare.bodies
    assert body["messages"] == own["messages"]
    assert body["tools"] == own["tools"]
    assert (body["model"], body["temperature"], body["top_k"]) == (
        "spare-model",
        0.25,
        7,
    )
    assert body["stream"]
    headers = spare.completions[0].headers
    assert (headers["Authorization"], headers["X-Spare"]) == ("Bearer spare-key", "yes")
    assert "X-Own" not in headers


async def test_server_off(
    server: ModelServer, spare: ModelServer, spare_entry: MockConfigEntry, say: Say
) -> None:
    """A server that is off is not waited for in the next turn, which has the session."""
    await server.stop()
    assert speech(await say("Hello")) == "I am here."
    await server.start(server.port)
    assert speech(await say("Again")) == "I am here."
    assert not server.completions
    assert texts(spare) == ["Hello", "I am here.", "Again"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (failure(401), "refuses the API key"),
        (failure(402), "has no credit left"),
        (failure(500), "had a problem of its own"),
        (failure(418), "answered with an error: scripted 418"),
        (reply(finish="content_filter"), "holds its answer back"),
    ],
)
async def test_not_asked(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    answer: Reply,
    words: str,
) -> None:
    """What the user has to mend is told, and nothing is sent elsewhere."""
    server.script(*[answer] * 5)
    result = await say("Hello")
    assert words in speech(result)
    assert f"127.0.0.1:{server.port}" in speech(result)
    assert not spare.completions


async def test_not_asked_after_first_word(
    server: ModelServer, spare: ModelServer, spare_entry: MockConfigEntry, say: Say
) -> None:
    """An answer that breaks off is not begun again by another model."""
    server.script(raw(chunk({"content": "Once upon a time"}), Pause(0), Abort()))
    result = await say("Tell me a story")
    assert "broke off" in speech(result)
    assert f"127.0.0.1:{server.port}" in speech(result)
    assert not spare.completions
    assert speech(await say("Go on")) == "Hello there."


async def test_asked_after_reasoning(
    server: ModelServer, spare: ModelServer, spare_entry: MockConfigEntry, say: Say
) -> None:
    """A server that dies while its model thinks has said nothing yet."""
    broken = raw(chunk({"reasoning_content": "Hm."}), Pause(0), Abort())
    server.script(*[broken] * 9)
    assert speech(await say("Hello")) == "I am here."


async def test_error_of_fallback_names_it(
    server: ModelServer, spare: ModelServer, spare_entry: MockConfigEntry, say: Say
) -> None:
    """An error in the middle of the fallback's answer is about the fallback."""
    server.script(BUSY)
    spare.script(raw(chunk({"content": "Once upon a time"}), Pause(0), Abort()))
    result = await say("Tell me a story")
    assert "broke off" in speech(result)
    assert f"127.0.0.1:{spare.port}" in speech(result)


@pytest.mark.parametrize("answer", [BUSY, GONE, failure(401), failure(500), NO_IMAGES])
async def test_both_down(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    answer: Reply,
) -> None:
    """If the fallback cannot answer either, the error is about the entry's server."""
    server.script(BUSY, BUSY)
    spare.script(*[answer] * 5)
    for _ in range(2):
        result = await say("Hello")
        assert failed(result)
        assert "had a problem of its own" in speech(result)
        assert f"127.0.0.1:{server.port}" in speech(result)
        assert f"127.0.0.1:{spare.port}" not in speech(result)
    spare.forget()
    server.forget()
    assert not failed(await say("Hello"))


async def test_no_chain(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
) -> None:
    """The fallback of the fallback is not asked."""
    async with ModelServer() as third:
        third_entry = MockConfigEntry(domain=DOMAIN, data={"base_url": third.base_url})
        third_entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(third_entry.entry_id)
        hass.config_entries.async_update_entry(
            spare_entry,
            options={**spare_entry.options, "fallback": third_entry.entry_id},
        )
        server.script(BUSY)
        spare.script(BUSY)
        assert failed(await say("Hello"))
        assert not third.completions


async def test_asked_again_after_pause(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that was down is asked again after a pause that grows, until it is back."""
    server.script(GONE, GONE)
    for seconds, asked in ((0, 1), (PAUSE - 1, 1), (1, 2), (2 * PAUSE - 1, 2)):
        freezer.tick(seconds)
        assert speech(await say("Hello")) == "I am here."
        assert len(server.completions) == asked
    freezer.tick(1)
    assert speech(await say("Are you back?")) == "Hello there."
    assert texts(server)[-2:] == ["I am here.", "Are you back?"]
    assert speech(await say("Good")) == "Hello there."
    down, back = logged(caplog)
    assert down.startswith("Scripted is unavailable: ")
    assert f"127.0.0.1:{server.port} does not have the model" in down
    assert back == "Scripted is available again"


async def test_two_turns_at_once(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    freezer: FrozenDateTimeFactory,
) -> None:
    """One of two turns finds out whether the server is back, the other does not wait."""
    server.script(GONE)
    await say("Hello")
    freezer.tick(PAUSE)
    go = asyncio.Event()
    server.script(
        raw(Pause(go), *GONE.steps, status=404, content_type="application/json")
    )
    first = asyncio.ensure_future(say("First"))
    await server.wait_for_completions(2)
    assert speech(await say("Second")) == "I am here."
    assert not first.done()
    go.set()
    assert speech(await first) == "I am here."
    assert len(server.completions) == 2


async def test_cancelled(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A turn that is cancelled while it finds out leaves that to another turn."""
    server.script(GONE)
    await say("Hello")
    freezer.tick(PAUSE)
    server.script(raw(Pause(60)))
    turn = asyncio.ensure_future(say("First"))
    await server.wait_for_completions(2)
    turn.cancel()
    await asyncio.wait([turn])
    assert len(spare.completions) == 1
    assert speech(await say("Second")) == "I am here."
    freezer.tick(PAUSE)
    assert speech(await say("Third")) == "Hello there."


async def test_changed_options_end_pause(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """A server is asked with the next turn if the user has chosen another model."""
    server.script(GONE)
    assert speech(await say("Hello")) == "I am here."
    set_options(chat_model="another")
    assert speech(await say("Hello")) == "Hello there."


async def test_second_round(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    light: list[ServiceCall],
) -> None:
    """A server that dies after a call: the call is not repeated, its result is known."""
    spare.script(reply(calls=[Call("llm__GetDateTime")]), reply("It is on."))
    server.script(reply("One moment.", calls=[LAMP]), GONE, reply("Never asked."))
    assert speech(await say("Turn on the lamp")) == "It is on."
    assert len(light) == 1
    assert len(server.completions) == 2
    first, second = spare.bodies
    assert first["messages"] == server.bodies[-1]["messages"]
    assert [m["role"] for m in first["messages"][-2:]] == ["assistant", "tool"]
    assert [m["role"] for m in second["messages"][-4:]] == ["assistant", "tool"] * 2
    server.forget()


async def test_breaks_off_after_call(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    light: list[ServiceCall],
) -> None:
    """An answer that breaks off after a call that was run is finished by the fallback."""
    call = '<tool_call>{"name": "intent__HassTurnOn", "arguments": {"name": "Lamp"}}'
    broken = raw(chunk({"content": f"{call}</tool_call>"}), Pause(0.2), Abort())
    server.script(broken, reply("Never asked."))
    spare.script(reply("It is on."))
    assert speech(await say("Turn on the lamp")) == "It is on."
    assert len(light) == 1
    assert [m["role"] for m in spare.bodies[0]["messages"][-2:]] == [
        "assistant",
        "tool",
    ]
    server.forget()


@pytest.mark.parametrize("how", ["removed", "disabled", "unloaded"])
async def test_fallback_not_loaded(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    entry: MockConfigEntry,
    say: Say,
    how: str,
) -> None:
    """An entry that is not loaded is not asked; one that is removed is none any more."""
    entries, entry_id = hass.config_entries, spare_entry.entry_id
    if how == "removed":
        await entries.async_remove(entry_id)
    elif how == "disabled":
        await entries.async_set_disabled_by(entry_id, ConfigEntryDisabler.USER)
    else:
        await entries.async_unload(entry_id)
    assert entry.options.get("fallback") == (None if how == "removed" else entry_id)
    server.script(BUSY)
    result = await say("Hello")
    assert failed(result)
    assert f"127.0.0.1:{server.port}" in speech(result)
    assert speech(await say("Hello")) == "Hello there."
    assert not spare.completions


async def test_fallback_unloaded_meanwhile(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
) -> None:
    """A turn that the fallback answers outlasts the unload of the fallback."""
    go = asyncio.Event()
    server.script(BUSY)
    spare.script(reply("Wait", Pause(go), " for me.", usage=(3, 2, 1)))
    turn = asyncio.ensure_future(say("Hello"))
    await spare.wait_for_completions(1)
    await hass.config_entries.async_remove(spare_entry.entry_id)
    go.set()
    assert speech(await turn) == "Wait for me."


async def test_issue_and_reauth(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """Issue and reauthentication belong to the entry whose server is at fault."""
    issues = ir.async_get(hass)
    server.script(GONE)
    assert speech(await say("Hello")) == "I am here."
    issue_id = f"model_not_found_{entry.entry_id}"
    assert issues.async_get_issue(DOMAIN, issue_id)
    spare.script(failure(401))
    server.script(GONE)
    assert failed(await say("Hello"))
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == spare_entry.entry_id
    assert issues.async_get_issue(DOMAIN, issue_id)
    set_options(chat_model="another")
    assert speech(await say("Hello")) == "Hello there."
    assert not issues.async_get_issue(DOMAIN, issue_id)


async def test_context_of_fallback_is_smaller(
    server: ModelServer, spare: ModelServer, spare_entry: MockConfigEntry, say: Say
) -> None:
    """The fallback is asked with the turn alone; the session keeps what it has."""
    await say("My cat is called Amy")
    server.script(GONE)
    spare.script(TOO_LONG, reply("Short."))
    assert speech(await say("Hello")) == "Short."
    assert texts(spare) == ["Hello"]
    spare.script(TOO_LONG, TOO_LONG)
    server.script(GONE)
    result = await say("Hello")
    assert f"127.0.0.1:{server.port} does not have the model" in speech(result)
    assert speech(await say("Again")) == "I am here."
    assert texts(spare)[:4] == [
        "My cat is called Amy",
        "Hello there.",
        "Hello",
        "Short.",
    ]


async def test_turn_is_too_long_for_the_fallback(
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    offer: Callable[..., None],
) -> None:
    """The fallback is asked with a part of the results; the session keeps all of them."""

    def result() -> str:
        """Return the tool result in the last request to the fallback."""
        messages = spare.bodies[-1]["messages"]
        (text,) = [m["content"] for m in messages if m["role"] == "tool"]
        assert isinstance(text, str)
        return text

    rows = [f"row {number}" for number in range(5000)]
    offer(SpyTool("read", lambda: {"rows": rows}))
    await say("My cat is called Amy")
    server.script(GONE)
    spare.script(reply(calls=[Call("read")]), TOO_LONG, TOO_LONG, reply("Short."))
    assert speech(await say("Read it")) == "Short."
    short = result()
    assert texts(spare)[0] == "Read it"
    spare.script(reply("Long."))
    assert speech(await say("And now?")) == "Long."
    assert len(result()) > 1.5 * len(short)
    assert texts(spare)[0] == "My cat is called Amy"


async def test_metrics(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
) -> None:
    """Tokens count for the entry whose server was asked, and the trace names it."""
    server.script(BUSY)
    spare.script(reply("Yes.", usage=(70, 3, 2)))
    await say("Hello")
    states = {state.entity_id: state.state for state in hass.states.async_all()}
    assert float(states["sensor.spare_prompt_tokens"]) == 70
    assert states["sensor.scripted_prompt_tokens"] == "unknown"
    newest = trace.async_get_traces()[-1].as_dict()
    assert [
        e["data"]["server"] for e in newest["events"] if "stats" in (e["data"] or {})
    ] == [f"127.0.0.1:{spare.port}"]


async def test_image(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    media: Path,
) -> None:
    """An image goes to the fallback; a model that takes none leaves the first error."""
    (media / "cat.png").write_bytes(b"\x89PNG")
    data = {
        "task_name": "Cat",
        "entity_id": "ai_task.scripted_ai_task",
        "instructions": "Describe it.",
        "attachments": [
            {
                "media_content_id": "media-source://media_source/local/cat.png",
                "media_content_type": "image/png",
            }
        ],
    }

    async def generate() -> Any:
        response = await hass.services.async_call(
            "ai_task", "generate_data", data, blocking=True, return_response=True
        )
        assert response
        return response["data"]

    server.script(BUSY)
    assert await generate() == "I am here."
    parts = spare.bodies[-1]["messages"][-1]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]
    server.script(*[BUSY] * 3)
    spare.script(*[NO_IMAGES] * 3)
    with pytest.raises(HomeAssistantError, match=f"{server.port} had a problem"):
        await generate()


async def test_task_with_structure(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
) -> None:
    """A task goes to the fallback with its structure, beside the user's parameters."""
    server.script(BUSY)
    spare.script(reply('{"cats": 2}'))
    response = await hass.services.async_call(
        "ai_task",
        "generate_data",
        {
            "task_name": "Cats",
            "entity_id": "ai_task.scripted_ai_task",
            "instructions": "Count them.",
            "structure": {"cats": {"selector": {"number": {}}}},
        },
        blocking=True,
        return_response=True,
    )
    assert response
    assert response["data"] == {"cats": 2}
    (body,) = spare.bodies
    assert body["top_k"] == 7
    assert body["response_format"] == server.bodies[0]["response_format"]


async def test_extraction_stays(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Facts are extracted by the entry's own server alone; the transcript waits."""
    set_options(enable_fact_learning=True, conversation_timeout=60)
    await say("My cat is called Amy")
    spare.forget()
    server.script(*[BUSY] * 5)
    freezer.tick(61)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "response_format" in server.bodies[-1]
    assert not spare.completions


async def test_prewarming(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    say: Say,
) -> None:
    """Neither the fallback nor a server that is known to be down is prewarmed."""
    server.script(GONE)
    await say("Hello")
    server.forget()
    spare.forget()
    await conversation.async_prepare_agent(hass, AGENT, "en")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not server.completions
    assert not spare.completions


async def test_reload_asks_again(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    entry: MockConfigEntry,
    say: Say,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that answers at set-up is asked again, and logged as available."""
    server.script(GONE)
    await say("Hello")
    await hass.config_entries.async_reload(entry.entry_id)
    assert speech(await say("Hello")) == "Hello there."
    assert len(logged(caplog)) == 2


async def test_diagnostics(
    hass: HomeAssistant,
    server: ModelServer,
    spare_entry: MockConfigEntry,
    entry: MockConfigEntry,
    say: Say,
) -> None:
    """Diagnostics tell whether the server was available, and the fallback is loaded."""

    async def found() -> Any:
        return (await async_get_config_entry_diagnostics(hass, entry))["server"]

    assert await found() == {"available": True, "fallback_loaded": True}
    server.script(GONE)
    await say("Hello")
    await hass.config_entries.async_unload(spare_entry.entry_id)
    assert await found() == {"available": False, "fallback_loaded": False}


async def test_form(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """The form tells where what is said goes, and keeps or clears the fallback."""
    flows, chosen = hass.config_entries.options, spare_entry.entry_id
    flow: Any = await flows.async_init(entry.entry_id)
    (field,) = [key for key in flow["data_schema"].schema if key == "fallback"]
    assert flow["data_schema"].schema[field].config == {"integration": DOMAIN}
    assert field.description == {"suggested_value": chosen}
    told = flow["description_placeholders"]["other_servers"]
    assert told == f"Spare (127.0.0.1:{spare.port})"
    form = {"chat_model": "scripted"}
    await flows.async_configure(flow["flow_id"], {**form, "fallback": chosen})
    assert entry.options["fallback"] == chosen
    for cleared in ({}, {"fallback": ""}):
        set_options(fallback=chosen)
        flow = await flows.async_init(entry.entry_id)
        await flows.async_configure(flow["flow_id"], {**form, **cleared})
        assert "fallback" not in entry.options


async def test_form_refuses(
    hass: HomeAssistant, spare_entry: MockConfigEntry, entry: MockConfigEntry
) -> None:
    """An entry that cannot be the fallback is refused, and nothing typed is lost."""
    flows = hass.config_entries.options
    third = MockConfigEntry(
        domain=DOMAIN,
        title="Third",
        data={"base_url": "http://ann:secret@10.0.0.9:8080/v1"},
        options={"chat_model": "x", "fallback": entry.entry_id},
    )
    third.add_to_hass(hass)
    foreign = MockConfigEntry(domain="sun")
    foreign.add_to_hass(hass)
    flow: Any = await flows.async_init(spare_entry.entry_id)
    told = flow["description_placeholders"]["other_servers"]
    assert told.endswith(", Third (10.0.0.9:8080)")
    for chosen, error, name in (
        (spare_entry.entry_id, "fallback_itself", None),
        (foreign.entry_id, "fallback_not_found", None),
        ("no such entry", "fallback_not_found", None),
        (entry.entry_id, "fallback_circle", "Scripted"),
        (third.entry_id, "fallback_circle", "Third"),
    ):
        flow = await flows.async_configure(
            flow["flow_id"],
            {"chat_model": "spare-model", "prompt": "Hi", "fallback": chosen},
        )
        assert flow["errors"] == {"base": error}
        assert flow["description_placeholders"].get("name") == name
        suggested = {
            str(key): key.description["suggested_value"]
            for key in flow["data_schema"].schema
            if key.description
        }
        assert (suggested["prompt"], suggested["fallback"]) == ("Hi", chosen)
    assert "fallback" not in spare_entry.options
    flow = await flows.async_configure(flow["flow_id"], {"chat_model": "spare-model"})
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def test_circles_end(
    hass: HomeAssistant,
    server: ModelServer,
    spare: ModelServer,
    spare_entry: MockConfigEntry,
    entry: MockConfigEntry,
    say: Say,
    set_options: Callable[..., None],
) -> None:
    """Stored options that the form would refuse neither loop nor fail."""
    hass.config_entries.async_update_entry(
        spare_entry, options={**spare_entry.options, "fallback": entry.entry_id}
    )
    server.script(BUSY)
    spare.script(BUSY)
    assert failed(await say("Hello"))
    assert (len(server.completions), len(spare.completions)) == (1, 1)
    for stored in (entry.entry_id, "no such entry", 7):
        set_options(fallback=stored)
        server.script(BUSY)
        assert failed(await say("Hello"))
    assert len(spare.completions) == 1
