"""Servers as people reported them, scripted with what they said."""

from collections.abc import Callable
import time
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall
from testbed.replies import (
    DONE,
    Abort,
    Body,
    Call,
    Pause,
    Reply,
    Step,
    chunk,
    event,
    failure,
    raw,
    say as reply,
    usage_chunk,
)
from testbed.server import ModelServer, RecordedRequest

from .conftest import Say, Turn, failed, speech
from .text_calls import TURN_ON

LAMP = {"name": "Lamp"}


def _reject(server: ModelServer, rejected: Callable[[Body], Reply | None]) -> None:
    """Let the server reject chat completion requests."""

    def reject(request: RecordedRequest) -> Reply | None:
        is_completion = request.path.endswith("/completions")
        return rejected(request.body) if is_completion else None

    server.reject = reject


async def _turn_on(server: ModelServer, home: Turn, *lamp: str) -> str:
    """Have the lamp turned on, and return what is said then."""
    server.script(reply(*lamp, calls=[Call(TURN_ON, LAMP)]), reply("It is on."))
    return await home("Turn on the lamp")


async def test_openrouter_names_a_tool(server: ModelServer, home: Turn) -> None:
    """OpenRouter names one tool where none is supported: the others are not tried."""

    def rejected(body: Body) -> Reply | None:
        if not body.get("tools"):
            return None
        name = body["tools"][0]["function"]["name"]
        words = (
            f'No endpoints found that support tool use. Try disabling "{name}". To '
            "learn more about provider routing, visit: "
            "https://openrouter.ai/docs/guides/routing/provider-selection"
        )
        return failure(404, {"error": {"message": words, "code": 404}})

    _reject(server, rejected)
    assert await home("Hello") == "Hello there."
    assert len(server.bodies) == 2


STREAM = "Cannot use tools with stream"
VERIFY = (
    "Your organization must be verified to stream this model. Please go to: "
    "https://platform.openai.com/settings/organization/general and click on Verify "
    "Organization. If you just verified, it can take up to 15 minutes for access to "
    "propagate."
)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, {"code": 500, "message": STREAM, "type": "server_error"}),
        (
            400,
            {
                "message": VERIFY,
                "type": "invalid_request_error",
                "param": "stream",
                "code": "unsupported_value",
            },
        ),
    ],
    ids=["llama.cpp", "OpenAI"],
)
async def test_no_stream(
    server: ModelServer,
    home: Turn,
    light: list[ServiceCall],
    status: int,
    error: dict[str, Any],
) -> None:
    """What cannot be streamed is fetched as a whole, with its tools."""
    _reject(
        server,
        lambda body: failure(status, {"error": error}) if body.get("stream") else None,
    )
    assert await _turn_on(server, home) == "It is on."
    assert len(light) == 1
    await home("Thanks")
    assert len(server.rejected) == 1
    assert "stream_options" not in server.bodies[-1]
    assert server.bodies[-1]["tools"]


async def test_lm_studio_text_and_thoughts(
    server: ModelServer, home: Turn, light: list[ServiceCall]
) -> None:
    """A template that takes no thoughts beside a text beside calls gets less."""

    def rejected(body: Body) -> Reply | None:
        for message in body["messages"]:
            if (
                message.get("tool_calls")
                and message.get("content")
                and message.get("reasoning_content")
            ):
                words = (
                    'Error rendering prompt with jinja template: "Cannot pass both '
                    "content and thinking in an assistant message with tool calls! Put "
                    'the analysis message in one or the other, but not both.".\n\nThis '
                    "is usually an issue with the model's prompt template."
                )
                return failure(400, {"error": words})
        return None

    _reject(server, rejected)
    server.script(
        reply("Let me see. ", calls=[Call(TURN_ON, LAMP)], reasoning="The lamp."),
        reply("It is on."),
        reply("You are welcome."),
    )
    assert (await home("Turn on the lamp")).endswith("It is on.")
    assert await home("Thanks") == "You are welcome."
    assert len(light) == 1
    assert len(server.rejected) == 1


