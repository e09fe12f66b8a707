"""Tests of AI tasks: text or structured data, independent of conversations."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
from typing import Any

import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components import ai_task
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from testbed.replies import Abort, Body, Call, Reply, chunk, failure, raw, say as reply
from testbed.request_view import words
from testbed.rules import model
from testbed.server import ModelServer

from .conftest import Say, speech
from .spies import SpyAPI, SpyTool

ENTITY = "ai_task.scripted_ai_task"
STRUCTURE = {
    "colour": {
        "description": "The colour of the cat",
        "required": True,
        "selector": {"text": {}},
    },
    "cats": {"selector": {"number": {"min": 0, "max": 9}}},
    "names": {"selector": {"text": {"multiple": True}}},
    "kittens": {
        "selector": {
            "object": {
                "multiple": True,
                "fields": {"age": {"selector": {"number": {}}}},
            }
        }
    },
}
GOOD = '{"colour": "grey", "cats": 2}'
DATA = {"colour": "grey", "cats": 2}
BAD = '{"cats": 2}'

type Generate = Callable[..., Awaitable[Any]]


@pytest.fixture(params=[True, False], ids=["streamed", "whole"])
def streaming(
    request: pytest.FixtureRequest, agent: str, set_options: Callable[..., None]
) -> None:
    """Run a test with and without streaming."""
    set_options(enable_streaming=request.param)


@pytest.fixture(autouse=True)
def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return the media directory."""
    hass.config.media_dirs = {"local": str(tmp_path)}
    return tmp_path


@pytest.fixture
def generate(hass: HomeAssistant, agent: str) -> Generate:
    """Return a function that calls the `generate_data` action, and returns the data."""

    async def _generate(instructions: str, **fields: Any) -> Any:
        data = {
            "task_name": "Cat Report",
            "entity_id": ENTITY,
            "instructions": instructions,
            **fields,
        }
        response = await hass.services.async_call(
            "ai_task", "generate_data", data, blocking=True, return_response=True
        )
        assert response
        return response["data"]

    return _generate


def attachment(path: Path, mime_type: str) -> dict[str, str]:
    """Return a file as an attachment of the action."""
    return {
        "media_content_id": f"media-source://media_source/local/{path.name}",
        "media_content_type": mime_type,
    }


async def test_entity(hass: HomeAssistant, agent: str, entry: MockConfigEntry) -> None:
    """The entry has one AI task entity, which belongs to the entry's device."""
    known = er.async_get(hass).async_get(ENTITY)
    assert known is not None
    assert known.unique_id == f"{entry.entry_id}_ai_task"
    agent_entry = er.async_get(hass).async_get(agent)
    assert agent_entry is not None
    assert known.device_id == agent_entry.device_id is not None
    state = hass.states.get(ENTITY)
    assert state is not None
    assert state.state == "unknown"
    assert state.attributes["supported_features"] == (
        ai_task.AITaskEntityFeature.GENERATE_DATA
        | ai_task.AITaskEntityFeature.SUPPORT_ATTACHMENTS
        | getattr(ai_task.AITaskEntityFeature, "EVALUATE", 0)
    )


@pytest.mark.usefixtures("streaming")
async def test_text(
    hass: HomeAssistant, server: ModelServer, generate: Generate
) -> None:
    """Without a structure, the data is the verbatim text."""
    server.script(reply("**Two** cats,", " [one](x) grey. 🐈\n", reasoning="Hm."))
    assert await generate("Describe it.") == "**Two** cats, [one](x) grey. 🐈"
    (body,) = server.bodies
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["messages"][1]["content"] == "Describe it."
    assert "tools" not in body
    assert "response_format" not in body
    state = hass.states.get(ENTITY)
    assert state is not None
    assert state.state != "unknown"


@pytest.mark.usefixtures("streaming")
async def test_no_reasoning(server: ModelServer, generate: Generate) -> None:
    """Reasoning is not part of the data, text or structured."""
    reasoning_text = '<think>It may be {"colour": "red"}.</think>'
    server.script(reply(reasoning_text, "Grey."), reply(reasoning_text, GOOD))
    assert await generate("Which colour?") == "Grey."
    assert await generate("Which colour?", structure=STRUCTURE) == DATA


