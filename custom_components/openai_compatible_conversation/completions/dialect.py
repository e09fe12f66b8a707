"""How one server speaks the API: what it was found to refuse, and how to do without.

Nothing here is configured. A request that is refused is sent again without what
was refused, and what then works is remembered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
import re
from typing import Any, Self

from .errors import (
    CompletionError,
    ContextTooLongError,
    ImagesNotSupportedError,
    ModelNotFoundError,
    NotFoundError,
    ServerFailedError,
)

REASONING = "reasoning_content"
"""The field in which reasoning goes back, unless it came in another one."""

EFFORT, NO_EFFORT = "reasoning_effort", "none"
"""The parameter that says how much a model thinks, and the value for not at all."""

_NEVER_LEFT_OUT = frozenset({"model", "messages", "stream", "tools"})
_OPTIONAL = ("stream_options", "tool_choice", "parallel_tool_calls", "response_format")
_LENGTHS = ("max_tokens", "max_completion_tokens")

_NO_TOOLS = re.compile(
    r"not support(ed)?\b.{0,40}\b(tool|function)s?\b"
    r"|\b(tool|function)s?\b( \w+)? (is|are) (not|un)\s?(supported|available|enabled)"
    r"|\bsupport (tool|function)"
    r"|\btools?\b.{0,40}\brequires? --"
    r"|enable-auto-tool-choice"
    r"|\btools\b.{0,60}(unsupported|not supported|unrecognized|unknown|unexpected"
    r"|not permitted|not allowed|extra)"
    r"|(unsupported|unrecognized|unknown|unexpected|extra\w*)\b.{0,60}\btools\b",
    re.IGNORECASE | re.DOTALL,
)
_ONE_TOOL = re.compile(r"\btools(\[|\.|', |\", )(?P<index>\d+)", re.IGNORECASE)
_BAD_SCHEMA = re.compile(r"schema|parameters|function|grammar", re.IGNORECASE)
_FORMAT = re.compile(
    r"response.?format|json.?(schema|object|mode)|structured|grammar|guided",
    re.IGNORECASE,
)
_REASONING = re.compile(r"\breasoning(_content|_details)?\b", re.IGNORECASE)
_WANTED = re.compile(
    r"missing|required|must (be|have|contain|include)|passed back|expected",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"unsupported|not (supported|allowed|permitted|accepted)|unrecognized|unknown"
    r"|unexpected|extra|invalid",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"\bsystem\b.{0,80}(begin|first|start|support|only|must|once|one|allow|after)"
    r"|(begin|first|start|only|must|unexpected|unsupported).{0,80}\bsystem\b",
    re.IGNORECASE | re.DOTALL,
)
_ALTERNATE = re.compile(
    r"roles? must alternate|alternat(e|ing)|consecutive|after role", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What is known of a server, as it is sent to and as it is stored."""

    left_out: frozenset[str] = frozenset()
    """Parameters that are not sent."""
    length_name: str | None = None
    """The name under which the length limit is sent, if not the one that was asked for."""
    no_tools: bool = False
    no_effort: bool = False
    """Whether tools are taken only from a model that is told not to think."""
    refused_tools: frozenset[str] = frozenset()
    reasoning: str | None = REASONING
    """The field in which reasoning is sent back, None if it is not."""
    reasoning_always: bool = False
    """Whether the field is there even if there was no reasoning."""
    thinks_first: bool = False
    """Whether answers begin within thoughts, of which only the end is marked."""
    late_system: bool = True
    system: bool = True
    alternate: bool = False

    def stored(self) -> dict[str, Any]:
        """Return what is to be remembered, as JSON.

        That it takes no tools is not: often a flag of the server is missing,
        and whoever sets it expects the assistant to act again.
        """
        kept = replace(self, no_tools=False)
        values = {field.name: getattr(kept, field.name) for field in fields(kept)}
        return {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in values.items()
            if value != getattr(PLAIN, name)
        }

    @classmethod
    def of(cls, stored: object) -> Self:
        """Return what was remembered, as far as it can be read."""
        if not isinstance(stored, Mapping):
            return cls()
        known: dict[str, Any] = {}
        for field in fields(cls):
            name, default = field.name, getattr(PLAIN, field.name)
            value = stored.get(name, default)
            if isinstance(default, frozenset):
                if isinstance(value, list):
                    known[name] = frozenset(map(str, value))
            elif isinstance(value, bool) == isinstance(default, bool) and (
                value is None or isinstance(value, bool | str)
            ):
                known[name] = value
        return cls(**known)

    def without(self, *names: str) -> Self:
        """Return the dialect with some more parameters left out."""
        return replace(self, left_out=self.left_out | set(names))


PLAIN = Dialect()
"""The API as it is documented."""


