"""What the file of a session may hold."""

import probatio

from ..stored_file import NUMBER, file_schema

_TEXT_OR_NONE = probatio.Any(None, str)

_MESSAGE = probatio.Any(
    {probatio.Required("user"): str},
    {probatio.Required("result"): str, probatio.Required("id"): str},
    {
        probatio.Required("assistant"): _TEXT_OR_NONE,
        probatio.Required("calls"): [probatio.ExactSequence([str, str, str])],
        probatio.Required("reasoning"): _TEXT_OR_NONE,
    },
)

SESSION_SCHEMA = file_schema(
    {
        probatio.Required("last"): NUMBER,
        probatio.Required("turns"): [[_MESSAGE]],
        "said": [
            {
                "id": str,
                "speaker": str,
                "channel": probatio.In(["voice", "chat"]),
                "at": str,
                "learned": bool,
                "interrupted": {
                    probatio.Required("last_words"): str,
                    probatio.Required("is_cut"): bool,
                    probatio.Required("device"): str,
                },
            }
        ],
        "heads": {str: str},
        "tools": [str],
        "searching": probatio.Any(None, bool),
        "choice": _TEXT_OR_NONE,
    }
)
"""The data that `serialization` writes, and that of earlier versions."""
