"""Test against a real server what refusals teach, and how that is unlearned."""

import asyncio
from collections.abc import AsyncGenerator, Callable
import contextlib
from typing import Any

import httpx
from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.body_reader import (
    Timeouts,
)
from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
    ContextTooLongError,
    MaxTokensError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    TextDelta,
)
from custom_components.openai_compatible_conversation.completions.learned_profiles import (
    MAX_MODELS,
    LearnedProfiles,
)
from custom_components.openai_compatible_conversation.completions.lessons import (
    FIRST_CHECK,
    MAX_LESSONS,
    MAX_PAUSE,
    MIN_PAUSE,
    SESSION_CHECK,
    LearnedModel,
    Lesson,
)
from custom_components.openai_compatible_conversation.completions.profile import (
    DEFAULT_PROFILE,
)
from testbed.replies import DONE, Body, Pause, Reply, chunk, event, failure, raw
from testbed.server import ModelServer, RecordedRequest

USAGE = {"include_usage": True}
BODY: dict[str, Any] = {
    "model": "scripted",
    "messages": [{"role": "user", "content": "Hi"}],
    "stream": True,
    "stream_options": USAGE,
    "temperature": 0.5,
}
ENUM = {"type": "string", "enum": ["kitchen", ""]}
TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": f"tool_{number}",
            "parameters": {
                "type": "object",
                "properties": {"area": {"type": "string"}},
            },
        },
    }
    for number in range(25)
]


