"""What Mistral, Gemini and Azure reject in a history, in their own words."""

from collections.abc import Iterator
import json
import re
from typing import Any, NamedTuple

_SHORT_ID = re.compile(r"[a-zA-Z0-9]{9}")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MISTRAL_ORDER = {
    "": ("system", "user"),
    "system": ("user", "assistant", "system"),
    "user": ("assistant", "system", "user"),
    "assistant": ("assistant", "user", "tool"),
    "tool": ("assistant", "tool"),
}
_MAX_AZURE_ID = 40

_ORDER = "invalid_request_message_order"
_NOT_THE_SAME_NUMBER = "Not the same number of function calls and responses"

type Message = dict[str, Any]


class Fault(NamedTuple):
    """What is wrong with a request, and where."""

    words: str
    kind: str
    code: str | None = None
    param: str | None = None


def mistral_faults(messages: list[Message]) -> Iterator[Fault]:
    """Yield what Mistral rejects in messages, as its library does before it tokenizes.

    Source: https://github.com/mistralai/mistral-common, `MistralRequestValidatorV3`.
    """
    previous, missing = "", 0
    for message in messages:
        role, calls = message["role"], message.get("tool_calls") or []
        if role not in _MISTRAL_ORDER[previous]:
            words = f"Unexpected role '{role}' after role '{previous}'"
            yield Fault(words, _ORDER, "3230")
        if role == "tool":
            missing -= 1
            yield from _mistral_id_faults(message.get("tool_call_id") or "")
        elif role == "assistant":
            if missing:
                yield Fault(_NOT_THE_SAME_NUMBER, _ORDER, "3230")
            missing = len(calls)
            yield from _mistral_answer_faults(message, calls)
        previous = role
    if missing:
        yield Fault(_NOT_THE_SAME_NUMBER, _ORDER, "3230")
    if previous not in ("user", "tool"):
        words = (
            "Expected last role User or Tool (or Assistant with prefix True) for "
            f"serving but got {previous}"
        )
        yield Fault(words, _ORDER, "3230")


def _mistral_answer_faults(
    message: Message, calls: list[dict[str, Any]]
) -> Iterator[Fault]:
    """Yield what Mistral rejects in a message of the assistant."""
    if bool(message["content"]) == bool(calls):
        words = (
            "Assistant message must have either content or tool_calls, but not "
            f"{'both' if calls else 'none'}."
        )
        yield Fault(words, "invalid_request_assistant_message", "3240")
    for call in calls:
        yield from _mistral_id_faults(call["id"])
        if not _NAME.fullmatch(name := call["function"]["name"]):
            words = (
                f"Function name was {name} but must be a-z, A-Z, 0-9, or contain "
                "underscores and dashes, with a maximum length of 64."
            )
            yield Fault(words, "invalid_function_call", "3280")


def _mistral_id_faults(call_id: str) -> Iterator[Fault]:
    """Yield what Mistral rejects in the id of a call."""
    if not _SHORT_ID.fullmatch(call_id):
        words = (
            f"Tool call id was {call_id} but must be a-z, A-Z, 0-9, with a length of 9."
        )
        yield Fault(words, "invalid_function_call", "3280")


def gemini_faults(messages: list[Message]) -> Iterator[str]:
    """Yield what Gemini rejects in messages."""
    names: dict[str, str] = {}
    missing, previous = 0, ""
    for number, message in enumerate(messages):
        role, calls = message["role"], message.get("tool_calls") or []
        if role == "tool" and not _gemini_name(message, names):
            yield (
                f"* GenerateContentRequest.contents[{number}].parts[0]"
                ".function_response.name: Name cannot be empty.\n"
            )
        if message["content"] == "":
            yield (
                "Unable to submit request because it has an empty text parameter. Add "
                "a value to the parameter and try again."
            )
        if role != "tool" and missing:
            yield (
                "Please ensure that the number of function response parts is equal to "
                "the number of function call parts of the function call turn."
            )
        if calls and previous not in ("user", "tool"):
            yield (
                "Please ensure that function call turn comes immediately after a user "
                "turn or after a function response turn."
            )
        names |= {call["id"]: call["function"]["name"] for call in calls}
        missing = missing - 1 if role == "tool" else len(calls)
        previous = role


def _gemini_name(message: Message, names: dict[str, str]) -> str | None:
    """Return the name of the tool that a result is of, None if it cannot be told."""
    return message.get("name") or names.get(message["tool_call_id"])


def azure_faults(messages: list[Message]) -> Iterator[Fault]:
    """Yield what Azure rejects in messages."""
    waiting: list[str] = []
    for number, message in enumerate(messages):
        role, calls = message["role"], message.get("tool_calls") or []
        if role == "tool" and message["tool_call_id"] not in waiting:
            words = (
                "Invalid parameter: messages with role 'tool' must be a response to a "
                "preceeding message with 'tool_calls'."
            )
            yield _azure_fault(words, f"messages.[{number}].role")
        if role != "tool" and waiting:
            words = (
                "An assistant message with 'tool_calls' must be followed by tool "
                "messages responding to each 'tool_call_id'. The following "
                f"tool_call_ids did not have response messages: {', '.join(waiting)}"
            )
            yield _azure_fault(words, f"messages.[{number}].role")
        if message["content"] is None and not calls:
            words = "Invalid value for 'content': expected a string, got null."
            yield _azure_fault(words, f"messages.[{number}].content")
        for index, call in enumerate(calls):
            place = f"messages[{number}].tool_calls[{index}]"
            yield from _azure_call_faults(place, call)
        if role == "tool":
            waiting = [known for known in waiting if known != message["tool_call_id"]]
        else:
            waiting = [call["id"] for call in calls]


def _azure_call_faults(place: str, call: dict[str, Any]) -> Iterator[Fault]:
    """Yield what Azure rejects in a call."""
    call_id, function = call["id"], call["function"]
    if len(call_id) > _MAX_AZURE_ID:
        words = (
            f"Invalid '{place}.id': string too long. Expected a string with maximum "
            f"length 40, but got a string with length {len(call_id)} instead."
        )
        yield _azure_fault(words, f"{place}.id", "string_above_max_length")
    if not function["name"]:
        words = (
            f"Invalid '{place}.function.name': empty string. Expected a string with "
            "minimum length 1, but got an empty string instead."
        )
        yield _azure_fault(words, f"{place}.function.name", "empty_string")
    try:
        is_object = isinstance(json.loads(function["arguments"]), dict)
    except ValueError:
        is_object = False
    if not is_object:
        words = f"Invalid '{place}.function.arguments': expected a JSON object."
        yield _azure_fault(words, f"{place}.function.arguments", "invalid_value")


def _azure_fault(words: str, param: str, code: str | None = None) -> Fault:
    """Return a fault of a kind of which Azure has only one."""
    return Fault(words, "invalid_request_error", code, param)
