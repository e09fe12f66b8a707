"""Adapt the tool calls in a history to what a server accepts.

What every server accepts is sent to all of them: unique ids, and no calls of tools that
are not offered any more. The rest depends on the server profile.

Decision record: docs/decisions/0004-server-profiles-are-learned.md.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
import json
from typing import Any

from .call_ids import with_accepted_ids
from .profile import ServerProfile

type WireMessage = dict[str, Any]


def adapt_history(body: Mapping[str, Any], profile: ServerProfile) -> dict[str, Any]:
    """Return a request with tool calls in its messages that a server accepts."""
    messages = list(with_accepted_ids(body["messages"], short=profile.short_ids))
    # A server that supports no tools gets all calls as text.
    if not profile.no_tools:
        names = {tool["function"]["name"] for tool in body.get("tools", ())}
        messages = _without_gone_calls(messages, names - profile.refused_tools)
        if profile.writes_calls:
            messages = _with_written_calls(messages)
    messages = [_with_accepted_content(message, profile) for message in messages]
    if profile.named_results:
        messages = list(_with_names(messages))
    return {**body, "messages": messages}


def _with_written_calls(messages: list[WireMessage]) -> list[WireMessage]:
    """Return messages in which the calls of earlier turns also stand in their text.

    A model that writes its calls does not know those of its chat template for its own.
    It sees itself answer every command with words, and soon does the same. In the
    current turn, it would write the call that it sees once more.
    """
    current = _current_turn(messages)
    return [*map(_with_text_of_calls, messages[:current]), *messages[current:]]


def _with_text_of_calls(message: WireMessage) -> WireMessage:
    """Return a message whose calls also stand in its text."""
    functions = [call["function"] for call in message.get("tool_calls") or ()]
    if not functions:
        return message
    lines = [message["content"], *map(_written, functions)]
    return {**message, "content": "\n".join(filter(None, lines))}


def _written(function: Mapping[str, str]) -> str:
    """Return a call as models write it."""
    name = json.dumps(function["name"])
    return f'{{"name": {name}, "arguments": {function["arguments"]}}}'


def _with_accepted_content(message: WireMessage, profile: ServerProfile) -> WireMessage:
    """Return a message whose content may stand beside its tool calls."""
    if not message.get("tool_calls"):
        return message
    content = message["content"] if profile.text_with_calls else None
    if content is None and not profile.null_content:
        content = ""
    return {**message, "content": content}


def _with_names(messages: Iterable[WireMessage]) -> Iterator[WireMessage]:
    """Yield messages with the name of its tool in each result."""
    names: dict[str, str] = {}
    for message in messages:
        for call in message.get("tool_calls") or ():
            names[call["id"]] = call["function"]["name"]
        if message["role"] == "tool" and (name := names.get(message["tool_call_id"])):
            yield {**message, "name": name}
        else:
            yield message


def _without_gone_calls(
    messages: list[WireMessage], offered: Collection[str]
) -> list[WireMessage]:
    """Return messages in which calls of tools that are not offered are told by the user.

    A model makes the calls again that it sees, and a server may look their tools up.
    Calls of the current turn stay: the model is told there what is wrong with them.
    """
    current = _current_turn(messages)
    result: list[WireMessage] = []
    user, gone = -1, set[str]()
    for message in messages[:current]:
        role, calls = message["role"], message.get("tool_calls") or ()
        if role == "user":
            user = len(result)
            result.append(message)
        elif role == "tool" and message["tool_call_id"] in gone:
            result[user] = _with_note(result[user], f"Its result: {message['content']}")
        elif role == "assistant" and user >= 0:
            told = [c for c in calls if c["function"]["name"] not in offered]
            gone = {call["id"] for call in told}
            for call in told:
                result[user] = _with_note(result[user], _told(call))
            _append_answer(
                result,
                message,
                [call for call in calls if call["id"] not in gone],
                is_changed=bool(told),
            )
        else:
            result.append(message)
    return result + messages[current:]


def _current_turn(messages: list[WireMessage]) -> int:
    """Return the index of the message that the current turn begins with."""
    roles = [message["role"] for message in messages]
    return len(roles) - roles[::-1].index("user") - 1 if "user" in roles else 0


def _append_answer(
    result: list[WireMessage],
    message: WireMessage,
    calls: list[dict[str, Any]],
    *,
    is_changed: bool,
) -> None:
    """Append a message of the assistant with the calls that are left of it."""
    last = result[-1]
    follows_text = last["role"] == "assistant" and not last.get("tool_calls")
    if not is_changed and not follows_text:
        result.append(message)
        return
    content = message["content"]
    if follows_text:
        result.pop()
        content = "\n".join(filter(None, (last["content"], content)))
    if calls:
        result.append({**message, "content": content, "tool_calls": calls})
    elif content:
        result.append({"role": "assistant", "content": content})


def _told(call: dict[str, Any]) -> str:
    """Return a note of a call."""
    function = call["function"]
    made = f"{function['name']}({function['arguments']})"
    return f"{made} was called, which is none of your tools"


def _with_note(message: WireMessage, note: str) -> WireMessage:
    """Return a message of the user with a note below its text."""
    content = message["content"]
    if isinstance(content, str):
        return {**message, "content": f"{content}\n({note})"}
    return {**message, "content": [*content, {"type": "text", "text": f"({note})"}]}
