"""Test that the strict servers reject what the real ones reject, and nothing else."""

from collections.abc import Callable, Iterator
import json
from typing import Any

import pytest

from testbed import strict_servers
from testbed.replies import Body, Reply
from testbed.server import RecordedRequest

CALL = {"name": "f", "arguments": "{}"}
USER = {"role": "user", "content": "Hi"}
ANSWER = {"role": "assistant", "content": "Hello."}
AZURE = "/openai/deployments/scripted"

type Message = dict[str, Any]
type Reject = Callable[[RecordedRequest], Reply | None]


def _request(
    body: Body, path: str = "/v1", key: str = strict_servers.AZURE_KEY, **query: str
) -> RecordedRequest:
    """Return a request for a chat completion."""
    return RecordedRequest(
        "POST",
        f"{path}/chat/completions",
        {"api-key": key},
        json.dumps({"model": "scripted", **body}).encode(),
        0,
        {name.replace("_", "-"): value for name, value in query.items()},
    )


def _words(reply: Reply | None) -> str:
    """Return the texts in a rejection, nothing without one."""
    if reply is None:
        return ""
    body = b"".join(step for step in reply.steps if isinstance(step, bytes))
    return "\n".join(_texts(json.loads(body)))


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a JSON value."""
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else ():
        yield from _texts(part)
    for part in value if isinstance(value, list) else ():
        yield from _texts(part)


def _called(content: str | None = None, call_id: str = "D681PevKs") -> Message:
    """Return a message with a call."""
    calls = [{"id": call_id, "type": "function", "function": CALL}]
    return {"role": "assistant", "content": content, "tool_calls": calls}


def _result(call_id: str = "D681PevKs", **fields: str) -> Message:
    """Return the result of a call."""
    return {"role": "tool", "tool_call_id": call_id, "content": "{}", **fields}


def _with_schema(schema: Any, count: int = 1) -> Body:
    """Return a request with a tool of which one parameter has a schema."""
    parameters = {"type": "object", "properties": {"x": schema}, "required": ["x"]}
    fine = {"name": "g", "parameters": {"type": "object", "properties": {}}}
    functions = [fine] * (count - 1) + [{"name": "f", "parameters": parameters}]
    tools = [{"type": "function", "function": function} for function in functions]
    return {"messages": [USER], "tools": tools}


@pytest.mark.parametrize(
    ("reject", "messages", "words"),
    [
        (strict_servers.mistral, [USER, _called(), _result(), ANSWER, USER], ""),
        (
            strict_servers.mistral,
            [USER, _called(call_id="call_1")],
            "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.",
        ),
        (
            strict_servers.mistral,
            [USER, _called(), _result(), USER],
            "Unexpected role 'user' after role 'tool'",
        ),
        (
            strict_servers.mistral,
            [USER, _called(), ANSWER, USER],
            "Not the same number of function calls and responses",
        ),
        (
            strict_servers.mistral,
            [USER, _called("Wait."), _result()],
            "either content or tool_calls, but not both",
        ),
        (strict_servers.mistral, [USER, ANSWER], "Expected last role User or Tool"),
        (
            strict_servers.mistral,
            [USER, {**ANSWER, "reasoning_content": "Hm."}, USER],
            "extra_forbidden",
        ),
        (strict_servers.lm_studio, [USER, _called(""), _result()], ""),
        (
            strict_servers.lm_studio,
            [USER, _called(), _result()],
            "'content' field must be a string or an array of objects",
        ),
        (
            strict_servers.lm_studio,
            [{"role": "system", "content": ""}, USER],
            "'content' field that is not empty",
        ),
        (strict_servers.gemini, [USER, _called(), _result(), ANSWER, USER], ""),
        (
            strict_servers.gemini,
            [USER, _called(), _result("other")],
            "contents[2].parts[0].function_response.name: Name cannot be empty",
        ),
        (strict_servers.gemini, [USER, _called(), _result("other", name="f")], ""),
        (strict_servers.gemini, [USER, _called(""), _result()], "empty text parameter"),
        (
            strict_servers.gemini,
            [USER, ANSWER, _called(), _result()],
            "function call turn comes immediately after a user turn",
        ),
        (
            strict_servers.gemini,
            [USER, _called(), USER],
            "the number of function response parts is equal",
        ),
        (strict_servers.azure, [USER, _called(), _result(), ANSWER, USER], ""),
        (
            strict_servers.azure,
            [USER, _called(call_id="x" * 41), _result("x" * 41)],
            "string too long. Expected a string with maximum length 40",
        ),
        (
            strict_servers.azure,
            [USER, _called(), _result("other")],
            "must be a response to a preceeding message with 'tool_calls'",
        ),
        (
            strict_servers.azure,
            [USER, _called(), USER],
            "tool_call_ids did not have response messages: D681PevKs",
        ),
        (
            strict_servers.azure,
            [USER, {"role": "assistant", "content": None}, USER],
            "expected a string, got null",
        ),
    ],
)
def test_history(reject: Reject, messages: list[Message], words: str) -> None:
    """A history is rejected in the server's own words, or accepted."""
    found = _words(reject(_request({"messages": messages})))
    assert bool(found) == bool(words)
    assert words in found


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string", "enum": ["on", "off"]}, ""),
        ({"type": "array", "items": {"type": "string"}}, ""),
        (
            {"type": "string", "enum": ["on", ""]},
            "[22].parameters.properties[x].enum[1]: cannot be empty",
        ),
        ({"type": "boolean", "enum": ["on"]}, "enum: only allowed for STRING type"),
        ({"type": "integer", "enum": [1, 2]}, "enum[0]' (TYPE_STRING), 1"),
        (
            {"const": "on"},
            "at 'tools[0].function_declarations[22].parameters.properties[0].value'",
        ),
        ({"type": "object", "additionalProperties": {}}, "additionalProperties"),
        ({"type": ["string", "null"]}, ".type"),
        (
            {"type": "string", "format": "uri"},
            "format: only 'enum' and 'date-time' are supported for STRING type",
        ),
        ({"type": "array"}, "properties[x].items: missing field"),
        ({"type": "object"}, "properties: should be non-empty for OBJECT type"),
        (
            {"anyOf": [{"type": "string", "enum": [""]}]},
            "properties[x].any_of[0].enum[0]: cannot be empty",
        ),
    ],
)
def test_gemini_schema(schema: Any, words: str) -> None:
    """Gemini tells the place of what it rejects in a schema."""
    found = _words(strict_servers.gemini(_request(_with_schema(schema, 23))))
    assert bool(found) == bool(words)
    assert words in found


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (_request({"messages": [USER]}, AZURE, api_version="2024-10-21"), None),
        (_request({"messages": [USER]}, AZURE), 404),
        (_request({"messages": [USER]}, "/openai/v1"), None),
        (_request({"messages": [USER], "model": "other"}, "/openai/v1"), 404),
        (
            _request(
                {"messages": [USER]}, "/openai/deployments/other", api_version="1"
            ),
            404,
        ),
        (_request({"messages": [USER]}, "/openai/v1", key="wrong"), 401),
        (_request(_with_schema({}, 129), "/openai/v1"), 400),
    ],
)
def test_azure(request_: RecordedRequest, status: int | None) -> None:
    """Azure wants its key, a known deployment, and a version where it is in the path."""
    reply = strict_servers.azure(request_)
    assert (reply.status if reply else None) == status
