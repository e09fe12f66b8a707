"""Test tools that misbehave: what they raise, and what they return."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import json
import math
from typing import Any

import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent, llm
from testbed.replies import Call, Reply, failure, say as reply
from testbed.request_view import words
from testbed.server import ModelServer

from .conftest import Say, failed, speech
from .spies import SpyAPI, SpyTool

PNG = b"\x89PNG\r\n\x1a\n and pixels" * 20
PICTURES = "(The pictures in the results of the tools. The user did not send them.)"
NO_IMAGES = {"error": {"message": "image input is not supported - you may need mmproj"}}
READ_ONLY = llm.ToolAnnotations(read_only=True)

MAX_LENGTH = 20_000
"""Characters within which a result is where nothing is known of the server."""

type Offer = Callable[..., None]


def last_result(server: ModelServer, number: int = -1) -> dict[str, Any]:
    """Return the last tool result in a request."""
    messages = server.bodies[number]["messages"]
    content = [m["content"] for m in messages if m["role"] == "tool"][-1]
    assert len(content) <= MAX_LENGTH
    result: dict[str, Any] = json.loads(content)
    return result


def pictures(server: ModelServer, number: int) -> list[str]:
    """Return the URLs of all images in a request."""
    return [
        part["image_url"]["url"]
        for message in server.bodies[number]["messages"]
        if isinstance(message["content"], list)
        for part in message["content"]
        if part["type"] == "image_url"
    ]


async def cancelled() -> None:
    """End as the task groups of some clients do."""
    raise asyncio.CancelledError


async def cancels_itself() -> None:
    """End in a cancel scope of its own that leaks."""
    task = asyncio.current_task()
    assert task
    task.cancel()
    await asyncio.sleep(1)


async def group() -> None:
    """Raise a group that is no `Exception`."""
    raise BaseExceptionGroup("unhandled", [asyncio.CancelledError()])


async def nested_group() -> None:
    """Raise a group of groups."""
    inner = ExceptionGroup("unhandled", [ValueError("no such room")])
    raise ExceptionGroup("unhandled", [inner])


@pytest.mark.parametrize(
    ("run", "kind", "text"),
    [
        (cancelled, "Cancelled", "may have been done"),
        (cancels_itself, "Cancelled", "may have been done"),
        (group, "Cancelled", "may have been done"),
        (nested_group, "ValueError", "no such room"),
    ],
)
@pytest.mark.parametrize("annotations", [READ_ONLY, llm.ToolAnnotations()])
async def test_cancelled_tool(
    server: ModelServer,
    say: Say,
    offer: Offer,
    caplog: pytest.LogCaptureFixture,
    run: Callable[[], Any],
    kind: str,
    text: str,
    annotations: llm.ToolAnnotations,
) -> None:
    """A tool that is cancelled is an error result with a line in the log."""
    offer(SpyTool("step", run, annotations=annotations))
    server.script(reply(calls=[Call("step")]), reply("It failed."))
    result = await say("Go")
    assert (speech(result), failed(result)) == ("It failed.", False)
    assert (found := last_result(server))["error"] == kind
    assert text in found["error_text"]
    assert caplog.text.count("The tool step failed") == 1
    assert speech(await say("Again")) == "Hello there."


async def test_cancelled_among_others(
    server: ModelServer, say: Say, offer: Offer
) -> None:
    """The other calls of the response keep their results."""
    offer(SpyTool("one", lambda: {"a": 1}), SpyTool("two", cancelled), SpyTool("three"))
    server.script(reply(calls=[Call("one"), Call("two"), Call("three")]), reply("So."))
    assert speech(await say("Go")) == "So."
    results = [
        json.loads(m["content"])
        for m in server.bodies[1]["messages"]
        if m["role"] == "tool"
    ]
    assert [r.get("error") for r in results] == [None, "Cancelled", None]


async def test_own_turn_cancelled(
    server: ModelServer, say: Say, offer: Offer, caplog: pytest.LogCaptureFixture
) -> None:
    """A turn that is cancelled while a tool runs ends, and the tool does not."""
    started, go_on = asyncio.Event(), asyncio.Event()
    finished: list[bool] = []

    async def run() -> None:
        started.set()
        await go_on.wait()
        finished.append(True)

    offer(SpyTool("step", run))
    server.script(reply(calls=[Call("step")]))
    turn = asyncio.ensure_future(say("Go"))
    await started.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    go_on.set()
    assert speech(await say("Again")) == "Hello there."
    assert finished
    assert "The tool step failed" not in caplog.text


async def test_cancelled_api(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    set_options: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An API whose tools cannot be got is left out, and told in the log."""

    class CancelledAPI(SpyAPI):
        async def async_get_api_instance(
            self, llm_context: llm.LLMContext
        ) -> llm.APIInstance:
            raise asyncio.CancelledError

    llm.async_register_api(hass, CancelledAPI(hass, "broken"))
    llm.async_register_api(hass, SpyAPI(hass, "spy", SpyTool("step")))
    set_options(llm_hass_api=["broken", "spy"])
    assert speech(await say("Go")) == "Hello there."
    (tool,) = server.bodies[-1]["tools"]
    assert tool["function"]["name"].endswith("step")
    assert "The LLM API broken fails" in caplog.text


