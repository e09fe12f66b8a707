"""Tool calls as objects, under the keys that models write."""

from collections.abc import Iterator
from typing import Any

from .arriving_text import MalformedError
from .lenient_json import parse

MAX_DEPTH = 3
"""Maximum depth at which a call stands in an object."""

NAME_KEYS = (
    *("name", "tool", "tool_name", "toolName", "function", "function_name"),
    *("functionName", "action", "recipient_name", "recipient", "call", "func"),
    "method",
)
ARGUMENT_KEYS = (
    *("arguments", "parameters", "args", "input", "params", "arguments_json"),
    *("action_input", "tool_input", "tool_args", "tool_arguments", "kwargs"),
    *("tool_parameters", "function_args", "function_arguments", "parameters_json"),
    "function_parameters",
)
OBJECT_KEYS = ("function", "function_call", "tool_call", "call", "tool_use", "tool")
"""Keys of an object that is the call."""
LIST_KEYS = ("tool_calls", "function_calls", "calls", "tool_uses")
"""Keys of a list of calls."""
OTHER_KEYS = (
    *("id", "call_id", "tool_call_id", "type", "index", "role", "content", "status"),
    *("thought", "thoughts", "reasoning", "explanation", "comment", "description"),
    *("strict", "jsonrpc", "response"),
)
"""Keys that may stand beside those of a call."""
TEXTS = {
    "type": ("function", "function_call", "tool_call", "tool_use", "tool"),
    "role": ("assistant",),
}
"""What an object with a call may say that it is, by key."""
SERVICE_KEYS = (
    *("service", "target_device", "brightness", "rgb_color", "temperature"),
    *("humidity", "fan_mode", "hvac_mode", "preset_mode", "duration", "item"),
)
"""Keys of the calls that models for Home Assistant of another integration write."""

type Call = tuple[str, dict[str, Any]]
"""Tool name and arguments."""

KEYS = frozenset(
    {
        *(*NAME_KEYS, *ARGUMENT_KEYS, *OBJECT_KEYS, *LIST_KEYS, *OTHER_KEYS),
        *SERVICE_KEYS,
    }
)

_SCHEMA_KEYS = frozenset({"properties", "required", "type"})


def arguments_of(value: Any) -> dict[str, Any] | None:
    """Return the arguments that a value is; None if it is none, or their schema."""
    match value:
        case None | []:
            return {}
        case [dict() as inner]:
            return arguments_of(inner)
        case {"properties": dict() as properties} if value.keys() <= _SCHEMA_KEYS:
            # A model that copies the schema puts the values into it.
            is_schema = all(isinstance(v, dict) for v in properties.values())
            return None if is_schema else properties
        case {"properties": dict()} | {"type": "object"}:
            return None
        case dict():
            return value
    return None


def calls_in(value: Any, depth: int = 0) -> Iterator[Call]:
    """Yield the calls that an object is or holds, if it has tool names and arguments."""
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return
    inner = next((v for k in OBJECT_KEYS if isinstance(v := value.get(k), dict)), None)
    listed = next((v for k in LIST_KEYS if isinstance(v := value.get(k), list)), None)
    if inner is not None or listed is not None:
        for call in listed or [inner]:
            yield from calls_in(call, depth + 1)
    elif key := next((k for k in ARGUMENT_KEYS if k in value), None):
        name = next((v for k in NAME_KEYS if (v := value.get(k))), None)
        arguments = value[key]
        if isinstance(arguments, str):
            arguments = parse_object(arguments or "{}")
            if arguments is None:
                return
        arguments = arguments_of(arguments)
        if isinstance(name, str) and arguments is not None:
            yield name, arguments
    elif isinstance(name := value.get("service"), str) and "target_device" in value:
        yield name, {k: v for k, v in value.items() if k != "service"}
    elif depth:
        yield from calls_by_key(value)


def calls_by_key(value: Any) -> Iterator[Call]:
    """Yield the calls in an object whose keys are names."""
    if not KEYS & value.keys() and all(isinstance(v, dict) for v in value.values()):
        yield from value.items()


def parse_object(text: str) -> dict[str, Any] | None:
    """Return the object that a text is, None if it is none."""
    try:
        value, _, _ = parse(text.strip())
    except MalformedError:
        return None
    return value if isinstance(value, dict) else None