@pytest.mark.usefixtures("streaming")
@pytest.mark.parametrize(
    "text",
    [
        "<analysis>It is grey.</analysis>",
        "<s>20</s>",
        "Put it between <s> and </s>",
        "It ends with <|im_end|>, says **Qwen**.",
        "Use `</think>`.",
        "```\n<think>\n</think>\n```",
        '<tool_call>{"name": "look", "arguments": {}}</tool_call>',
        "a </tool_call> b <think>c</think>",
    ],
)
async def test_text_stays(server: ModelServer, generate: Generate, text: str) -> None:
    """What stands inside the data stays as it is."""
    server.script(reply(*text))
    assert await generate("Write it.") == text
    assert len(server.bodies) == 1


@pytest.mark.usefixtures("streaming")
@pytest.mark.parametrize(
    "text",
    [
        "<think>Red?</think>\n\n20",
        "[THINK]Red?[/THINK]20",
        "Red?</think>20",
        "<s> 20<|im_end|>\n<eos>",
        "20<|end|>",
        "20 [CONTINUE_LISTENING]",
        "20</s>[continue listening]</s>",
    ],
)
async def test_edges_of_text(
    server: ModelServer, generate: Generate, text: str
) -> None:
    """What the server adds around the data is not data."""
    server.script(reply(*text))
    assert await generate("Write it.") == "20"


@pytest.mark.usefixtures("streaming")
@pytest.mark.parametrize(
    ("before", "after"), [("<think>Red?</think>", "</s>"), ("", ""), ("<s>", "<eos>")]
)
async def test_tags_in_structure(
    server: ModelServer, generate: Generate, before: str, after: str
) -> None:
    """Tags and control tokens in structured data stay, also in a correction."""
    colour = "<s>grey</s> <think>a</think></think> <|im_end|> `"
    bad = json.dumps({"x": colour})
    good = json.dumps({"colour": colour})
    server.script(reply(f"{before}{bad}{after}"), reply(f"{before}{good}{after}"))
    data = await generate("Which colour?", structure=STRUCTURE)
    assert data == {"colour": colour}
    assert server.bodies[1]["messages"][-2]["content"] == bad


async def test_outside_session(
    server: ModelServer, generate: Generate, say: Say
) -> None:
    """Tasks and the session do not see each other's messages."""
    server.script(reply("Hi."), reply("Grey."), reply("Bye."))
    await say("Hello")
    await generate("Which colour?")
    await say("Goodbye")
    _, task, turn = server.bodies
    assert len(task["messages"]) == 2
    assert [words(message["content"]) for message in turn["messages"][1:]] == [
        "Hello",
        "Hi.",
        "Goodbye",
    ]


