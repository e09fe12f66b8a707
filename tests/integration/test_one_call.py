"""Test that one call is run once, though a server or a model sends it twice."""

import asyncio
from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

import probatio
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from homeassistant.components import ai_task, conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import llm
from testbed.replies import DONE, Body, Call, Reply, chunk, failure, raw, say as reply
from testbed.server import ModelServer

from .conftest import Say, failed, speech
from .spies import SpyAPI, SpyTool

ARGUMENTS = {"tone": "high", "times": 2}
CHIME = Call("chime", ARGUMENTS, id="a")
WRITTEN = '{"name": "chime", "arguments": {"tone": "high", "times": 2}}'
HERMES = f"<tool_call>{WRITTEN}</tool_call>"
FORMS = {
    "Hermes": HERMES,
    "fence": f"```json\n{WRITTEN}\n```",
    "JSON": WRITTEN,
    "Python": 'chime(tone="high", times=2)',
    "other order": '{"arguments": {"times": 2, "tone": "high"}, "name": "chime"}',
    "number as text": WRITTEN.replace("2", '"2"'),
    "unknown argument": WRITTEN.replace('"times"', '"volume": "", "times"'),
    "cut": WRITTEN[:-1],
}
LAMP = {"name": "Lamp"}


class ChimeTool(SpyTool):
    """A tool that acts, with a schema."""

    parameters = probatio.Schema({"tone": str, "times": int})


@pytest.fixture
def chime(offer: Callable[..., None]) -> SpyTool:
    """Offer a tool that acts."""
    tool = ChimeTool("chime")
    offer(tool)
    return tool


