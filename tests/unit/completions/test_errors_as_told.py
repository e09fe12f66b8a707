"""Test that errors are told as servers tell them, over a real connection."""

import asyncio
from collections.abc import AsyncGenerator
import gc
import time
from typing import Any

import httpx
import pytest

from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
    ContentFilterError,
    ImagesNotSupportedError,
    InvalidAuthError,
    ModelFailedError,
    NoEndpointError,
    NotFoundError,
    RateLimitedError,
    ServerFailedError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    TextDelta,
)
from testbed.replies import DONE, Reply, Step, chunk, event, failure, raw
from testbed.server import ModelServer

BODY = {"model": "scripted", "messages": [], "stream": True}
HELLO = chunk({"content": "Once upon"})


@pytest.fixture
async def server() -> AsyncGenerator[ModelServer]:
    """Yield a model server that is listening."""
    async with ModelServer() as server:
        yield server
    # The HTTP library leaves generators of its own to the garbage collector.
    gc.collect()
    await asyncio.sleep(0.01)


async def _failed(server: ModelServer, reply: Reply) -> CompletionError:
    """Return the error of a request to which a server always replies the same."""
    server.script(*[reply] * 20)
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(server.base_url, None, http)
        with pytest.raises(CompletionError) as raised:
            async for _ in client.stream(BODY):
                pass
    return raised.value


POLICY = "No endpoints found matching your data policy (Free model publication)"
DEPLOYMENT = "The API deployment for this resource does not exist."


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"error": {"message": POLICY, "code": 404}}, POLICY),
        ({"error": {"code": "DeploymentNotFound", "message": DEPLOYMENT}}, DEPLOYMENT),
        ({"detail": "Function 'gpt' not enabled"}, "Function 'gpt' not enabled"),
    ],
    ids=["OpenRouter", "Azure", "detail"],
)
async def test_404_with_words(
    server: ModelServer, body: dict[str, Any], detail: str
) -> None:
    """A 404 about the request is told in the server's words."""
    error = await _failed(server, failure(404, body))
    assert type(error) is NoEndpointError
    assert (error.key, error.explanation) == ("api_error", detail)


@pytest.mark.parametrize(
    "body",
    [
        {"detail": "Not Found"},
        {"error": {"code": 404, "message": "File Not Found", "type": "not_found"}},
        {"error": {"code": "404", "message": "Resource not found"}},
        {"error": {"message": "Invalid URL (POST /v1/chat)", "type": "invalid"}},
        {"message": "no Route matched with those values"},
        {"error": "Unexpected endpoint or method. (POST /chat/completions)"},
        "<html><h1>Not Found</h1></html>",
    ],
    ids=["FastAPI", "llama.cpp", "Azure", "OpenAI", "Kong", "LM Studio", "page"],
)
async def test_404_of_an_address(server: ModelServer, body: Any) -> None:
    """A 404 about the address is told as one of the address."""
    assert type(await _failed(server, failure(404, body))) is NotFoundError


@pytest.mark.parametrize("status", [404, 200])
async def test_plain_404(server: ModelServer, status: int) -> None:
    """So is one in plain text, or with the status of a success."""
    words = "404 page not found"
    body = b'{"error": "Unexpected endpoint or method. (POST /chat/completions)"}'
    reply = raw(words.encode(), status=404, content_type="text/plain")
    if status == 200:
        reply = raw(body, content_type="application/json")
    assert type(await _failed(server, reply)) is NotFoundError


@pytest.mark.parametrize(
    ("body", "kind", "detail"),
    [
        ("error code: 1010", CompletionError, "error code: 1010"),
        ("<html><h1>Sorry, you have been blocked</h1></html>", CompletionError, ""),
        ({"error": "Country not supported"}, CompletionError, "Country not supported"),
        (
            {"message": "Model access is denied"},
            CompletionError,
            "Model access is denied",
        ),
        (
            {"error": {"message": "Invalid API Key"}},
            InvalidAuthError,
            "Invalid API Key",
        ),
        ({"detail": "Not authenticated"}, InvalidAuthError, "Not authenticated"),
        ({"detail": "Forbidden"}, InvalidAuthError, "Forbidden"),
        ("", InvalidAuthError, ""),
    ],
    ids=["1010", "page", "country", "model", "key", "FastAPI", "forbidden", "nothing"],
)
async def test_403(
    server: ModelServer, body: Any, kind: type[CompletionError], detail: str
) -> None:
    """A 403 asks for another key only if it may be about the key."""
    reply = failure(403, body)
    if isinstance(body, str) and not body.startswith("<"):
        reply = raw(body.encode(), status=403, content_type="text/plain")
    error = await _failed(server, reply)
    assert type(error) is kind
    assert error.detail == detail
    assert error.explanation == (detail or "HTTP 403")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            500,
            (
                "error loading model /usr/share/ollama/.ollama/models/blobs/sha256-4c27: unable to "
                "allocate CUDA0 buffer"
            ),
        ),
        (
            400,
            (
                'Failed to load model "qwen/qwen3-coder-30b". Error: Model loading was '
                "stopped due to insufficient system resources."
            ),
        ),
        (500, "model name=qwen3-30b failed to load"),
        (503, "The model failed to load"),
        (400, "The model has crashed without additional information. (Exit code: 6)"),
    ],
    ids=["Ollama", "LM Studio", "llama.cpp", "gateway", "crashed"],
)
async def test_model_that_fails_to_load(
    server: ModelServer, status: int, words: str
) -> None:
    """A model that cannot be loaded is told at once, and not asked again."""
    begin = time.monotonic()
    error = await _failed(server, failure(status, {"error": {"message": words}}))
    assert type(error) is ModelFailedError
    assert error.detail == words
    assert len(server.completions) == 1
    assert time.monotonic() - begin < 5


