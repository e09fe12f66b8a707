"""The keys under which models write a tool call as an object."""

from collections.abc import Mapping

MAX_DEPTH = 3
"""Maximum depth at which a call stands in an object."""

NAME_KEYS = (
    *("name", "tool", "tool_name", "toolName", "function", "function_name"),
    *("functionName", "action", "recipient_name", "recipient", "call", "func"),
)
ARGUMENT_KEYS = (
    *("arguments", "parameters", "args", "input", "params", "arguments_json"),
    *("action_input", "tool_input", "tool_args", "tool_arguments", "kwargs"),
    *("tool_parameters", "function_args", "function_arguments", "parameters_json"),
    "function_parameters",
)
OBJECT_KEYS = ("function", "function_call", "tool_call", "call", "tool_use")
"""Keys of an object that is the call."""
LIST_KEYS = ("tool_calls", "function_calls", "calls", "tool_uses")
"""Keys of a list of calls."""
OTHER_KEYS = ("id", "call_id", "tool_call_id", "type", "index")
"""Keys that may stand beside those of a call."""
TYPES = ("function", "function_call", "tool_call", "tool_use", "tool")
"""What an object with a call may say that it is."""

KEYS = frozenset({*NAME_KEYS, *ARGUMENT_KEYS, *OBJECT_KEYS, *LIST_KEYS, *OTHER_KEYS})


def is_arguments(value: object) -> bool:
    """Return whether a value is arguments, rather than the schema of some."""
    if isinstance(value, Mapping):
        return not isinstance(value.get("properties"), Mapping)
    return value is None