async def test_lm_studio_grammar(
    server: ModelServer, home: Turn, light: list[ServiceCall]
) -> None:
    """A grammar that cannot be made of all keywords is made of the common ones."""

    def rejected(body: Body) -> Reply | None:
        if '"pattern"' not in str(body.get("tools")).replace("'", '"'):
            return None
        words = "Failed to initialize samplers: failed to parse grammar"
        error = {"code": 400, "message": words, "type": "invalid_request_error"}
        return failure(400, {"error": error})

    _reject(server, rejected)
    assert await _turn_on(server, home) == "It is on."
    assert len(light) == 1


async def test_gateway_passes_a_failure_on(server: ModelServer, home: Turn) -> None:
    """What failed upstream is sent once more, unchanged, and teaches nothing."""
    words = "Error from provider (Console Go): Upstream request failed"
    error = {
        "message": words,
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_request_error",
    }
    server.script(failure(400, {"error": error}))
    assert await home("Hello") == "Hello there."
    first, second = server.bodies
    assert first == second


POLICY = (
    "No endpoints found matching your data policy (Free model publication). Configure: "
    "https://openrouter.ai/settings/privacy"
)


async def test_openrouter_data_policy(server: ModelServer, say: Say) -> None:
    """The words of a 404 are told, and not that there is no API."""
    server.script(*[failure(404, {"error": {"message": POLICY, "code": 404}})] * 20)
    result = await say("Hello")
    assert failed(result)
    assert POLICY in speech(result)


async def test_cloudflare_1010(
    hass: HomeAssistant, server: ModelServer, say: Say, entry: MockConfigEntry
) -> None:
    """A 403 that is not about the key asks for none."""
    blocked = raw(b"error code: 1010", status=403, content_type="text/plain")
    server.script(*[blocked] * 20)
    result = await say("Hello")
    assert failed(result)
    assert "error code: 1010" in speech(result)
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_ollama_cannot_load(server: ModelServer, say: Say) -> None:
    """A model that does not fit into memory is told at once, in the server's words."""
    words = (
        "error loading model /usr/share/ollama/.ollama/models/blobs/sha256-4c27e0f5b5ad: unable to "
        "allocate CUDA0 buffer"
    )
    error = {"message": words, "type": "api_error", "param": None, "code": None}
    server.script(*[failure(500, {"error": error})] * 20)
    begin = time.monotonic()
    result = await say("Hello")
    assert failed(result)
    assert "unable to allocate CUDA0 buffer" in speech(result)
    assert len(server.bodies) == 1
    assert time.monotonic() - begin < 30


@pytest.mark.parametrize("said", ["", "The lamp"])
async def test_openrouter_fails_in_the_middle(
    server: ModelServer, say: Say, said: str
) -> None:
    """An error inside of a choice is told with its reason, after what was said."""
    choice = {
        "index": 0,
        "delta": {"role": "assistant", "content": ""},
        "finish_reason": "error",
        "native_finish_reason": "error",
        "error": {"code": 502, "message": "Provider disconnected unexpectedly"},
    }
    begin = [chunk({"content": said})] if said else []
    server.script(*[raw(*begin, event({"choices": [choice]}), DONE)] * 20)
    result = await say("Hello")
    assert failed(result)
    assert "Provider disconnected unexpectedly" in speech(result)
    await say("Go on")
    assert said in str(server.bodies[-1]["messages"])


async def test_azure_content_filter(server: ModelServer, say: Say) -> None:
    """A prompt that a filter refuses is sent once, and the filter is named."""
    error = {
        "message": "The response was filtered due to the prompt triggering Azure "
        "OpenAI's content management policy. Please modify your prompt and retry.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {"violence": {"filtered": True}},
        },
    }
    server.script(failure(400, {"error": error}))
    result = await say("Hello")
    assert failed(result)
    assert "content filter" in speech(result)
    assert len(server.bodies) == 1


async def test_connection_lost_at_the_end(
    server: ModelServer, home: Turn, light: list[ServiceCall]
) -> None:
    """A server that drops the connection after a whole answer has answered."""
    call = Call(TURN_ON, LAMP).as_dict(0)
    end: list[Step] = [usage_chunk(9, 2), Pause(0.05), Abort()]
    server.script(
        raw(chunk({"tool_calls": [call]}), chunk({}, "tool_calls"), *end),
        raw(chunk({"content": "It is on."}), chunk({}, "stop"), *end),
    )
    assert await home("Turn on the lamp") == "It is on."
    assert len(light) == 1