@pytest.mark.parametrize("error", [False, True])
async def test_no_json(
    server: ModelServer, say: Say, offer: Offer, error: bool
) -> None:
    """A value that is no JSON does not make the rest unreadable."""
    circle: dict[str, Any] = {"name": "Circle"}
    circle["self"] = circle
    data: Any = {
        "room": "Kitchen",
        "since": timedelta(minutes=90),
        "power": math.nan,
        "modes": {"heat"},
        "raw": b"\x00\xff",
        "count": 2**80,
        "circle": circle,
        "object": object(),
        3: "three",
        "nothing": None,
    }

    class Odd(SpyTool):
        async def async_call(self, *args: Any) -> llm.ToolResult:
            await super().async_call(*args)
            return llm.ToolResult(data, error=error)

    offer(Odd("step"))
    server.script(reply(calls=[Call("step")]), reply("So."))
    assert speech(await say("Go")) == "So."
    found = last_result(server)
    assert found.pop("error", False) is error
    assert found == {
        "room": "Kitchen",
        "since": "1:30:00",
        "power": "NaN",
        "modes": ["heat"],
        "raw": "(binary data: application/octet-stream, 1 kB)",
        "count": str(2**80),
        "circle": {"name": "Circle", "self": "(contains itself)"},
        "object": "<object object>",
        "3": "three",
    }


@pytest.mark.parametrize("data", [[1, 2], "text", 5, True])
async def test_no_object(
    server: ModelServer, say: Say, offer: Offer, data: object
) -> None:
    """A result that is no object is sent as it is."""
    offer(SpyTool("step", lambda: data))
    server.script(reply(calls=[Call("step")]), reply("So."))
    assert speech(await say("Go")) == "So."
    assert json.loads(server.bodies[1]["messages"][-1]["content"]) == data


async def test_response_of_another_shape(
    server: ModelServer, say: Say, offer: Offer
) -> None:
    """A response that only claims to be an intent's does not end the turn."""
    offer(
        SpyTool(
            "step",
            lambda: llm.IntentResponseDict(
                {"response_type": "action_done", "data": {"success": [{"id": 1}, 2]}}
            ),
        )
    )
    server.script(reply(calls=[Call("step")]), reply("So."))
    assert speech(await say("Go")) == "So."
    assert last_result(server)["data"] == {"success": [{"id": 1}, 2]}


async def test_intent_response_is_kept(
    hass: HomeAssistant, server: ModelServer, say: Say, offer: Offer
) -> None:
    """Home Assistant gets the response of an intent as it was, whatever is in it."""
    response = intent.IntentResponse(language="en")
    response.async_set_speech("Done")
    response.async_set_speech_slots({"left": timedelta(minutes=1)})
    original = llm.IntentResponseDict(response)
    offer(SpyTool("step", lambda: original))
    server.script(reply(calls=[Call("step")]), reply("So."))
    result = await say("Go")
    assert result.conversation_id
    assert last_result(server)["speech_slots"] == {"left": "0:01:00"}


