"""Read from a server's refusal which tools of the request it is about.

An index is that of the list that it stands behind. Google has all tools of a request as
the declarations of one: `tools[0].function_declarations[22]` is the 23rd tool.
"""

from collections.abc import Sequence
import re

_SEPARATOR = r"(\[|\.|/|['\"], ?)"
# The list within the one tool comes first: behind it, the outer index says nothing.
_DECLARATIONS = re.compile(
    rf"\bfunction_?declarations?{_SEPARATOR}(?P<index>\d{{1,6}})", re.IGNORECASE
)
_NESTED = re.compile(r"\bfunction_?declarations?\b", re.IGNORECASE)
# AWS counts the members of a list from one.
_MEMBERS = re.compile(r"\btools\.(?P<index>\d{1,6})\.member\b", re.IGNORECASE)
_TOOLS = re.compile(rf"\btools{_SEPARATOR}(?P<index>\d{{1,6}})", re.IGNORECASE)
_ABOUT_TOOLS = re.compile(
    r"schema|parameters|function|grammar|\btools?\b", re.IGNORECASE
)


def named_tools(words: str, names: Sequence[str]) -> list[str]:
    """Return the tools that a message is about, by name, in the order of the request.

    `names` are the tools as they were sent.
    """
    if indexes := _indexes(words):
        return [name for index, name in enumerate(names) if index in indexes]
    if not _ABOUT_TOOLS.search(words):
        return []
    return [name for name in names if _is_named(name, words)]


def _indexes(words: str) -> set[int]:
    """Return the indexes of tools in a message."""
    if _NESTED.search(words):
        return {int(found["index"]) for found in _DECLARATIONS.finditer(words)}
    if members := {int(found["index"]) - 1 for found in _MEMBERS.finditer(words)}:
        return members
    return {int(found["index"]) for found in _TOOLS.finditer(words)}


def _is_named(name: str, words: str) -> bool:
    """Return whether a message names a tool.

    A name that could be any word, such as `search`, has to be quoted, or told to be one
    of a function.
    """
    escaped = re.escape(name)
    if re.search(r"[A-Z_\d-]", name[1:]):
        return re.search(rf"(?<![\w-]){escaped}(?![\w-])", words) is not None
    return (
        re.search(
            rf"['\"`]{escaped}['\"`]|\b(function|tool)s? {escaped}(?![\w-])",
            words,
        )
        is not None
    )