def _tools(**changed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return 25 tools, some with another schema for their argument."""
    return [
        {
            "type": "function",
            "function": {
                **tool["function"],
                "parameters": {
                    "type": "object",
                    "properties": {
                        "area": changed.get(
                            tool["function"]["name"], {"type": "string"}
                        )
                    },
                },
            },
        }
        for tool in TOOLS
    ]


def _refusal(words: str, status: int = 400) -> Reply:
    """Return a refusal with words."""
    return failure(status, {"error": {"message": words}})


class Clock:
    """Seconds since the epoch, which a test sets."""

    def __init__(self) -> None:
        """Initialize with some time."""
        self.now = 1_000_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Return a model server that is listening."""
    async with ModelServer() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the lessons."""
    return Clock()


@pytest.fixture
async def client(
    server: ModelServer, clock: Clock
) -> AsyncGenerator[CompletionsClient]:
    """Return a client for the server."""
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(server.base_url, "k", http, Timeouts())
        client.learned = LearnedProfiles(clock)
        yield client


async def _send(client: CompletionsClient, body: Body = BODY) -> None:
    """Send a request that is answered in the end."""
    text = [e.text async for e in client.stream(body) if isinstance(e, TextDelta)]
    assert "".join(text).startswith("Hello")


def _reject(
    server: ModelServer, is_refused: Callable[[Body], bool], words: str
) -> None:
    """Let the server refuse some requests."""

    def reject(request: RecordedRequest) -> Reply | None:
        return _refusal(words) if is_refused(request.body) else None

    server.reject = reject


def _sent(server: ModelServer, name: str) -> list[bool]:
    """Return whether each request had a parameter, and forget the requests."""
    sent = [name in body for body in server.bodies]
    server.forget()
    return sent


def _lessons(client: CompletionsClient) -> list[tuple[str, str | bool | int]]:
    """Return the lessons of the model."""
    return list(client.learned.lessons("scripted"))


@pytest.mark.parametrize(
    "words",
    [
        "Provider returned error",
        "Bad Request",
        "",
    ],
)
@pytest.mark.parametrize("status", [400, 422])
async def test_passing_refusal(
    server: ModelServer, client: CompletionsClient, words: str, status: int
) -> None:
    """A refusal that names nothing and passes teaches nothing."""
    server.script(_refusal(words, status))
    await _send(client)
    await _send(client)
    assert server.bodies == [BODY, BODY, BODY]
    assert not client.learned.models


async def test_passing_refusal_in_the_stream(
    server: ModelServer, client: CompletionsClient
) -> None:
    """The same with status 200, and the error as the first event."""
    error = {"code": 400, "message": "Provider returned error"}
    server.script(raw(event({"error": error})))
    await _send(client)
    assert server.bodies == [BODY, BODY]
    assert not client.learned.models


async def test_bare_refusal(server: ModelServer, client: CompletionsClient) -> None:
    """A response without a body names nothing either."""
    server.script(raw(b"", status=422, content_type="text/plain"))
    await _send(client)
    assert server.bodies == [BODY, BODY]
    assert not client.learned.models


async def test_guess_lasts_for_the_session(
    server: ModelServer, client: CompletionsClient
) -> None:
    """What had to be guessed is used for the session, and not stored."""
    _reject(server, lambda body: "stream_options" in body, "Bad Request")
    await _send(client)
    assert _sent(server, "stream_options") == [True, True, False]
    await _send(client)
    assert _sent(server, "stream_options") == [False]
    (lesson,) = client.learned.lessons("scripted").values()
    assert lesson.is_guess
    assert lesson.words == "Bad Request"
    stored = client.learned.to_json()
    assert stored == {"models": {"scripted": {}}, "lessons": {"scripted": []}}
    client.learned.end_session()
    await _send(client)
    assert _sent(server, "stream_options") == [True, True, False]


async def test_named_parameter_is_kept(
    server: ModelServer, client: CompletionsClient
) -> None:
    """What was named is kept beyond the session, with its words."""
    _reject(server, lambda body: "temperature" in body, "temperature: not supported")
    await _send(client)
    client.learned.end_session()
    await _send(client)
    assert _sent(server, "temperature") == [True, False, False]
    assert "stream_options" in BODY
    (stored,) = client.learned.to_json()["lessons"]["scripted"]
    assert stored["words"] == "temperature: not supported"
    assert stored["learned_at"] == 1_000_000_000.0


async def test_lesson_taken_back(
    server: ModelServer, client: CompletionsClient
) -> None:
    """A lesson after which the reason stays the same is taken back."""
    server.script(*[_refusal("temperature: too hot (request 0123456789ab)")] * 2)
    await _send(client)
    assert _sent(server, "temperature") == [True, False, True]
    assert not client.learned.models


async def test_request_ids_are_no_reason(
    server: ModelServer, client: CompletionsClient
) -> None:
    """Two refusals that differ in the id of the request have the same reason."""
    server.script(
        _refusal("temperature: no (request 4f2a9b7c1d3e)"),
        _refusal("temperature: no (request 90cc81d7aa02)"),
    )
    await _send(client)
    assert _sent(server, "temperature") == [True, False, True]
    assert not client.learned.models


async def test_stored_lesson_taken_back(
    server: ModelServer, client: CompletionsClient
) -> None:
    """A lesson of an earlier request is taken back if it does not help any more."""
    words = "temperature: not supported"
    server.script(_refusal(words))
    await _send(client)
    assert _sent(server, "temperature") == [True, False]
    server.script(_refusal(words))
    await _send(client)
    assert _sent(server, "temperature") == [False, True]
    assert not _lessons(client)


async def test_stored_lesson_taken_back_beside_a_new_one(
    server: ModelServer, client: CompletionsClient
) -> None:
    """A lesson that does not help is taken back, and one learned meanwhile stays."""
    words = "temperature: not supported"
    server.script(_refusal(words))
    await _send(client)
    server.forget()
    server.script(_refusal("stream_options: not supported"), _refusal(words))
    await _send(client)
    assert _sent(server, "temperature") == [False, False, True]
    assert _lessons(client) == [("omitted", "stream_options")]


async def test_two_reasons(server: ModelServer, client: CompletionsClient) -> None:
    """A refusal for another reason leaves the first lesson as it is."""

    def reject(request: RecordedRequest) -> Reply | None:
        for name in ("temperature", "stream_options"):
            if name in request.body:
                return _refusal(f"{name}: not supported")
        return None

    server.reject = reject
    await _send(client)
    assert len(server.bodies) == 3
    assert [value for _, value in _lessons(client)][1] == "stream_options"
    assert len(_lessons(client)) == 2


GEMINI = (
    "* GenerateContentRequest.tools[0].function_declarations[22].parameters."
    "properties[area].enum[1]: cannot be empty\n"
)


def _gemini_refuses(body: Body) -> bool:
    """Return whether a request has an empty value in an enum."""
    return '""' in str(body.get("tools")).replace("'", '"')


async def test_declaration_of_gemini(
    server: ModelServer, client: CompletionsClient
) -> None:
    """Declaration 22 is meant, and not tool 0: its empty value is left out."""
    detail = {"code": 400, "message": GEMINI, "status": "INVALID_ARGUMENT"}

    def reject(request: RecordedRequest) -> Reply | None:
        refused = _gemini_refuses(request.body)
        return failure(400, [{"error": detail}]) if refused else None

    server.reject = reject
    number = {"type": "string", "enum": ["a", "b"]}
    body = {**BODY, "tools": _tools(tool_22=ENUM, tool_3=number)}
    await _send(client, body)
    first, second = server.bodies
    assert first["tools"] == body["tools"]
    cleaned = {"type": "string", "enum": ["kitchen"]}
    assert second["tools"] == _tools(tool_22=cleaned, tool_3=number)
    assert _lessons(client) == [("schema_rewrites", "enum")]
    await _send(client, body)
    assert server.bodies[2] == second


async def test_tool_whose_schema_cannot_be_mended(
    server: ModelServer, client: CompletionsClient
) -> None:
    """A tool is given up last, and alone."""
    _reject(
        server,
        lambda body: any(t["function"]["name"] == "tool_7" for t in body["tools"]),
        "tools[0].function_declarations[7].name: invalid",
    )
    await _send(client, {**BODY, "tools": TOOLS})
    names = [tool["function"]["name"] for tool in server.bodies[-1]["tools"]]
    assert names == [f"tool_{n}" for n in range(25) if n != 7]
    assert _lessons(client) == [("refused_tools", "tool_7")]
    assert client.learned.to_json()["lessons"]["scripted"] == []


async def test_index_that_means_nothing(
    server: ModelServer, client: CompletionsClient
) -> None:
    """Where leaving out a tool changes nothing, the tools are not dropped in a row."""
    _reject(server, lambda _: True, "tools[0]: something is wrong")
    with pytest.raises(CompletionError, match="something is wrong"):
        await _send(client, {**BODY, "tools": TOOLS})
    assert min(len(body["tools"]) for body in server.bodies) == 24
    assert server.bodies[-1]["tools"] == TOOLS
    assert not client.learned.models


@pytest.mark.parametrize(
    ("schema", "keyword", "words"),
    [
        (
            {"type": "string", "pattern": "\\S"},
            "pattern",
            (
                "JSON schema conversion failed:\nPattern must start with '^' and end "
                "with '$'"
            ),
        ),
        (
            {"type": "string", "format": "uri"},
            "format",
            (
                "Invalid schema for function 'tool_4': In context=('properties', 'area'), "
                "'uri' is not a valid format."
            ),
        ),
        (
            {"const": "x"},
            "const",
            (
                'Unknown name "const" at \'tools[0].function_declarations[4].parameters.'
                "properties[0].value': Cannot find field."
            ),
        ),
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            "additionalProperties",
            (
                'Unknown name "additionalProperties" at \'tools[0].function_declarations[4]'
                ".parameters.properties[0].value': Cannot find field."
            ),
        ),
        (
            {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "oneOf",
            "Invalid schema for function 'tool_4': 'oneOf' is not permitted.",
        ),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
            "minItems",
            (
                "Invalid arguments passed to the model: minItems in a tool schema is not "
                "supported"
            ),
        ),
        (
            {"type": "string", "frobnicate": True},
            "frobnicate",
            'unknown keyword "frobnicate" in the schema of a tool',
        ),
    ],
)
async def test_refused_keyword(
    server: ModelServer,
    client: CompletionsClient,
    schema: dict[str, Any],
    keyword: str,
    words: str,
) -> None:
    """A refused keyword is left out or rewritten for the server, and no tool is."""
    _reject(server, lambda body: f'"{keyword}":' in _json(body), words)
    body = {**BODY, "tools": _tools(tool_4=schema)}
    await _send(client, body)
    await _send(client, body)
    first, second, third = server.bodies
    assert second == third
    assert len(second["tools"]) == 25
    others = [tool for n, tool in enumerate(first["tools"]) if n != 4]
    assert [tool for n, tool in enumerate(second["tools"]) if n != 4] == others


def _json(body: Body) -> str:
    """Return the tools of a request as JSON."""
    return str(body.get("tools")).replace("'", '"')


async def test_descriptions_too_long(
    server: ModelServer, client: CompletionsClient
) -> None:
    """Where the description of one tool is too long, all are cut, and none is lost."""
    tools = _tools()
    for tool in tools[3:6]:
        tool["function"]["description"] = "Rings the gong. " * 100

    def reject(request: RecordedRequest) -> Reply | None:
        for index, tool in enumerate(request.body["tools"]):
            if len(tool["function"].get("description", "")) > 1024:
                return _refusal(
                    f"Invalid 'tools[{index}].function.description': string too long. "
                    "Expected a string with maximum length 1024."
                )
        return None

    server.reject = reject
    await _send(client, {**BODY, "tools": tools})
    assert len(server.bodies) == 2
    assert len(server.bodies[1]["tools"]) == 25
    assert _lessons(client) == [("schema_rewrites", "description")]


async def test_unnamed_keyword(server: ModelServer, client: CompletionsClient) -> None:
    """Where a message is about a schema and names no keyword, all are reduced."""
    _reject(
        server,
        lambda body: "anyOf" in _json(body),
        "failed to parse grammar of a tool",
    )
    schema = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    await _send(client, {**BODY, "tools": _tools(tool_4=schema)})
    assert len(server.bodies) == 2
    assert len(server.bodies[1]["tools"]) == 25
    assert client.learned.to_json()["lessons"]["scripted"] == []


async def test_response_format_with_refused_keyword(
    server: ModelServer, client: CompletionsClient
) -> None:
    """A keyword is left out of the schema of the response before that is given up."""
    words = (
        "invalid schema for response format: response_format/json_schema/a: minItems "
        "is not supported"
    )
    _reject(server, lambda body: "minItems" in str(body["response_format"]), words)
    schema = {
        "type": "object",
        "properties": {"a": {"type": "array", "minItems": 1, "items": {}}},
    }
    wrapped = {"name": "data", "strict": True, "schema": schema}
    wanted = {"type": "json_schema", "json_schema": wrapped}
    await _send(client, {**BODY, "response_format": wanted})
    sent = server.bodies[1]["response_format"]
    assert sent["json_schema"]["schema"]["properties"]["a"] == {
        "type": "array",
        "items": {},
    }
    assert sent["json_schema"]["strict"]


async def test_check(
    server: ModelServer, client: CompletionsClient, clock: Clock
) -> None:
    """A lesson is checked after a day, and later and later while it holds."""
    _reject(server, lambda body: "temperature" in body, "temperature: not supported")
    await _send(client)
    assert _sent(server, "temperature") == [True, False]
    pause = FIRST_CHECK
    for _ in range(3):
        clock.now += pause - 1
        await _send(client)
        assert _sent(server, "temperature") == [False]
        clock.now += 1
        await _send(client)
        assert _sent(server, "temperature") == [True, False]
        pause *= 2
    (lesson,) = client.learned.lessons("scripted").values()
    assert (lesson.confirmations, lesson.learned_at) == (3, 1_000_000_000.0)
    server.reject = None
    clock.now += MAX_PAUSE
    for _ in range(2):
        await _send(client)
    assert _sent(server, "temperature") == [True, True]
    assert not _lessons(client)


async def test_wrong_lesson_is_unlearned(
    server: ModelServer, client: CompletionsClient, clock: Clock
) -> None:
    """What a single odd answer taught is gone with the first check."""
    server.script(_refusal("stream_options: not supported"))
    await _send(client)
    clock.now += FIRST_CHECK
    await _send(client)
    await _send(client)
    assert _sent(server, "stream_options") == [True, False, True, True]
    assert not _lessons(client)


async def test_wrong_clock(
    server: ModelServer, client: CompletionsClient, clock: Clock
) -> None:
    """A clock that was ahead when a lesson was learned does not keep it for years."""
    clock.now += 20 * 365 * 86400
    server.script(_refusal("temperature: not supported"))
    await _send(client)
    clock.now -= 20 * 365 * 86400
    await _send(client)
    assert _sent(server, "temperature") == [True, False, True]


async def test_one_check_at_a_time(
    server: ModelServer, client: CompletionsClient, clock: Clock
) -> None:
    """A request checks one lesson, and only one that it can check."""

    def reject(request: RecordedRequest) -> Reply | None:
        for name in ("temperature", "stream_options"):
            if name in request.body:
                return _refusal(f"{name}: not supported")
        return None

    server.reject = reject
    await _send(client)
    server.forget()
    clock.now += FIRST_CHECK
    cool = {**BODY, "temperature": 0.1}
    # Another value is not what the lesson is about.
    server.reject = None
    await _send(client, cool)
    assert _sent(server, "stream_options") == [True]
    assert len(_lessons(client)) == 1
    await _send(client)
    assert _sent(server, "temperature") == [True]
    assert not _lessons(client)


async def test_two_requests_at_once(
    server: ModelServer, client: CompletionsClient, clock: Clock
) -> None:
    """Of two requests at once, one checks a lesson."""
    server.script(_refusal("temperature: not supported"))
    await _send(client)
    clock.now += FIRST_CHECK
    server.forget()
    go_on = asyncio.Event()
    server.script(*[raw(Pause(go_on), chunk({"content": "Hello"}), DONE)] * 2)
    both = asyncio.gather(_send(client), _send(client))
    await server.wait_for_completions(2)
    go_on.set()
    await both
    assert sorted(_sent(server, "temperature")) == [False, True]


async def test_cancelled_check(
    server: ModelServer, client: CompletionsClient, clock: Clock
) -> None:
    """A check that is cancelled is made with the next request."""
    _reject(server, lambda body: "temperature" in body, "temperature: not supported")
    await _send(client)
    server.reject = None
    clock.now += FIRST_CHECK
    server.forget()
    server.script(raw(Pause(60)))
    task = asyncio.ensure_future(_send(client))
    await server.wait_for_completions(1)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await _send(client)
    assert _sent(server, "temperature") == [True, True]
    assert not _lessons(client)


async def test_check_of_a_busy_server(
    server: ModelServer, client: CompletionsClient, clock: Clock
) -> None:
    """A server that is busy says nothing about the lesson."""
    server.script(_refusal("temperature: not supported"))
    await _send(client)
    clock.now += FIRST_CHECK
    server.forget()
    server.script(failure(503))
    await _send(client)
    assert _sent(server, "temperature") == [True, False]
    (lesson,) = client.learned.lessons("scripted").values()
    assert lesson.confirmations == 0
    await _send(client)
    assert _sent(server, "temperature") == [True]
    assert not _lessons(client)


def _answer(version: str | None, build: str | None = None) -> Reply:
    """Return an answer with the version of the server in its headers or its body."""
    extra = {"system_fingerprint": build} if build else {}
    headers = {"x-litellm-version": version} if version else {}
    return raw(chunk({"content": "Hello"}, **extra), DONE, headers=headers)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_answer("1.80.0"), _answer("1.81.2")),
        (_answer(None, "b6123-abc"), _answer(None, "b6200-def")),
    ],
    ids=["LiteLLM", "llama.cpp"],
)
async def test_new_version(
    server: ModelServer, client: CompletionsClient, before: Reply, after: Reply
) -> None:
    """A new version of the server has its lessons checked at once, but not again."""
    words = "temperature: not supported"
    server.script(_refusal(words), before, before, after)
    for _ in range(3):
        await _send(client)
    assert _sent(server, "temperature") == [True, False, False, False]
    server.script(_refusal(words), after, after, before)
    for _ in range(3):
        await _send(client)
    assert _sent(server, "temperature") == [True, False, False, False]
    (lesson,) = client.learned.lessons("scripted").values()
    assert len(lesson.versions) == 2
    server.script(after)
    await _send(client)
    assert _sent(server, "temperature") == [False]


async def test_fingerprints_of_machines(
    server: ModelServer, client: CompletionsClient
) -> None:
    """OpenAI's fingerprints, of one machine of many, are no versions."""
    replies = [_answer(None, f"fp_{n}") for n in range(3)]
    server.script(_refusal("temperature: not supported"), *replies)
    for _ in range(3):
        await _send(client)
    assert _sent(server, "temperature") == [True, False, False, False]


async def test_new_version_each_time(
    server: ModelServer, client: CompletionsClient, clock: Clock
) -> None:
    """Where each response has another version, lessons are checked now and then."""
    words = "temperature: not supported"
    versions = iter(range(100))

    def reject(request: RecordedRequest) -> Reply | None:
        if "temperature" in request.body:
            return _refusal(words)
        return _answer(f"v{next(versions)}")

    server.reject = reject
    for _ in range(6):
        await _send(client)
    assert sum(_sent(server, "temperature")) == 2
    clock.now += MIN_PAUSE
    await _send(client)
    assert _sent(server, "temperature") == [True, False]


async def test_long_session(
    server: ModelServer, client: CompletionsClient, clock: Clock
) -> None:
    """In a session that lasts, what is kept for it only is checked every hour."""
    _reject(server, lambda body: "tools" in body, "the model does not support tools")
    body = {**BODY, "tools": TOOLS}
    await _send(client, body)
    assert _sent(server, "tools") == [True, False]
    clock.now += SESSION_CHECK
    server.reject = None
    await _send(client, body)
    assert _sent(server, "tools") == [True]
    assert not _lessons(client)


async def test_tools_return_with_the_next_session(
    server: ModelServer, client: CompletionsClient
) -> None:
    """Tools that a server rejected are offered again in the next session."""
    server.script(_refusal("the model does not support tools"))
    body = {**BODY, "tools": TOOLS}
    await _send(client, body)
    client.learned.end_session()
    await _send(client, body)
    assert _sent(server, "tools") == [True, False, True]


async def test_forget(server: ModelServer, client: CompletionsClient) -> None:
    """All is forgotten, and not brought back by a request that was running."""
    server.script(_refusal("temperature: not supported"))
    await _send(client)
    go_on = asyncio.Event()
    server.script(
        _refusal("stream_options: not supported"),
        raw(Pause(go_on), chunk({"content": "Hello"}), DONE),
    )
    running = asyncio.ensure_future(_send(client))
    await server.wait_for_completions(4)
    assert client.learned.forget() == 1
    go_on.set()
    await running
    assert not client.learned.models
    assert client.learned.forget() == 0


async def test_concurrent_lessons(
    server: ModelServer, client: CompletionsClient
) -> None:
    """Two requests at once keep what each of them learned."""
    go_on = asyncio.Event()

    def reject(request: RecordedRequest) -> Reply | None:
        body = request.body
        if "temperature" in body and "stream_options" not in body:
            return _refusal("temperature: not supported")
        if "stream_options" in body and "temperature" not in body:
            return _refusal("stream_options: not supported")
        return raw(Pause(go_on), chunk({"content": "Hello"}), DONE)

    server.reject = reject
    bodies = [
        {name: value for name, value in BODY.items() if name != left_out}
        for left_out in ("temperature", "stream_options")
    ]
    both = asyncio.gather(*(_send(client, body) for body in bodies))
    await server.wait_for_completions(4)
    go_on.set()
    await both
    assert {str(value).partition("=")[0] for _, value in _lessons(client)} == {
        "temperature",
        "stream_options",
    }


VLLM = (
    "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum "
    "context length is 4096 tokens and your request has 500 input tokens (5000 > 4096 "
    "- 500)."
)


async def test_length_option(server: ModelServer, client: CompletionsClient) -> None:
    """A length option that does not fit is left out for the session."""
    _reject(server, lambda body: "max_tokens" in body, VLLM)
    body = {**BODY, "max_tokens": 5000}
    await _send(client, body)
    await _send(client, body)
    assert _sent(server, "max_tokens") == [True, False, False]
    assert client.learned.to_json()["lessons"]["scripted"] == []


async def test_prompt_too_long_without_length_option(
    server: ModelServer, client: CompletionsClient
) -> None:
    """Once the length option is left out, the prompt may still be too long."""
    prompt = "This model's maximum context length is 9 tokens, the prompt has 10 tokens"
    server.script(_refusal(VLLM), _refusal(prompt))
    with pytest.raises(ContextTooLongError):
        await _send(client, {**BODY, "max_tokens": 5000})
    assert not client.learned.models


async def test_no_length_option_to_leave_out(
    server: ModelServer, client: CompletionsClient
) -> None:
    """Without a length option in the request, the server's words are the error."""
    server.script(*[_refusal(VLLM)] * 5)
    with pytest.raises(MaxTokensError, match="too large"):
        await _send(client)
    assert len(server.bodies) == 1


async def test_words_are_private(
    server: ModelServer, client: CompletionsClient
) -> None:
    """What the server quotes of the messages and tools is not in the lesson."""
    words = (
        "temperature is not supported. Input: {'messages': [{'content': 'Where did "
        "Quixote put my violin'}], 'tools': ['tool_3']}"
    )
    _reject(server, lambda body: "temperature" in body, words)
    spoken = {"role": "user", "content": "Where did Quixote put my violin"}
    await _send(client, {**BODY, "messages": [spoken], "tools": TOOLS})
    stored = str(client.learned.to_json())
    assert "temperature is not supported" in stored
    for private in ("Quixote", "violin", "tool_3"):
        assert private not in stored


def test_first_files() -> None:
    """The profiles of the first files are read, and their lessons due at once."""
    model = LearnedModel.from_json(
        {
            "left_out": ["stream_options", "temperature=1a2b3c4d"],
            "length_name": "max_completion_tokens",
            "thinks_first": True,
            "reasoning": None,
            "late_system": False,
        }
    )
    assert model.profile == DEFAULT_PROFILE.with_traits(
        [
            ("omitted", "stream_options"),
            ("omitted", "temperature=1a2b3c4d"),
            ("length_name", "max_completion_tokens"),
            ("starts_in_reasoning", True),
            ("no_reasoning", True),
            ("late_system", False),
        ]
    )
    assert len(model.due(1_000_000_000.0, "")) == 5
    named = LearnedModel.from_json({"reasoning": "reasoning"})
    assert named.profile.reasoning == "reasoning"


def test_restored() -> None:
    """A model is restored with its lessons, except those of the session."""
    model = LearnedModel()
    model.observe(("reasoning", "reasoning"))
    lesson = Lesson(words="no", reason="abc", learned_at=5.0, versions=("b1",))
    model.add(("omitted", "stream_options"), lesson.confirmed(9.0, "b2"))
    kept = model.profile
    model.add(("refused_tools", "f"), lesson)
    model.add(("alternate", True), Lesson(is_guess=True))
    assert model.to_json() == {"reasoning": "reasoning", "left_out": ["stream_options"]}
    other = LearnedModel.from_json(model.to_json(), model.lessons_to_json())
    assert other.profile == kept
    (restored,) = other.lessons.values()
    assert restored == lesson.confirmed(9.0, "b2")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_stored_invalid(stored: Any) -> None:
    """Invalid stored data is ignored."""
    learned = LearnedProfiles()
    learned.load({"models": stored, "lessons": stored})
    learned.load({"models": {"m": stored}, "lessons": {"m": stored}})
    learned.load({"models": {"m": {"left_out": stored, "system": [stored]}}})
    learned.load({"models": {"m": {}}, "lessons": {"m": [stored, {"field": stored}]}})
    assert learned.profile("m") == DEFAULT_PROFILE
    lesson = dict.fromkeys(Lesson().to_json(), stored)
    lessons = [{"field": "alternate", "value": True, **lesson}]
    learned.load({"models": {"m": {"alternate": True}}, "lessons": {"m": lessons}})
    assert learned.profile("m").alternate
    assert len([*learned.due("m")]) <= 1


def test_bounds() -> None:
    """The lessons of a model are limited, and the models that are stored."""
    model = LearnedModel()
    for number in range(MAX_LESSONS + 1):
        model.add(("omitted", f"p{number}"), Lesson())
    assert len(model.lessons) == MAX_LESSONS
    assert ("omitted", "p0") not in model.lessons
    learned = LearnedProfiles()
    for number in range(MAX_MODELS + 1):
        learned.add(f"m{number}", [(("alternate", True), Lesson())])
    assert len(learned.to_json()["models"]) == MAX_MODELS
    assert "m0" not in learned.to_json()["models"]
