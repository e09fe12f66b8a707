"""Test servers that take only so many tools, in their own words."""

from collections.abc import AsyncGenerator, Callable, Sequence
import json
from typing import Any

import httpx
import pytest

from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    TextDelta,
)
from testbed.replies import Reply, failure
from testbed.server import ModelServer, RecordedRequest

TOO_MANY = 155

type Refusal = Callable[[int, int], Reply]
"""A refusal of a number of tools that is above a limit."""


def _openai(limit: int, count: int) -> Reply:
    """Return what OpenAI, Azure and others say."""
    error = {
        "message": "Invalid 'tools': array too long. Expected an array with maximum "
        f"length {limit}, but got an array with length {count} instead.",
        "type": "invalid_request_error",
        "param": "tools",
        "code": "array_above_max_length",
    }
    return failure(400, {"error": error})


def _groq(limit: int, count: int) -> Reply:
    """Return what Groq says."""
    words = f"'tools' : maximum number of items is {limit}"
    return failure(400, {"error": {"message": words, "type": "invalid_request_error"}})


def _gemini(limit: int, count: int) -> Reply:
    """Return what Gemini says."""
    words = (
        "The GenerateContentRequest proto is invalid:\n  * tools[0]."
        f"function_declarations: [FIELD_INVALID] At most {limit} function declarations "
        "can be specified."
    )
    error = {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}
    return failure(400, [{"error": error}])


def _xai(limit: int, count: int) -> Reply:
    """Return what xAI says."""
    words = (
        f"Maximum tools limit reached. {count} tools have been provided but the "
        f"maximum is {limit}."
    )
    body = {"code": "Client specified an invalid argument", "error": words}
    return failure(400, body)


def _copilot(limit: int, count: int) -> Reply:
    """Return what GitHub's servers say."""
    words = f"You may not include more than {limit} tools in your request."
    return failure(400, {"error": {"message": words, "code": "invalid_request_body"}})


def _pydantic(limit: int, count: int) -> Reply:
    """Return what servers say that are written in Python."""
    detail = {
        "type": "too_long",
        "loc": ["body", "tools"],
        "msg": f"List should have at most {limit} items after validation, not {count}",
        "ctx": {"field_type": "List", "max_length": limit, "actual_length": count},
    }
    return failure(422, {"detail": [detail]})


def _litellm(limit: int, count: int) -> Reply:
    """Return OpenAI's words as the LiteLLM proxy passes them on."""
    words = (
        "litellm.BadRequestError: OpenAIException - Error code: 400 - {'error': "
        "{'message': \"Invalid 'tools': array too long. Expected an array with maximum "
        f"length {limit}, but got an array with length {count} instead.\", 'type': "
        "'invalid_request_error', 'param': 'tools', 'code': 'array_above_max_length'}}"
    )
    error = {"message": words, "type": None, "param": None, "code": "400"}
    return failure(400, {"error": error})


def _gateway(limit: int, count: int) -> Reply:
    """Return what a gateway says that counts by itself."""
    return failure(400, {"error": f"number of tools exceeds {limit}"})


REFUSALS = {
    "OpenAI": _openai,
    "Groq": _groq,
    "Gemini": _gemini,
    "xAI": _xai,
    "Copilot": _copilot,
    "pydantic": _pydantic,
    "LiteLLM": _litellm,
    "gateway": _gateway,
}


def _body(count: int, *called: str) -> dict[str, Any]:
    """Return a request with some tools, of which some are called in its history."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Hi"}]
    for name in called:
        function = {"name": name, "arguments": "{}"}
        call = {"id": "abcdefghi", "type": "function", "function": function}
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "abcdefghi", "content": "Done"},
        ]
    return {
        "model": "scripted",
        "messages": messages,
        "tools": [
            {"type": "function", "function": {"name": f"tool_{number}"}}
            for number in range(count)
        ],
        "stream": True,
    }


class Strict:
    """A server that takes only so many tools."""

    def __init__(self, refusal: Refusal) -> None:
        """Initialize with the way in which it refuses more."""
        self.limit = 128
        self.refusal = refusal

    def __call__(self, request: RecordedRequest) -> Reply | None:
        """Return the refusal of a request, None if it is accepted."""
        if not request.path.endswith("/completions"):
            return None
        count = len(request.body.get("tools", ()))
        return self.refusal(self.limit, count) if count > self.limit else None


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Yield a model server that is listening."""
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def client(server: ModelServer) -> AsyncGenerator[CompletionsClient]:
    """Yield a client for the server."""
    async with httpx.AsyncClient() as http:
        yield CompletionsClient(server.base_url, None, http)


def _fewer(count: int, called: Sequence[str]) -> list[dict[str, Any]]:
    """Return the tools that are called, and others up to a number."""
    names = [*reversed(called), "query_tools", *(f"other_{n}" for n in range(count))]
    return [{"name": name} for name in names[:count]]


async def _ask(client: CompletionsClient, body: dict[str, Any]) -> None:
    """Send a request that is answered."""
    events = [e async for e in client.stream(body, fewer_tools=_fewer)]
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Hello there."


def _names(server: ModelServer) -> list[list[str]]:
    """Return the tools of each request, and forget the requests."""
    sent = [[t["function"]["name"] for t in b.get("tools", ())] for b in server.bodies]
    server.forget()
    return sent


