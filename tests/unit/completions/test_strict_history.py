"""Test that a strict server takes a history after it has rejected it once."""

from collections.abc import AsyncGenerator, Callable
import re
from typing import Any

import httpx
import pytest

from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
)
from testbed import strict_servers
from testbed.replies import Reply, failure
from testbed.server import ModelServer, RecordedRequest

ULID = "01KB9Z3V6T2N8Q4W5X7Y0C1D2E"
LONG_ID = "call_" + "a" * 50
TOOLS = [
    {"name": name, "parameters": {"type": "object", "properties": {}}} for name in "fg"
]

type Reject = Callable[[RecordedRequest], Reply | None]


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Return a model server that is listening."""
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def client(server: ModelServer) -> AsyncGenerator[CompletionsClient]:
    """Return a client for the server."""
    async with httpx.AsyncClient() as http:
        yield CompletionsClient(server.base_url, None, http)


def _turn(
    call_id: str, text: str | None = None, answer: str | None = "Done."
) -> list[Message]:
    """Return a turn with a call."""
    return [
        UserMessage("Hi"),
        AssistantMessage(text, (ToolCallPart(call_id, "f", "{}"),)),
        ToolMessage(call_id, '{"ok":true}'),
        *([AssistantMessage(answer)] if answer else []),
    ]


async def _send(client: CompletionsClient, *messages: Message) -> None:
    """Send a request of a user after some messages; raises if it is rejected."""
    body = build_body(
        strict_servers.AZURE_DEPLOYMENT,
        [SystemMessage("Be brief."), *messages, UserMessage("Hi")],
        TOOLS,
        stream=True,
    )
    headers = {"api-key": strict_servers.AZURE_KEY}
    assert [event async for event in client.stream(body, headers=headers)]


def _as_template(words: str) -> Reject:
    """Return a server with a chat template that wants ids of nine characters."""

    def reject(request: RecordedRequest) -> Reply | None:
        for message in request.body["messages"]:
            for call in message.get("tool_calls") or ():
                if len(call["id"]) != 9:
                    return failure(500, {"error": {"code": 500, "message": words}})
        return None

    return reject


def _without_null(status: int, error: Any) -> Reject:
    """Return a server that rejects null beside calls with an error."""

    def reject(request: RecordedRequest) -> Reply | None:
        contents = [message["content"] for message in request.body["messages"]]
        return failure(status, error) if None in contents else None

    return reject


def _anthropic(request: RecordedRequest) -> Reply | None:
    """Reject ids that are no unique words, as Anthropic behind a gateway does."""
    ids: list[str] = []
    for number, message in enumerate(request.body["messages"]):
        for call in message.get("tool_calls") or ():
            place = f"messages.{number}.content.0"
            if not re.fullmatch("[a-zA-Z0-9_-]+", call["id"]):
                words = (
                    f"{place}.tool_use.id: String should match pattern "
                    "'^[a-zA-Z0-9_-]+$'"
                )
                return failure(400, {"error": {"message": words}})
            if call["id"] in ids:
                words = f"{place}: `tool_use` ids must be unique"
                return failure(400, {"error": {"message": words}})
            ids.append(call["id"])
    return None


GROQ = {
    "error": {
        "message": "'messages.2' : for 'role:assistant' the following must be satisfied"
        "[('messages.2.content' : value must be a string)]",
        "type": "invalid_request_error",
    }
}
PYDANTIC = {
    "detail": [
        {
            "type": "string_type",
            "loc": ["body", "messages", 2, "assistant", "content"],
            "msg": "Input should be a valid string",
            "input": None,
        }
    ]
}

CASES: dict[str, tuple[Reject, list[Message]]] = {
    "mistral, foreign id": (strict_servers.mistral, _turn(ULID)),
    "mistral, text beside a call": (
        strict_servers.mistral,
        _turn("D681PevKs", "Wait."),
    ),
    "mistral, no answer": (
        strict_servers.mistral,
        _turn("D681PevKs", answer=None),
    ),
    "mistral, all at once": (
        strict_servers.mistral,
        [*_turn(ULID, "Wait.", None), *_turn(ULID)],
    ),
    "template, llama.cpp": (
        _as_template(
            "Tool call IDs should be alphanumeric strings with length 9! at row 91, "
            "column 40:\n   {%- if not tool_call.id is defined"
        ),
        _turn("1697377797897"),
    ),
    "lm studio": (strict_servers.lm_studio, _turn("365174485")),
    "groq": (_without_null(400, GROQ), _turn("call_1")),
    "pydantic": (_without_null(422, PYDANTIC), _turn("call_1")),
    "ollama": (
        _without_null(
            400, {"error": {"message": "invalid message content type: <nil>"}}
        ),
        _turn("call_1"),
    ),
    "rust": (
        _without_null(
            422, "Failed to deserialize: invalid type: null, expected a string"
        ),
        _turn("call_1"),
    ),
    "gemini": (strict_servers.gemini, _turn("function-call-1")),
    "azure, long id": (strict_servers.azure, _turn(LONG_ID)),
    "anthropic, characters": (_anthropic, _turn("functions.f:0")),
}


@pytest.mark.parametrize(("reject", "history"), CASES.values(), ids=CASES)
async def test_history(
    server: ModelServer,
    client: CompletionsClient,
    reject: Reject,
    history: list[Message],
) -> None:
    """A history that was rejected is sent in another form, from then on at once."""
    server.reject = reject
    await _send(client, *history)
    first = server.bodies[-1]["messages"]
    count = len(server.rejected)
    await _send(client, *history, UserMessage("Hi"), AssistantMessage("Yes?"))
    assert len(server.rejected) == count
    # What was accepted stays as it is, for the server's prompt cache.
    assert server.bodies[-1]["messages"][: len(first) - 1] == first[:-1]


async def test_reused_id(server: ModelServer, client: CompletionsClient) -> None:
    """An id that a server reuses in each turn is unique from the first request on."""
    server.reject = _anthropic
    await _send(client, *_turn("call_0"), *_turn("call_0"))
    assert not server.rejected


async def test_name_in_results(server: ModelServer, client: CompletionsClient) -> None:
    """A server that does not look names up gets them with the results."""

    def reject(request: RecordedRequest) -> Reply | None:
        for number, message in enumerate(request.body["messages"]):
            if message["role"] == "tool" and not message.get("name"):
                words = (
                    f"* GenerateContentRequest.contents[{number}].parts[0]"
                    ".function_response.name: Name cannot be empty.\n"
                )
                error = {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}
                return failure(400, [{"error": error}])
        return None

    server.reject = reject
    await _send(client, *_turn("call_0"))
    assert [
        m["name"] for m in server.bodies[-1]["messages"] if m["role"] == "tool"
    ] == ["f"]


async def test_ids_with_a_meaning(
    server: ModelServer, client: CompletionsClient
) -> None:
    """LiteLLM's signatures and Kimi's counts go back as they came."""
    ids = ["call_1__thought__" + "A" * 600, "functions.f:0", "functions.f:1"]
    await _send(client, *[message for call_id in ids for message in _turn(call_id)])
    sent = [
        call["id"]
        for message in server.bodies[-1]["messages"]
        for call in message.get("tool_calls") or ()
    ]
    assert sent == ids
