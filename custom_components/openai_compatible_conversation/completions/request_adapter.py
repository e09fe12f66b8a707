"""Adapt a request to the profile of a server.

Decision record: docs/decisions/0004-server-profiles-are-learned.md.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from .profile import EFFORT, NO_EFFORT, REASONING, ServerProfile
from .reasoning_details import REASONING_DETAILS
from .schema_rewrites import SIMPLE, rewrite

MAX_TOOL_DESCRIPTION = 1000
"""Characters of a tool's description, once a server found one too long."""

type WireMessage = dict[str, Any]
type Content = str | list[dict[str, Any]]


def adapt_request(body: Mapping[str, Any], profile: ServerProfile) -> dict[str, Any]:
    """Return a request that a server with this profile accepts."""
    result = _with_schemas(body, profile)
    for name in ("max_tokens", "max_completion_tokens"):
        if profile.length_name and name in result:
            result[profile.length_name] = result.pop(name)
    for name in [n for n in result if profile.omits(n, result[n])]:
        del result[name]
    if not result.get("stream"):
        result.pop("stream_options", None)
    if profile.no_effort and result.get("tools"):
        result[EFFORT] = NO_EFFORT
    tools = [
        tool
        for tool in result.get("tools", ())
        if tool["function"]["name"] not in profile.refused_tools
    ]
    if tools and not profile.no_tools:
        result["tools"] = tools
    else:
        # Servers reject an empty list of tools, and a choice without tools.
        for name in ("tools", "tool_choice", "parallel_tool_calls"):
            result.pop(name, None)
    result["messages"] = _adapt_messages(result["messages"], profile)
    return result


def _with_schemas(body: Mapping[str, Any], profile: ServerProfile) -> dict[str, Any]:
    """Return a request with its schemas rewritten, of the tools and the response."""
    result, rewrites = dict(body), profile.schema_rewrites
    if not rewrites and not profile.simple_tools:
        return result
    if tools := result.get("tools"):
        result["tools"] = [_with_schema(tool, profile) for tool in tools]
    response_format = result.get("response_format")
    if isinstance(response_format, Mapping) and isinstance(
        wrapped := response_format.get("json_schema"), Mapping
    ):
        schema = wrapped.get("schema")
        if rewrites and isinstance(schema, Mapping):
            wrapped = {**wrapped, "schema": rewrite(schema, rewrites) or schema}
            result["response_format"] = {**response_format, "json_schema": wrapped}
    return result


def _with_schema(tool: WireMessage, profile: ServerProfile) -> WireMessage:
    """Return a tool with the schema of its arguments rewritten."""
    function, rewrites = tool["function"], profile.schema_rewrites
    if function["name"] in profile.simple_tools:
        rewrites |= {SIMPLE}
    if "description" in rewrites and (text := function.get("description")):
        function = {**function, "description": text[:MAX_TOOL_DESCRIPTION]}
    schema = function.get("parameters")
    if not rewrites or not isinstance(schema, Mapping):
        return {**tool, "function": function}
    function = {k: v for k, v in function.items() if k != "parameters"}
    if rewritten := rewrite(schema, rewrites):
        function["parameters"] = rewritten
    return {**tool, "function": function}


def _adapt_messages(
    messages: Iterable[WireMessage], profile: ServerProfile
) -> list[WireMessage]:
    """Return messages in the roles and fields that a server accepts."""
    adapted = [_with_reasoning(message, profile) for message in messages]
    if profile.no_tools:
        adapted = list(_calls_as_text(adapted))
    if not profile.system or not profile.late_system:
        adapted = list(_system_as_user(adapted, keep_first=profile.system))
    if profile.alternate:
        adapted = list(_unanswered_calls_as_text(adapted))
    if profile.alternate or not profile.system:
        adapted = list(_merged(adapted))
    return adapted


def _with_reasoning(message: WireMessage, profile: ServerProfile) -> WireMessage:
    """Return a message with its reasoning in the field that the server expects."""
    if message["role"] != "assistant":
        return message
    result = {
        name: value
        for name, value in message.items()
        if name not in (REASONING, REASONING_DETAILS)
    }
    reasoning = message.get(REASONING)
    if profile.no_reasoning:
        return result
    if details := message.get(REASONING_DETAILS):
        # The details include the text, which must not be sent twice.
        result[REASONING_DETAILS] = details
    elif profile.reasoning_always:
        result[REASONING] = reasoning or ""
    elif reasoning:
        result[profile.reasoning] = reasoning
    return result


def _calls_as_text(messages: Iterable[WireMessage]) -> Iterable[WireMessage]:
    """Yield messages with tool calls as text, for servers without tool support."""
    for message in messages:
        if message["role"] == "tool":
            yield {"role": "user", "content": f"Result: {message['content']}"}
        elif calls := message.get("tool_calls"):
            lines = [
                f"{call['function']['name']}({call['function']['arguments']})"
                for call in calls
            ]
            text = "\n".join(filter(None, [message["content"], *lines]))
            yield {"role": "assistant", "content": text}
        else:
            yield message


def _system_as_user(
    messages: Iterable[WireMessage], *, keep_first: bool
) -> Iterable[WireMessage]:
    """Yield messages with system messages, except a kept first one, as the user's."""
    for index, message in enumerate(messages):
        if message["role"] == "system" and not (keep_first and index == 0):
            yield {**message, "role": "user"}
        else:
            yield message


def _unanswered_calls_as_text(messages: Iterable[WireMessage]) -> Iterable[WireMessage]:
    """Yield messages in which calls that no answer followed are told by the user.

    A server that wants roles to alternate refuses a user message after a tool result.
    """
    held: list[WireMessage] = []
    for message in messages:
        if message["role"] == "user" and held and held[-1]["role"] == "tool":
            yield {"role": "user", "content": _told_calls(held)}
            held = []
        if message["role"] == "tool" or message.get("tool_calls"):
            held.append(message)
            continue
        yield from held
        held = []
        yield message
    yield from held


def _told_calls(messages: Iterable[WireMessage]) -> str:
    """Return a note of the calls and results in messages."""
    lines = ["(There was no answer. These tools were called:"]
    for message in messages:
        if message["role"] == "tool":
            lines.append(f"Result: {message['content']}")
        for call in message.get("tool_calls") or ():
            function = call["function"]
            lines.append(f"{function['name']}({function['arguments']})")
    return "\n".join(lines) + ")"


def _merged(messages: Iterable[WireMessage]) -> Iterable[WireMessage]:
    """Yield messages with consecutive ones of the same role merged."""
    last: WireMessage | None = None
    for message in messages:
        if (
            last is not None
            and message["role"] == last["role"]
            and message["role"] in ("user", "assistant")
            and not ("tool_calls" in last or "tool_calls" in message)
        ):
            both = [part for part in (last["content"], message["content"]) if part]
            last = {**last, **message, "content": _joined(both)}
            continue
        if last is not None:
            yield last
        last = message
    if last is not None:
        yield last


def _joined(contents: list[Content]) -> Content:
    """Return joined contents: text if all are text, else a list of content parts."""
    texts = [content for content in contents if isinstance(content, str)]
    if len(texts) == len(contents):
        return "\n\n".join(texts)
    parts: list[dict[str, Any]] = []
    for content in contents:
        parts += [text_part(content)] if isinstance(content, str) else content
    return parts


def text_part(text: str) -> dict[str, Any]:
    """Return text as a content part."""
    return {"type": "text", "text": text}