FILTERED = {
    "message": "The response was filtered due to the prompt triggering Azure OpenAI's "
    "content management policy. Please modify your prompt and retry.",
    "type": None,
    "param": "prompt",
    "code": "content_filter",
    "status": 400,
    "innererror": {"code": "ResponsibleAIPolicyViolation"},
}


async def test_content_filter(server: ModelServer) -> None:
    """A filtered prompt is told as such, and is not sent again and again."""
    error = await _failed(server, failure(400, {"error": FILTERED}))
    assert type(error) is ContentFilterError
    assert len(server.completions) == 1


@pytest.mark.parametrize(
    ("role", "kind"),
    [("user", ImagesNotSupportedError), ("system", CompletionError)],
)
async def test_groq_takes_only_text(
    server: ModelServer, role: str, kind: type[CompletionError]
) -> None:
    """Only a message of the user's has a picture in it, where a text is wanted."""
    words = (
        f"'messages.1' : for 'role:{role}' the following must be satisfied"
        "[('messages.1.content' : value must be a string)]"
    )
    error = {"message": words, "type": "invalid_request_error"}
    assert type(await _failed(server, failure(400, {"error": error}))) is kind


async def test_pydantic(server: ModelServer) -> None:
    """What a validator lists is told in words."""
    detail = [
        {
            "type": "extra_forbidden",
            "loc": ["body", "messages", 0, "user", "name"],
            "msg": "Extra inputs are not permitted",
            "input": "",
        },
        {"type": "missing", "loc": ["body", "n"], "msg": "Field required"},
    ]
    body = {"object": "error", "message": {"detail": detail}, "type": "invalid"}
    error = await _failed(server, failure(422, body))
    assert error.detail == (
        "body.messages.0.user.name: Extra inputs are not permitted; "
        "body.n: Field required"
    )


FAILED = {"code": 502, "message": "Provider disconnected unexpectedly"}


@pytest.mark.parametrize(
    ("steps", "detail"),
    [
        (
            [
                event(
                    {
                        "choices": [
                            {
                                "index": 0,
                                "delta": {"content": ""},
                                "finish_reason": "error",
                                "error": FAILED,
                            }
                        ]
                    }
                )
            ],
            FAILED["message"],
        ),
        (
            [
                event(
                    {
                        "error": FAILED,
                        "choices": [{"index": 0, "finish_reason": "error"}],
                    }
                )
            ],
            FAILED["message"],
        ),
        ([chunk({}, "error"), DONE], ""),
        ([chunk({}, "error"), event({"error": {"message": "Broken"}})], "Broken"),
        (
            [b'event: error\ndata: {"message": "CUDA error", "code": 500}\n\n'],
            "CUDA error",
        ),
        ([b"event: error\ndata: Internal Server Error\n\n"], "Internal Server Error"),
        (
            [b'event: error\ndata: {\ndata: "message": "Out of memory"\ndata: }\n\n'],
            "Out of memory",
        ),
        ([event({"detail": "Engine process died"})], "Engine process died"),
        (
            [event({"detail": [{"loc": ["body"], "msg": "Field required"}]})],
            "body: Field required",
        ),
        ([event({"type": "error", "message": "Overloaded"})], "Overloaded"),
        (
            [
                event(
                    {
                        "message": "EngineCore died",
                        "type": "InternalServerError",
                        "code": 500,
                    }
                )
            ],
            "EngineCore died",
        ),
        (
            [
                event(
                    {
                        "errors": [{"code": 3046, "message": "Timed out"}],
                        "success": False,
                    }
                )
            ],
            "Timed out",
        ),
    ],
    ids=[
        *(
            "choice",
            "choice and event",
            "finish",
            "finish first",
            "event",
            "text event",
            "event of lines",
        ),
        *("detail", "details", "type", "vLLM", "Cloudflare"),
    ],
)
@pytest.mark.parametrize("begin", [[], [HELLO]], ids=["at once", "later"])
async def test_error_in_a_stream(
    server: ModelServer, begin: list[Step], steps: list[Step], detail: str
) -> None:
    """An error in a stream is an error with its reason, after what was said."""
    server.script(*[raw(*begin, *steps)] * 20)
    events: list[Event] = []
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(server.base_url, None, http)
        with pytest.raises(ServerFailedError) as raised:
            async for item in client.stream(BODY):
                events.append(item)  # noqa: PERF401
    assert raised.value.detail == detail
    assert events == ([TextDelta("Once upon")] if begin else [])


@pytest.mark.parametrize(
    "extra",
    [
        {"type": "status", "message": "Searching the web"},
        {"message": "ok", "code": 200},
        {"status": "processing"},
        {"prompt_progress": {"total": 9, "processed": 3}, "choices": []},
    ],
    ids=["status", "ok", "processing", "progress"],
)
async def test_events_that_are_no_errors(
    server: ModelServer, extra: dict[str, Any]
) -> None:
    """Other events are no errors, whatever stands in them."""
    server.script(raw(event(extra), HELLO, event(extra), chunk({}, "stop"), DONE))
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(server.base_url, None, http)
        events = [item async for item in client.stream(BODY)]
    assert events[0] == TextDelta("Once upon")


async def test_error_with_a_code(server: ModelServer) -> None:
    """An error within a stream has the class of its code."""
    steps = [HELLO, event({"detail": "Too many requests", "code": 429})]
    server.script(raw(*steps))
    async with httpx.AsyncClient() as http:
        client = CompletionsClient(server.base_url, None, http)
        with pytest.raises(RateLimitedError):
            async for _ in client.stream(BODY):
                pass