def learned(
    dialect: Dialect, error: CompletionError, body: Mapping[str, Any]
) -> Dialect | None:
    """Return the dialect in which a refused request may be taken, None if no other is.

    `body` is the request as it was sent.
    """
    if isinstance(
        error, ContextTooLongError | ImagesNotSupportedError | ModelNotFoundError
    ):
        return None
    if isinstance(error, NotFoundError | ServerFailedError):
        # llama.cpp refuses with 500, OpenRouter with 404; most such errors mean
        # what they say, so these must name what they refuse.
        candidate = _named(dialect, error.words, body)
    elif error.status in (0, 400, 405, 415, 422):
        candidate = _named(dialect, error.words, body) or _bare(dialect, body)
    else:
        return None
    return None if candidate == dialect else candidate


def _named(dialect: Dialect, words: str, body: Mapping[str, Any]) -> Dialect | None:
    """Return the dialect without what the words name."""
    for lesson in (_length, _effort, _reasoning, _tools, _format, _parameters, _roles):
        if (other := lesson(dialect, words, body)) is not None:
            return other
    return None


def _length(dialect: Dialect, words: str, body: Mapping[str, Any]) -> Dialect | None:
    """Return the dialect with the other name of the length limit."""
    for name, other in (_LENGTHS, _LENGTHS[::-1]):
        if name in body and re.search(rf"\b{other}\b", words):
            return replace(dialect, length_name=other)
    return None


def _effort(dialect: Dialect, words: str, body: Mapping[str, Any]) -> Dialect | None:
    """Return the dialect in which the model does not think, so that it may call tools."""
    if "tools" not in body or body.get(EFFORT) == NO_EFFORT:
        return None
    named = EFFORT in words and re.search(r"\btools?\b", words, re.IGNORECASE)
    return replace(dialect, no_effort=True) if named else None


def _reasoning(dialect: Dialect, words: str, body: Mapping[str, Any]) -> Dialect | None:
    """Return the dialect with reasoning sent back always, or never."""
    if not _REASONING.search(words):
        return None
    if not dialect.reasoning_always and _WANTED.search(words):
        return replace(dialect, reasoning=REASONING, reasoning_always=True)
    if _reasons(dialect, body) and _REFUSED.search(words):
        return replace(dialect, reasoning=None, reasoning_always=False)
    return None


def _tools(dialect: Dialect, words: str, body: Mapping[str, Any]) -> Dialect | None:
    """Return the dialect without the tool that the words complain of, or without tools."""
    if "tools" not in body:
        return None
    if (tool := _named_tool(words, body["tools"])) is not None:
        return replace(dialect, refused_tools=dialect.refused_tools | {tool})
    if _NO_TOOLS.search(words):
        return replace(dialect, no_tools=True)
    return None


def _format(dialect: Dialect, words: str, body: Mapping[str, Any]) -> Dialect | None:
    """Return the dialect without a form for the answer, if the words are of one."""
    if "response_format" in body and _FORMAT.search(words):
        return dialect.without("response_format")
    return None


def _parameters(
    dialect: Dialect, words: str, body: Mapping[str, Any]
) -> Dialect | None:
    """Return the dialect without the parameters that the words name."""
    refused = [
        name
        for name in body
        if name not in _NEVER_LEFT_OUT and re.search(rf"\b{re.escape(name)}\b", words)
    ]
    return dialect.without(*refused) if refused else None


def _roles(dialect: Dialect, words: str, body: Mapping[str, Any]) -> Dialect | None:
    """Return the dialect with the roles in an order that a chat template takes."""
    roles = [message["role"] for message in body["messages"]]
    if _SYSTEM.search(words) and "system" in roles:
        late = "system" in roles[1:] and dialect.late_system
        return replace(dialect, late_system=False, system=late)
    if _ALTERNATE.search(words):
        return replace(dialect, alternate=True)
    return None


def _reasons(dialect: Dialect, body: Mapping[str, Any]) -> bool:
    """Return whether a request sends reasoning back."""
    return any(dialect.reasoning in message for message in body["messages"])


def _named_tool(words: str, tools: list[dict[str, Any]]) -> str | None:
    """Return the name of the one tool that the words complain of, if they do."""
    names: list[str] = [tool["function"]["name"] for tool in tools]
    if (found := _ONE_TOOL.search(words)) and int(found["index"]) < len(names):
        return names[int(found["index"])]
    if _BAD_SCHEMA.search(words):
        for name in names:
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words):
                return name
    return None


def _bare(dialect: Dialect, body: Mapping[str, Any]) -> Dialect | None:
    """Return the dialect without all that could be left out, for words that name nothing."""
    optional = [name for name in _OPTIONAL if name in body]
    if _reasons(dialect, body):
        return replace(dialect.without(*optional), reasoning=None)
    return dialect.without(*optional) if optional else None