def _counts(server: ModelServer) -> list[int]:
    """Return the number of tools of each request, and forget the requests."""
    return [len(names) for names in _names(server)]


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
async def test_limit_is_learned(
    server: ModelServer, client: CompletionsClient, refusal: Refusal
) -> None:
    """The number in the server's words is the limit of the next requests."""
    server.reject = Strict(refusal)
    await _ask(client, _body(TOO_MANY))
    assert _counts(server) == [155, 128]
    await _ask(client, _body(TOO_MANY))
    await _ask(client, _body(127))
    assert _counts(server) == [128, 127]
    ((trait, lesson),) = client.learned.lessons("scripted").items()
    assert trait == ("max_tools", 128)
    assert not lesson.is_guess
    assert client.learned.profile("another").max_tools is None


async def test_status_in_the_words(
    server: ModelServer, client: CompletionsClient
) -> None:
    """A status that a gateway quotes is no limit, whatever the number of tools."""
    server.reject = Strict(_litellm)
    await _ask(client, _body(500))
    assert _counts(server) == [500, 128]


async def test_called_tools_stay(
    server: ModelServer, client: CompletionsClient
) -> None:
    """What chooses the tools is told which were called, the last one last."""
    server.reject = Strict(_openai)
    await _ask(client, _body(TOO_MANY, "tool_150", "tool_3", "tool_150"))
    _, sent = _names(server)
    assert sent[:4] == ["tool_150", "tool_3", "query_tools", "other_0"]
    assert len(sent) == 128


async def test_lower_limit(server: ModelServer, client: CompletionsClient) -> None:
    """A limit that became lower is learned in place of the former one."""
    server.reject = strict = Strict(_groq)
    await _ask(client, _body(TOO_MANY))
    strict.limit = 20
    await _ask(client, _body(TOO_MANY))
    assert _counts(server) == [155, 128, 128, 20]
    assert client.learned.profile("scripted").max_tools == 20


async def test_no_number(server: ModelServer, client: CompletionsClient) -> None:
    """Without a number, common limits are tried; what worked is kept for the session."""
    server.reject = strict = Strict(
        lambda *_: failure(400, {"error": "Too many tools in the request"})
    )
    strict.limit = 50
    await _ask(client, _body(TOO_MANY))
    await _ask(client, _body(TOO_MANY))
    assert _counts(server) == [155, 128, 64, 32, 32]
    client.learned.end_session()
    assert not client.learned.lessons("scripted")


@pytest.mark.parametrize(
    "words", ["", "Bad Request", "invalid-argument"], ids=["none", "words", "xAI"]
)
async def test_words_that_name_nothing(
    server: ModelServer, client: CompletionsClient, words: str
) -> None:
    """A server may refuse too many tools without a word about them."""
    server.reject = Strict(lambda *_: failure(400, {"error": words}))
    await _ask(client, _body(TOO_MANY))
    counts = _counts(server)
    assert (counts[:2], counts[-1]) == ([155, 155], 128)
    client.learned.end_session()
    assert not client.learned.lessons("scripted")


async def test_unlearned(server: ModelServer, client: CompletionsClient) -> None:
    """A check sends all tools; if the server takes them, the limit is forgotten."""
    server.reject = strict = Strict(_openai)
    await _ask(client, _body(TOO_MANY))
    await _ask(client, _body(TOO_MANY))
    assert _counts(server) == [155, 128, 128]
    client.learned.load(_as_learned_long_ago(client))
    await _ask(client, _body(TOO_MANY))
    assert _counts(server) == [155, 128]
    assert client.learned.profile("scripted").max_tools == 128
    strict.limit = 1000
    client.learned.load(_as_learned_long_ago(client))
    await _ask(client, _body(TOO_MANY))
    assert _counts(server) == [155]
    assert not client.learned.lessons("scripted")


def _as_learned_long_ago(client: CompletionsClient) -> dict[str, Any]:
    """Return what a client has learned as it is stored, with no time of a check."""
    stored: dict[str, Any] = json.loads(json.dumps(client.learned.to_json()))
    for lesson in stored["lessons"]["scripted"]:
        lesson["confirmed_at"] = 0
    return stored


@pytest.mark.parametrize("value", [0, -3, True, "128", 1.5, None, [128]])
async def test_stored_limit_that_is_none(
    server: ModelServer, client: CompletionsClient, value: object
) -> None:
    """A limit on disk that is none is ignored."""
    client.learned.load({"models": {"scripted": {"max_tools": value}}})
    await _ask(client, _body(TOO_MANY))
    assert _counts(server) == [155]


@pytest.mark.parametrize(
    "words",
    [
        # OpenAI, of one tool.
        (
            "Invalid 'tools[77].function.name': string too long. Expected a string "
            "with maximum length 64, but got a string with length 67 instead."
        ),
        (
            "Invalid 'tools[3].function.parameters.properties.mood.enum': array too "
            "long. Expected an array with maximum length 100, but got an array with "
            "length 109 instead."
        ),
        # Of calls, and of messages.
        "Too many tool calls: at most 10 are allowed in one message",
        "Invalid 'messages': array too long. Expected an array with maximum length 128.",
        "'stop' : maximum number of items is 4",
    ],
    ids=["name", "enum", "calls", "messages", "stop"],
)
async def test_other_limits(
    server: ModelServer, client: CompletionsClient, words: str
) -> None:
    """What is about another limit costs no tools beside the one that it names."""
    server.script(*[failure(400, {"error": {"message": words}})] * 20)
    with pytest.raises(CompletionError):
        await _ask(client, {**_body(127), "stop": ["a"]})
    assert min(_counts(server)) >= 126