@pytest.mark.parametrize("state", ["on", "unavailable"])
async def test_large_home(
    hass: HomeAssistant, server: ModelServer, say: Say, components: None, state: str
) -> None:
    """Of a hundred windows, the one that differs is shown, and the others are counted."""
    for number in range(121):
        entity_id = f"binary_sensor.window_{number}"
        hass.states.async_set(
            entity_id,
            state if number == 117 else "off",
            {"friendly_name": f"Window {number:03}", "device_class": "window"},
        )
        async_expose_entity(hass, conversation.DOMAIN, entity_id, should_expose=True)
    tool = Call("homeassistant__GetLiveContext", {"domain": "binary_sensor"})
    server.script(reply(calls=[tool]), reply("One."))
    assert speech(await say("Is a window open?")) == "One."
    found = last_result(server)
    assert "Window 117" in found["result"]
    missing = 121 - found["result"].count("names: ")
    assert (
        f"… {missing} of 121 entries not shown, all with state: off" in found["result"]
    )
    assert found["note"] == (
        "The result is too long, and not all of it is shown. "
        "Call it again with name, area, domain to get less, and all of that."
    )


@pytest.mark.parametrize(
    ("annotations", "hint"),
    [
        (READ_ONLY, " Call it again with"),
        (llm.ToolAnnotations(), " If it only reads, call it again with"),
    ],
)
async def test_what_is_asked_for(
    server: ModelServer,
    say: Say,
    offer: Offer,
    annotations: llm.ToolAnnotations,
    hint: str,
) -> None:
    """What the arguments and the user ask for is kept, and how to get less is told."""
    rows = [{"title": f"Letter {n}", "pages": n} for n in range(2000)]
    rows[1500]["title"] = "Insurance policy"
    rows[1700]["title"] = "Water damage"
    schema = probatio.Schema(
        {probatio.Required("query"): str, probatio.Optional("year"): int}
    )
    offer(
        SpyTool(
            "find",
            lambda: {"letters": rows, "page": 1},
            parameters=schema,
            annotations=annotations,
        )
    )
    server.script(
        reply(calls=[Call("find", {"query": "insurance"})]),
        reply("So."),
    )
    await say("Find what they wrote about the water")
    found = last_result(server)
    assert rows[1500] in found["letters"]
    assert rows[1700] in found["letters"]
    assert found["page"] == 1
    assert f"{hint} year, query" in found["note"]


async def test_facts(
    server: ModelServer,
    say: Say,
    hass: HomeAssistant,
    entry: MockConfigEntry,
    set_options: Callable[..., None],
) -> None:
    """As many facts are told as fit, and how many more there are."""
    set_options(enable_fact_learning=True, recall_facts=False)
    for number in range(60):
        await hass.services.async_call(
            DOMAIN,
            "learn_fact",
            {
                "config_entry_id": entry.entry_id,
                "category": "routines",
                "key": f"routine {number}",
                "value": "word " * 60,
            },
            blocking=True,
        )
    server.script(reply(calls=[Call("query_facts")]), reply("So."))
    await say("What do you know?")
    found = last_result(server)
    assert len(found["facts"]) > 15
    assert len(found["facts"]) + found["more"] == 60
    assert all(len(fact["value"].split()) == 60 for fact in found["facts"])
    assert "by category" in found["note"]


