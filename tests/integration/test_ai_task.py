"""A task for the model comes out as text or as data, beside all conversations."""

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
    """Run a test with streaming and without."""
    set_options(enable_streaming=request.param)


@pytest.fixture(autouse=True)
def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return where the files of the house are."""
    hass.config.media_dirs = {"local": str(tmp_path)}
    return tmp_path


@pytest.fixture
def generate(hass: HomeAssistant, agent: str) -> Generate:
    """Return what gives a task to the model by its action, and returns the data."""

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
    """Return a file as the action takes it."""
    return {
        "media_content_id": f"media-source://media_source/local/{path.name}",
        "media_content_type": mime_type,
    }


async def test_entity(hass: HomeAssistant, agent: str, entry: MockConfigEntry) -> None:
    """There is one entity for tasks, at the device of the entry."""
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
    )


@pytest.mark.usefixtures("streaming")
async def test_text(
    hass: HomeAssistant, server: ModelServer, generate: Generate
) -> None:
    """Without a structure the answer is the data, as it was written."""
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
async def test_no_thoughts(server: ModelServer, generate: Generate) -> None:
    """Thoughts are no part of the data, text or structured."""
    thoughts = '<think>It may be {"colour": "red"}.</think>'
    server.script(reply(thoughts, "Grey."), reply(thoughts, GOOD))
    assert await generate("Which colour?") == "Grey."
    assert await generate("Which colour?", structure=STRUCTURE) == DATA


async def test_beside_the_session(
    server: ModelServer, generate: Generate, say: Say
) -> None:
    """A task knows nothing of the conversation, and the conversation nothing of it."""
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
    """The server is given the schema of the structure, and the model is told it."""
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
    told = body["messages"][0]["content"]
    assert json.loads(told[told.index("{") :]) == schema


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
    """Data counts in whatever the model wraps it."""
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
async def test_second_try(server: ModelServer, generate: Generate, answer: str) -> None:
    """A model whose data is wrong is told so, once."""
    server.script(reply(answer), reply(GOOD))
    assert await generate("Which colour?", structure=STRUCTURE) == DATA
    said, complaint = server.bodies[1]["messages"][-2:]
    assert said == {"role": "assistant", "content": answer}
    assert complaint["role"] == "user"
    assert "not the JSON object" in complaint["content"]


async def test_told_what_is_wrong(server: ModelServer, generate: Generate) -> None:
    """The model, and then the user, is told which part of the data is wrong."""
    server.script(reply(BAD), reply(BAD))
    with pytest.raises(HomeAssistantError, match="colour") as raised:
        await generate("Which colour?", structure=STRUCTURE)
    assert raised.value.translation_key == "no_structured_data"
    assert len(server.completions) == 2
    assert "colour" in server.bodies[1]["messages"][-1]["content"]


@pytest.mark.usefixtures("streaming")
async def test_schema_refused(server: ModelServer, generate: Generate) -> None:
    """A server that refuses the schema is asked without it, from then on."""
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
    """A task that brings tools has them called; a wrong call goes back to the model."""
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
async def test_attachments(
    server: ModelServer, generate: Generate, media: Path
) -> None:
    """Images are shown to the model, and texts are read to it with their names."""
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
async def test_cannot_be_sent(
    server: ModelServer,
    generate: Generate,
    media: Path,
    name: str,
    mime_type: str,
    size: int | None,
    key: str,
) -> None:
    """What cannot be sent fails the task, with its name, before anything is sent."""
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
async def test_too_much_together(
    server: ModelServer,
    generate: Generate,
    media: Path,
    mime_type: str,
    size: int,
    limit: str,
) -> None:
    """Files that are too large together fail the task before anything is sent."""
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
async def test_model_takes_no_images(
    server: ModelServer, generate: Generate, media: Path
) -> None:
    """A model that takes no images is told of."""
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
    """A key that is refused fails the task, and a new one is asked for."""
    server.api_key = "another"
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "invalid_auth"
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_model_gone(
    hass: HomeAssistant, server: ModelServer, generate: Generate
) -> None:
    """A model that is gone fails the task and is an issue, until it is back."""
    error = {"error": {"message": "The model `scripted` does not exist"}}
    server.script(failure(404, error))
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "model_not_found"
    issues = ir.async_get(hass).issues
    assert any(key.startswith("model_not_found") for _, key in issues)
    await generate("Describe it.")
    assert not any(key.startswith("model_not_found") for _, key in issues)


async def test_model_of_the_demo(server: ModelServer, generate: Generate) -> None:
    """Who tries a task in the demo sees the form of the data, and words."""

    def rules(body: Body) -> Reply:
        answer = model(body)
        return answer if isinstance(answer, Reply) else answer(body)

    server.script(rules, rules)
    data = await generate("Which colour?", structure=STRUCTURE)
    assert data.keys() == STRUCTURE.keys()
    assert "only a few rules" in await generate("Which colour?")


async def test_too_long(server: ModelServer, generate: Generate) -> None:
    """A task that is more than the model can take in fails, for there is nothing to forget."""
    message = "This model's maximum context length is 4096 tokens"
    server.script(failure(400, {"error": {"message": message}}))
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "context_too_long"
    assert len(server.completions) == 1


async def test_nothing_else_escapes(
    server: ModelServer,
    generate: Generate,
    set_options: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What nobody thought of is an error that a user can read, and is logged."""
    set_options(extra_body={"cannot": {"be", "sent"}})
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "unknown"
    assert "Unexpected error in a task" in caplog.text


async def test_server_gone(server: ModelServer, generate: Generate) -> None:
    """A server that breaks off fails the task: half an answer is no data."""
    server.script(raw(chunk({"role": "assistant", "content": "Half of"}), Abort()))
    with pytest.raises(HomeAssistantError) as raised:
        await generate("Describe it.")
    assert raised.value.translation_key == "connection_lost"


async def test_next_to_a_turn(
    hass: HomeAssistant,
    server: ModelServer,
    generate: Generate,
    say: Say,
    offer: Callable[..., None],
) -> None:
    """A tool of a conversation may give the model a task, and both go on."""

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
async def test_counted(
    hass: HomeAssistant, server: ModelServer, generate: Generate
) -> None:
    """What a task costs is in the statistics, both of its tries."""
    server.script(reply(BAD, usage=(100, 10, 0)), reply(GOOD, usage=(120, 10, 100)))
    await generate("Which colour?", structure=STRUCTURE)
    state = hass.states.get("sensor.scripted_prompt_tokens")
    assert state is not None
    assert float(state.state) == 220