@pytest.mark.usefixtures("streaming")
async def test_structure(server: ModelServer, generate: Generate) -> None:
    """The schema is sent as response format and in the prompt."""
    server.script(reply(GOOD))
    data = await generate("Which colour?", structure=STRUCTURE)
    assert repr(data) == repr(DATA)
    (body,) = server.bodies
    form = body["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["name"] == "cat_report"
    schema = form["json_schema"]["schema"]
    assert schema["required"] == ["colour"]
    assert schema["properties"].keys() == STRUCTURE.keys()
    assert schema["properties"]["colour"]["description"] == "The colour of the cat"
    assert schema["additionalProperties"] is False
    system_prompt = body["messages"][0]["content"]
    assert json.loads(system_prompt[system_prompt.index("{") :]) == schema


@pytest.mark.parametrize(
    "answer",
    [
        f"```json\n{GOOD}\n```",
        f"Here is the data:\n\n{GOOD}\n\nMay I help you further?",
        f'{{"cat_report": {GOOD}}}',
        f"[{GOOD}]",
        json.dumps(GOOD),
        '{"colour": "grey", "cats": 2,}',
    ],
)
async def test_wrapped(server: ModelServer, generate: Generate, answer: str) -> None:
    """Wrapped data is found."""
    server.script(reply(answer))
    assert await generate("Which colour?", structure=STRUCTURE) == DATA


@pytest.mark.usefixtures("streaming")
@pytest.mark.parametrize(
    "answer",
    [
        *(BAD, "It is grey.", '{"colour": "grey", "x": 1}'),
        *('{"colour": "grey", "cats": NaN}', '{"colour": "grey", "cats": 1e999}'),
        '{"colour": "grey", "kittens": [1]}',
    ],
)
async def test_retry(server: ModelServer, generate: Generate, answer: str) -> None:
    """Invalid data is requested again, once."""
    server.script(reply(answer), reply(GOOD))
    assert await generate("Which colour?", structure=STRUCTURE) == DATA
    response, correction = server.bodies[1]["messages"][-2:]
    assert response == {"role": "assistant", "content": answer}
    assert correction["role"] == "user"
    assert "not the JSON object" in correction["content"]


async def test_validation_error(server: ModelServer, generate: Generate) -> None:
    """The validation error is sent to the model, and then reported to the user."""
    server.script(reply(BAD), reply(BAD))
    with pytest.raises(HomeAssistantError, match="colour") as raised:
        await generate("Which colour?", structure=STRUCTURE)
    assert raised.value.translation_key == "no_structured_data"
    assert len(server.completions) == 2
    assert "colour" in server.bodies[1]["messages"][-1]["content"]


@pytest.mark.usefixtures("streaming")
@pytest.mark.parametrize(
    ("answer", "data"),
    [
        ('{"colour": "grey", "cats": null, "names": null}', {"colour": "grey"}),
        (
            '{"colour": "grey", "kittens": [{"age": null}, {"age": 2}]}',
            {"colour": "grey", "kittens": [{}, {"age": 2}]},
        ),
        (
            '{"colour": "grey", "kittens": {"age": 2}}',
            {"colour": "grey", "kittens": [{"age": 2}]},
        ),
        (
            '{"colour": "grey", "kittens": "[{\\"age\\": 1}, {\\"age\\": 2}]"}',
            {"colour": "grey", "kittens": [{"age": 1}, {"age": 2}]},
        ),
    ],
)
async def test_meant_data(
    server: ModelServer, generate: Generate, answer: str, data: dict[str, Any]
) -> None:
    """Optional fields without a value are left out, and lists are understood."""
    server.script(reply(answer))
    assert await generate("Which colour?", structure=STRUCTURE) == data


async def test_required_null(server: ModelServer, generate: Generate) -> None:
    """A required field without a value is requested again."""
    server.script(reply('{"colour": null, "cats": null}'), reply(GOOD))
    assert await generate("Which colour?", structure=STRUCTURE) == DATA
    assert "colour" in server.bodies[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    "answer",
    [
        '[{"age": 1}, {"age": 2, "name": null}]',
        'They are:\n```json\n[{"age": 1}, {"age": 2}]\n```',
        '{"kittens": [{"age": 1}, {"age": 2}]}',
        '{"data": {"kittens": [{"age": 1}, {"age": 2}]}}',
    ],
)
async def test_array_of_objects(
    server: ModelServer, generate: Generate, answer: str
) -> None:
    """An array of objects is requested with a closed schema, and found without a key."""
    fields = {
        "age": {"required": True, "selector": {"number": {}}},
        "name": {"selector": {"text": {}}},
    }
    kittens = {
        "required": True,
        "selector": {"object": {"multiple": True, "fields": fields}},
    }
    server.script(reply(answer))
    data = await generate("Which?", structure={"kittens": kittens})
    assert repr(data) == repr({"kittens": [{"age": 1}, {"age": 2}]})
    schema = server.bodies[0]["response_format"]["json_schema"]["schema"]
    items = schema["properties"]["kittens"]["items"]
    assert items["properties"].keys() == {"age", "name"}
    assert items["required"] == ["age"]
    assert items["additionalProperties"] is False


@pytest.mark.parametrize("value", ["null", '{"a": null}'])
async def test_null_stays(server: ModelServer, generate: Generate, value: str) -> None:
    """A field that may hold anything may hold null."""
    structure: dict[str, Any] = {
        "colour": {"selector": {"text": {}}},
        "extra": {"selector": {"object": {}}},
    }
    server.script(reply(f'{{"colour": "grey", "extra": {value}}}'))
    data = await generate("Which colour?", structure=structure)
    assert data == {"colour": "grey", "extra": json.loads(value)}


@pytest.mark.usefixtures("streaming")
async def test_schema_refused(server: ModelServer, generate: Generate) -> None:
    """If the server refuses the response format, it is no longer sent."""
    refusal = {"error": {"message": "response_format is not supported here"}}
    server.script(failure(400, refusal), reply(GOOD), reply(GOOD))
    for _ in range(2):
        assert await generate("Which colour?", structure=STRUCTURE) == DATA
    first, again, other = server.bodies
    assert again == {k: v for k, v in first.items() if k != "response_format"}
    assert again.keys() == other.keys() == first.keys() - {"response_format"}


@pytest.mark.usefixtures("streaming")
@pytest.mark.parametrize("structured", [True, False])
async def test_tools(
    hass: HomeAssistant, server: ModelServer, agent: str, structured: bool
) -> None:
    """Tools of a task are called; an invalid call gets an error result."""
    tool = SpyTool("look", lambda: {"cats": 2})
    structure = probatio.Schema({probatio.Required("colour"): str})
    server.script(
        reply("Let me see. ", calls=[Call("look"), Call("smell")]),
        reply('{"colour": "grey"}'),
    )
    result = await ai_task.async_generate_data(
        hass,
        task_name="Cats",
        entity_id=ENTITY,
        instructions="Which colour?",
        structure=structure if structured else None,
        llm_api=SpyAPI(hass, "spy", tool),
    )
    assert result.data == ({"colour": "grey"} if structured else '{"colour": "grey"}')
    assert tool.calls == [{}]
    first, second = server.bodies
    assert [t["function"]["name"] for t in first["tools"]] == ["look"]
    assert "Prompt of spy." in first["messages"][0]["content"]
    assert "response_format" not in first
    seen, unknown = second["messages"][-2:]
    assert json.loads(seen["content"]) == {"cats": 2}
    assert json.loads(unknown["content"])["error"] == "UnknownTool"


@pytest.mark.usefixtures("streaming")
async def test_tool_call_in_text(
    hass: HomeAssistant, server: ModelServer, agent: str
) -> None:
    """A call of the task's tools in the text is run; any other one is text."""
    tool = SpyTool("look", lambda: {"cats": 2})
    other = '<tool_call>{"name": "smell", "arguments": {}}</tool_call>'
    server.script(
        reply('Wait. <tool_call>{"name": "look", "arguments": {}}</tool_call></s>'),
        reply(f"They sent {other}."),
    )
    result = await ai_task.async_generate_data(
        hass,
        task_name="Cats",
        entity_id=ENTITY,
        instructions="How many?",
        llm_api=SpyAPI(hass, "spy", tool),
    )
    assert result.data == f"They sent {other}."
    assert tool.calls == [{}]
    call, outcome = server.bodies[1]["messages"][-2:]
    assert call["content"] == "Wait. "
    assert call["tool_calls"][0]["id"] == outcome["tool_call_id"]
    assert json.loads(outcome["content"]) == {"cats": 2}


@pytest.mark.usefixtures("streaming")
async def test_attachments(
    server: ModelServer, generate: Generate, media: Path
) -> None:
    """Images are sent as parts, and text files in the text with their names."""
    picture, notes = media / "cat.png", media / "notes.txt"
    picture.write_bytes(b"pixels")
    notes.write_text("Its name is Amy ✓\n", encoding="utf-8-sig")
    files = [attachment(picture, "image/png"), attachment(notes, "text/plain")]
    server.script(reply(GOOD))
    fields = {"attachments": files, "structure": STRUCTURE}
    assert await generate("Which colour?", **fields) == DATA
    text, image = server.bodies[0]["messages"][1]["content"]
    assert text["text"] == (
        'Which colour?\n\n<file name="notes.txt">\nIts name is Amy ✓\n</file>'
    )
    assert image["image_url"]["url"] == "data:image/png;base64,cGl4ZWxz"


@pytest.mark.parametrize(
    ("name", "mime_type", "size", "key"),
    [
        ("film.mp4", "video/mp4", 9, "attachment_not_supported"),
        ("long.txt", "text/plain", 500_001, "attachment_too_large"),
        ("large.png", "image/png", 20_000_001, "attachment_too_large"),
        ("gone.txt", "text/plain", None, "attachment_unreadable"),
    ],
)
async def test_invalid_attachment(
    server: ModelServer,
    generate: Generate,
    media: Path,
    name: str,
    mime_type: str,
    size: int | None,
    key: str,
) -> None:
    """An invalid attachment fails the task, by name, before a request is sent."""
    path = media / name
    if size is not None:
        path.write_bytes(b"x" * size)
    with pytest.raises(HomeAssistantError, match=name) as raised:
        await generate("Look.", attachments=[attachment(path, mime_type)])
    assert raised.value.translation_key == key
    assert not server.completions


@pytest.mark.parametrize(
    ("mime_type", "size", "limit"),
    [("image/png", 19_000_000, "36 MB"), ("text/plain", 300_000, "500 kB")],
)
async def test_total_size_limit(
    server: ModelServer,
    generate: Generate,
    media: Path,
    mime_type: str,
    size: int,
    limit: str,
) -> None:
    """Attachments that are too large in total fail the task before any request."""
    paths = [media / "one.txt", media / "two.txt"]
    for path in paths:
        path.write_bytes(b"x" * size)
    files = [attachment(path, mime_type) for path in paths]
    with pytest.raises(HomeAssistantError, match=limit) as raised:
        await generate("Look.", attachments=files)
    assert raised.value.translation_key == "attachments_too_large"
    assert not server.completions
    await generate("Look.", attachments=files[1:])
    assert server.completions


@pytest.mark.usefixtures("streaming")
async def test_images_not_supported(
    server: ModelServer, generate: Generate, media: Path
) -> None:
    """A model without image support is reported."""
    picture = media / "cat.png"
    picture.write_bytes(b"pixels")
    message = "acme/text-7b is not a multimodal model"
    server.script(failure(400, {"error": {"message": message}}))
    with pytest.raises(HomeAssistantError, match=message) as raised:
        await generate("Look.", attachments=[attachment(picture, "image/png")])
    assert raised.value.translation_key == "images_not_supported"
    assert len(server.completions) == 1


async def test_wrong_key(
    hass: HomeAssistant, server: ModelServer, generate: Generate
) -> None:
    """An invalid API key fails the task, and starts a reauth flow."""
    server.api_key = "another"
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "invalid_auth"
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_model_not_found(
    hass: HomeAssistant, server: ModelServer, generate: Generate
) -> None:
    """A missing model fails the task and creates an issue, until it works again."""
    error = {"error": {"message": "The model `scripted` does not exist"}}
    server.script(failure(404, error))
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "model_not_found"
    issues = ir.async_get(hass).issues
    assert any(key.startswith("model_not_found") for _, key in issues)
    await generate("Describe it.")
    assert not any(key.startswith("model_not_found") for _, key in issues)


async def test_demo_model(server: ModelServer, generate: Generate) -> None:
    """The model of the demo answers tasks with example data, or text."""

    def rules(body: Body) -> Reply:
        answer = model(body)
        return answer if isinstance(answer, Reply) else answer(body)

    server.script(rules, rules)
    data = await generate("Which colour?", structure=STRUCTURE)
    assert data.keys() == STRUCTURE.keys()
    assert "only a few rules" in await generate("Which colour?")


async def test_context_too_long(server: ModelServer, generate: Generate) -> None:
    """A task that exceeds the context window fails without a retry."""
    message = "This model's maximum context length is 4096 tokens"
    server.script(failure(400, {"error": {"message": message}}))
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "context_too_long"
    assert len(server.completions) == 1


async def test_unexpected_error(
    server: ModelServer,
    generate: Generate,
    set_options: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An unexpected exception is logged, and raised as a translated error."""
    set_options(extra_body={"cannot": {"be", "sent"}})
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "unknown"
    assert "Unexpected error in a task" in caplog.text


async def test_connection_lost(server: ModelServer, generate: Generate) -> None:
    """A lost connection fails the task; a partial response is not returned."""
    server.script(raw(chunk({"role": "assistant", "content": "Half of"}), Abort()))
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "connection_lost"


async def test_task_in_turn(
    hass: HomeAssistant,
    server: ModelServer,
    generate: Generate,
    say: Say,
    offer: Callable[..., None],
) -> None:
    """A tool of a conversation may run a task with the same model."""

    async def look() -> dict[str, Any]:
        return {"seen": await generate("Describe it.")}

    offer(SpyTool("look", look), tool := SpyTool("after"))
    server.script(
        reply(calls=[Call("look")]),
        reply("A cat."),
        reply(calls=[Call("after")]),
        reply("It is a cat."),
    )
    assert speech(await say("What is there?")) == "It is a cat."
    assert tool.calls == [{}]
    assert json.loads(server.bodies[2]["messages"][-1]["content"]) == {"seen": "A cat."}


@pytest.mark.usefixtures("streaming")
async def test_token_usage(
    hass: HomeAssistant, server: ModelServer, generate: Generate
) -> None:
    """Token usage of a task is counted, for both attempts."""
    server.script(reply(BAD, usage=(100, 10, 0)), reply(GOOD, usage=(120, 10, 100)))
    await generate("Which colour?", structure=STRUCTURE)
    state = hass.states.get("sensor.scripted_prompt_tokens")
    assert state is not None
    assert float(state.state) == 220