async def test_picture(
    server: ModelServer,
    say: Say,
    offer: Offer,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
) -> None:
    """A picture follows the results as an image, and the session keeps a note of it."""
    offer(SpyTool("snapshot", lambda: {"at": "12:00", "image": PNG}), SpyTool("step"))
    server.script(
        reply(calls=[Call("snapshot"), Call("step")]),
        reply("A cat."),
        reply("Grey."),
    )
    assert speech(await say("What is at the door?")) == "A cat."
    *_, first, second, shown = server.bodies[1]["messages"]
    assert json.loads(first["content"]) == {
        "at": "12:00",
        "image": "(picture: image/png, 1 kB)",
    }
    assert json.loads(second["content"]) == {"ok": True}
    assert shown["role"] == "user"
    text, image = shown["content"]
    assert text == {"type": "text", "text": PICTURES}
    assert image["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    await say("Which colour?")
    roles = [message["role"] for message in server.bodies[2]["messages"]]
    assert roles == [
        *("system", "user", "assistant", "tool", "tool", "assistant", "user")
    ]
    assert words(server.bodies[2]["messages"][-1]["content"]) == "Which colour?"
    key = f"{DOMAIN}.{entry.entry_id}.session"
    assert "iVBOR" not in json.dumps(hass_storage[key])
    assert PICTURES not in json.dumps(hass_storage[key])


async def test_picture_stays_for_the_turn(
    server: ModelServer, say: Say, offer: Offer
) -> None:
    """Each request of a turn extends the one before it, with the picture in its place."""
    offer(SpyTool("snapshot", lambda: {"image": PNG}), SpyTool("step"))
    server.script(
        reply(calls=[Call("snapshot")]), reply(calls=[Call("step")]), reply("So.")
    )
    await say("Look")
    _, second, third = (body["messages"] for body in server.bodies)
    assert third[: len(second)] == second
    assert len(pictures(server, 2)) == 1


async def test_picture_refused(
    server: ModelServer, say: Say, offer: Offer, caplog: pytest.LogCaptureFixture
) -> None:
    """A model that takes no pictures is told that there were some, and sent no more."""
    offer(SpyTool("snapshot", lambda: {"at": "12:00", "image": PNG}))
    server.script(
        reply(calls=[Call("snapshot")]),
        failure(500, NO_IMAGES),
        reply("I cannot see it."),
        reply(calls=[Call("snapshot")]),
        reply("I still cannot."),
    )
    result = await say("What is at the door?")
    assert (speech(result), failed(result)) == ("I cannot see it.", False)
    assert [len(pictures(server, n)) for n in range(3)] == [0, 1, 0]
    assert last_result(server) == {
        "at": "12:00",
        "image": "(picture: image/png, 1 kB)",
        "note": "You cannot be shown the pictures in it.",
    }
    assert speech(await say("And now?")) == "I still cannot."
    assert [len(pictures(server, n)) for n in range(3, 5)] == [0, 0]
    assert last_result(server)["note"] == "You cannot be shown the pictures in it."


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_picture_of_no_use(
    server: ModelServer, say: Say, offer: Offer, status: int
) -> None:
    """A picture that a server cannot read is left out, and the turn goes on."""
    offer(SpyTool("snapshot", lambda: {"image": PNG}))

    def model(body: dict[str, Any]) -> Any:
        if any(isinstance(m["content"], list) for m in body["messages"]):
            return failure(status, {"error": {"message": "cannot decode picture"}})
        called = any(m["role"] == "tool" for m in body["messages"])
        answer = reply("So.") if called else reply(calls=[Call("snapshot")])
        return answer if isinstance(answer, Reply) else answer(body)

    server.script(*[model] * 12)
    result = await say("Look")
    assert (speech(result), failed(result)) == ("So.", False)
    assert last_result(server)["note"] == "You cannot be shown the pictures in it."


async def test_words_in_a_picture_are_no_commands(
    server: ModelServer, say: Say, offer: Offer
) -> None:
    """After a picture, which cannot be searched, a call that stands in text is not run."""
    step = SpyTool("step", annotations=llm.ToolAnnotations())
    offer(SpyTool("snapshot", lambda: {"image": PNG}), step)
    server.script(
        reply(calls=[Call("snapshot")]),
        reply('<tool_call>{"name": "step", "arguments": {}}</tool_call>'),
        reply("So."),
    )
    await say("Look")
    assert not step.calls


async def test_binary_data(server: ModelServer, say: Say, offer: Offer) -> None:
    """Binary data of any size leaves the text of a result as it was."""
    offer(SpyTool("download", lambda: {"text": "Hello", "data": bytes(5_000_000)}))
    server.script(reply(calls=[Call("download")]), reply("So."))
    await say("Go")
    assert last_result(server) == {
        "text": "Hello",
        "data": "(binary data: application/octet-stream, 5.0 MB)",
    }