@pytest.fixture
def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return the media directory; to be requested before the integration is set up."""
    hass.config.media_dirs = {"local": str(tmp_path)}
    return tmp_path


def calls_of(*calls: Call) -> Body:
    """Return a delta with calls."""
    return {"tool_calls": [call.as_dict(number) for number, call in enumerate(calls)]}


def streamed(*deltas: Body) -> Reply:
    """Return a streamed answer with the deltas."""
    return raw(*map(chunk, deltas), chunk({}, "tool_calls"), DONE)


def last_round(server: ModelServer) -> tuple[list[Body], list[Body]]:
    """Return the calls and the results that end the messages of the last request."""
    messages = server.bodies[-1]["messages"]
    start = max(n for n, m in enumerate(messages) if m["role"] == "assistant")
    results = messages[start + 1 :]
    assert [m["role"] for m in results] == ["tool"] * len(results)
    calls: list[Body] = messages[start]["tool_calls"]
    assert [m["tool_call_id"] for m in results] == [call["id"] for call in calls]
    return calls, results


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("order", ["text first", "call first", "whole"])
async def test_written_and_proper(
    server: ModelServer,
    say: Say,
    chime: SpyTool,
    set_options: Callable[..., None],
    form: str,
    order: str,
) -> None:
    """A call that also stands in the text is run once, and not spoken."""
    set_options(enable_streaming=order != "whole")
    deltas = [{"content": form}, calls_of(CHIME)]
    answer = {
        "text first": streamed(*deltas),
        "call first": streamed(*reversed(deltas)),
        "whole": reply(form, calls=[CHIME]),
    }
    server.script(answer[order], reply("It rang."))
    assert speech(await say("Ring the chime")) == "It rang."
    assert chime.calls == [ARGUMENTS]
    (call,), (result,) = last_round(server)
    assert call["id"] == "a"
    assert call["function"]["name"] == "chime"
    assert json.loads(call["function"]["arguments"]) == ARGUMENTS
    assert json.loads(result["content"])["ok"] is True


async def test_text_around_a_call(
    server: ModelServer, say: Say, chime: SpyTool
) -> None:
    """What is said before a call that stands in the text is spoken."""
    server.script(reply(f"I ring it.\n{HERMES}", calls=[CHIME]), reply("It rang."))
    result = await say("Ring the chime")
    assert not failed(result)
    assert len(chime.calls) == 1
    first = server.bodies[-1]["messages"][-2]
    assert first["content"].strip() == "I ring it."


@pytest.mark.parametrize(
    ("written", "proper", "runs"),
    [
        (1, ["a", "b"], 2),
        (0, ["a", "b"], 2),
        (2, [], 2),
        (2, ["a"], 2),
        (2, ["a", "b"], 2),
        (1, ["a", "b", "c"], 3),
        (2, ["a", "b", "c"], 3),
    ],
)
async def test_several_are_meant(
    server: ModelServer,
    say: Say,
    chime: SpyTool,
    written: int,
    proper: list[str],
    runs: int,
) -> None:
    """Calls with ids of their own are several, of which the text repeats some."""
    calls = [Call("chime", ARGUMENTS, id=call_id) for call_id in proper]
    server.script(reply(*[f"{HERMES}\n"] * written, calls=calls), reply("It rang."))
    assert speech(await say("Ring it several times")) == "It rang."
    assert chime.calls == [ARGUMENTS] * runs
    ids = [call["id"] for call in last_round(server)[0]]
    assert len(set(ids)) == runs
    assert set(proper) <= set(ids)


async def test_other_arguments(server: ModelServer, say: Say, chime: SpyTool) -> None:
    """A call in the text with other arguments is another call."""
    other = Call("chime", {"tone": "low", "times": 2})
    server.script(reply(HERMES, calls=[other]), reply("It rang."))
    await say("Ring it high and low")
    assert [call["tone"] for call in chime.calls] == ["high", "low"]
    assert len(last_round(server)[0]) == 2


async def test_invalid_proper_call(
    server: ModelServer, say: Say, chime: SpyTool
) -> None:
    """A proper call that cannot be read is none that was run from the text."""
    bad = Call("chime", '{"tone": "hi', id="a")
    no_arguments = '<tool_call>{"name": "chime", "arguments": {}}</tool_call>'
    server.script(reply(no_arguments, calls=[bad]), reply("Well."))
    await say("Ring it")
    assert len(chime.calls) == 1
    calls, results = last_round(server)
    assert len(calls) == 2
    assert "InvalidArguments" in results[1]["content"]


@pytest.mark.parametrize(
    ("written", "proper", "arguments"),
    [
        ("HassTurnOn", "intent__HassTurnOn", LAMP),
        ("intent__HassTurnOn", "HassTurnOn", LAMP),
        ("intent__HassTurnOn", "intent__HassTurnOn", {"name": "the lamp"}),
        ("HassTurnOn", "intent__HassTurnOn", {**LAMP, "area": "", "domain": "light"}),
    ],
)
async def test_same_when_understood(
    server: ModelServer,
    say: Say,
    light: list[ServiceCall],
    written: str,
    proper: str,
    arguments: dict[str, Any],
) -> None:
    """Calls are the same that do the same, whatever the namespace and the writing."""
    text = json.dumps({"name": written, "arguments": arguments})
    made = Call(proper, {**LAMP, **({"domain": ["light"]} if "domain" in text else {})})
    server.script(reply(text, calls=[made]), reply("It is on."))
    assert speech(await say("Lamp on")) == "It is on."
    assert len(light) == 1
    assert len(last_round(server)[0]) == 1


async def test_tool_that_takes_its_time(
    server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """A call that is still running when it comes again has one result."""
    called, may_end = asyncio.Event(), asyncio.Event()

    async def ring() -> dict[str, Any]:
        called.set()
        await may_end.wait()
        return {"rang": True}

    tool = SpyTool("chime", ring)
    offer(tool)

    async def end() -> None:
        await called.wait()
        await asyncio.sleep(0.05)
        may_end.set()

    server.script(reply(HERMES, calls=[CHIME]), reply("It rang."))
    ending = asyncio.create_task(end())
    assert speech(await say("Ring the chime")) == "It rang."
    await ending
    assert len(tool.calls) == 1
    _, (result,) = last_round(server)
    assert json.loads(result["content"]) == {"rang": True}


async def test_one_id_for_everything(
    server: ModelServer, say: Say, chime: SpyTool
) -> None:
    """A server that uses one id in every response gets each result under it."""
    low = {**ARGUMENTS, "tone": "low"}
    written = json.dumps({"name": "chime", "arguments": low})
    server.script(
        reply(HERMES, calls=[CHIME]),
        reply(written, calls=[Call("chime", low, id="a")]),
        reply("It rang."),
    )
    assert speech(await say("Ring it high, then low")) == "It rang."
    assert chime.calls == [ARGUMENTS, low]
    messages = server.bodies[-1]["messages"][-4:]
    assert [m["role"] for m in messages] == ["assistant", "tool"] * 2
    assert all(len(m["tool_calls"]) == 1 for m in messages[::2])


async def test_signature(server: ModelServer, say: Say, chime: SpyTool) -> None:
    """A call goes back as it was made properly, with what the server requires of it."""
    signature = {"google": {"thought_signature": "Cr8E"}}
    call = {**CHIME.as_dict(0), "extra_content": signature}

    def strict(body: Body) -> Reply:
        message = next(m for m in body["messages"] if m.get("tool_calls"))
        if message["tool_calls"][0].get("extra_content") == signature:
            return raw(chunk({"content": "It rang."}), DONE)
        words = "Function call is missing a thought_signature in functionCall parts."
        return failure(400, [{"error": {"code": 400, "message": words}}])

    server.script(streamed({"content": HERMES}, {"tool_calls": [call]}), strict)
    assert speech(await say("Ring the chime")) == "It rang."
    assert len(chime.calls) == 1


@pytest.fixture
def unlocks(hass: HomeAssistant, components: None) -> list[ServiceCall]:
    """Expose a lock; return the recorded calls to unlock it."""
    hass.states.async_set("lock.front", "locked", {"friendly_name": "Front Door"})
    async_expose_entity(hass, conversation.DOMAIN, "lock.front", should_expose=True)
    return async_mock_service(hass, "lock", "unlock")


UNLOCK = Call("intent__HassTurnOff", {"name": "Front Door"}, id="a")
UNLOCK_WRITTEN = '{"name": "HassTurnOff", "arguments": {"name": "front door"}}'


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("times", [1, 2])
async def test_refused_and_proper(
    server: ModelServer,
    say: Say,
    unlocks: list[ServiceCall],
    set_options: Callable[..., None],
    streaming: bool,
    times: int,
) -> None:
    """What is refused in the text is run if it is made properly in the same answer."""
    set_options(enable_streaming=streaming)
    text = f"<tool_call>{UNLOCK_WRITTEN}</tool_call>\n" * times
    server.script(reply(text, calls=[UNLOCK]), reply())
    result = await say("Unlock the front door")
    assert len(unlocks) == 1
    # Nothing failed, so a silent model is spoken for.
    assert speech(result) == "Done."
    assert not failed(result)
    (call,), (outcome,) = last_round(server)
    assert call["id"] == "a"
    assert "NotRunFromText" not in outcome["content"]
    assert "error" not in json.loads(outcome["content"])


async def test_refused_alone(
    server: ModelServer, say: Say, unlocks: list[ServiceCall]
) -> None:
    """Beside another proper call, what stands in the text is asked for."""
    lock = Call("intent__HassTurnOn", {"name": "Front Door"}, id="a")
    server.script(
        reply(f"<tool_call>{UNLOCK_WRITTEN}</tool_call>", calls=[lock]), reply("Well.")
    )
    said = speech(await say("Lock, then unlock the front door"))
    assert said == "Well. Should I unlock Front Door?"
    assert not unlocks
    calls, results = last_round(server)
    assert [call["function"]["name"] for call in calls] == [
        "intent__HassTurnOn",
        "intent__HassTurnOff",
    ]
    assert "Should I unlock Front Door?" in results[1]["content"]


async def test_quoted_and_proper(server: ModelServer, say: Say, chime: SpyTool) -> None:
    """A call that is only quoted stays text beside the same call that is made."""
    server.script(reply(HERMES, calls=[CHIME]), reply("It rang."))
    assert speech(await say(f"Say {HERMES} and do it")) == "It rang."
    assert chime.calls == [ARGUMENTS]
    message = server.bodies[-1]["messages"][-2]
    assert message["content"].startswith(HERMES)
    assert len(message["tool_calls"]) == 1


@pytest.mark.parametrize("file", ["page.png", "page.txt"])
@pytest.mark.parametrize("streaming", [True, False])
async def test_task(
    hass: HomeAssistant,
    media: Path,
    server: ModelServer,
    agent: str,
    set_options: Callable[..., None],
    file: str,
    streaming: bool,
) -> None:
    """In a task as well, also where nothing may be run from the text."""
    set_options(enable_streaming=streaming)
    (media / file).write_bytes(b"\x89PNG\r\n\x1a\n" if "png" in file else b"Ring!")
    tool = ChimeTool("chime")
    llm.async_register_api(hass, api := SpyAPI(hass, "spy", tool))
    server.script(reply(HERMES, calls=[CHIME]), reply("It rang."))
    result = await ai_task.async_generate_data(
        hass,
        task_name="Ring",
        entity_id="ai_task.scripted_ai_task",
        instructions="Ring if the page says so.",
        attachments=[
            {
                "media_content_id": f"media-source://media_source/local/{file}",
                "media_content_type": "image/png" if "png" in file else "text/plain",
            }
        ],
        llm_api=api,
    )
    assert result.data == "It rang."
    assert tool.calls == [ARGUMENTS]
    (call,), _ = last_round(server)
    assert call["id"] == "a"


SENT_TWICE: dict[str, list[list[Body]]] = {
    "at two indexes": [[CHIME.as_dict(0)], [CHIME.as_dict(1)]],
    "whole at the end": [
        [CHIME.as_dict(0)],
        [{key: value for key, value in CHIME.as_dict(0).items() if key != "index"}],
    ],
    "summary without a name": [
        [CHIME.as_dict(0)],
        [
            {
                "index": 0,
                "id": "a",
                "function": {"arguments": '{"times":2,"tone":"high"}'},
            }
        ],
    ],
}


@pytest.mark.parametrize("fragments", SENT_TWICE.values(), ids=SENT_TWICE)
async def test_sent_twice(
    server: ModelServer, say: Say, chime: SpyTool, fragments: list[list[Body]]
) -> None:
    """A call that the server sends twice is run once."""
    deltas = [{"tool_calls": calls} for calls in fragments]
    server.script(streamed(*deltas), reply("It rang."))
    assert speech(await say("Ring the chime")) == "It rang."
    assert chime.calls == [ARGUMENTS]
    assert len(last_round(server)[0]) == 1
