"""Learn from a rejected request which profile the server may accept.

Servers accept different parts of the API, and nothing of this is configured. The
message of a rejection is searched for what it names: a parameter, a tool, tools in
general, reasoning, or roles. The client resends the request without it, and remembers
the profile only if that succeeds.

Decision record: docs/decisions/0004-server-profiles-are-learned.md.
"""

from collections.abc import Mapping
from dataclasses import replace
import re
from typing import Any

from .errors import (
    CompletionError,
    ContextTooLongError,
    EmptyAnswerError,
    GarbledAnswerError,
    ImagesNotSupportedError,
    InvalidAuthError,
    ModelLoadingError,
    ModelNotFoundError,
    NotFoundError,
    ServerBusyError,
    ServerFailedError,
)
from .profile import EFFORT, NO_EFFORT, REASONING, ServerProfile
from .reasoning_details import REASONING_DETAILS

_NO_REJECTION = (
    ContextTooLongError
    | EmptyAnswerError
    | GarbledAnswerError
    | ImagesNotSupportedError
    | InvalidAuthError
    | ModelLoadingError
    | ModelNotFoundError
    | ServerBusyError
)
"""Errors that reject no parameter, whatever their message names."""

_NEVER_OMITTED = frozenset({"model", "messages", "stream", "tools"})
_OPTIONAL = ("stream_options", "tool_choice", "parallel_tool_calls")
_RESPONSE_FORMAT = "response_format"
_LENGTH_NAMES = ("max_tokens", "max_completion_tokens")

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
_TOOL_INDEX = re.compile(r"\btools(\[|\.|', |\", )(?P<index>\d+)", re.IGNORECASE)
_BAD_SCHEMA = re.compile(r"schema|parameters|function|grammar", re.IGNORECASE)
_ABOUT_FORMAT = re.compile(
    r"response.?format|json.?(schema|object|mode)|structured|grammar|guided",
    re.IGNORECASE,
)
_REASONING = re.compile(r"\breasoning(_content|_details)?\b", re.IGNORECASE)
_REQUIRED = re.compile(
    r"missing|required|must (be|have|contain|include)|passed back|expected",
    re.IGNORECASE,
)
_REJECTED = re.compile(
    r"unsupported|not (supported|allowed|permitted|accepted)|unrecognized|unknown"
    r"|unexpected|extra|invalid",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"\b(system|developer)\W+(message|role|prompt|instruction)s?\b"
    r"|\brole.{0,60}\bsystem\b",
    re.IGNORECASE | re.DOTALL,
)
_MISPLACED = re.compile(
    r"\b(begin|first|start|support|only|must|once|one|allow|after|enabled"
    r"|(un)?expected)",
    re.IGNORECASE,
)
_ALTERNATE = re.compile(
    r"\b(roles?|messages?|user|assistant)\b.{0,80}(\balternat|\bconsecutive\b)"
    r"|(\balternat|\bconsecutive\b).{0,80}\b(roles?|messages?|user|assistant)\b"
    r"|\bafter role\b",
    re.IGNORECASE | re.DOTALL,
)


def profile_after_rejection(
    profile: ServerProfile, error: CompletionError, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile to resend a rejected request with, None if there is no other.

    `body` is the rejected request as sent, after adaptation.
    """
    if isinstance(error, _NO_REJECTION):
        return None
    if isinstance(error, NotFoundError | ServerFailedError):
        # llama.cpp rejects parameters with 500, OpenRouter with 404. Most such
        # errors are no rejection, so the message has to name what is rejected.
        candidate = _without_named(profile, error.words, body)
    elif error.status in (400, 405, 415, 422):
        candidate = _without_named(profile, error.words, body) or _without_optional(
            profile, body
        )
    else:
        return None
    return None if candidate == profile else candidate


def _without_named(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile without what the message names."""
    for rule in (_length, _effort, _reasoning, _tools, _format, _parameters, _roles):
        if (other := rule(profile, words, body)) is not None:
            return other
    return None


def _length(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile with the other length limit parameter, or with neither."""
    for name, other in (_LENGTH_NAMES, _LENGTH_NAMES[::-1]):
        if name in body and re.search(rf"\b{other}\b", words):
            if profile.length_name:
                return profile.without(body, name)
            return replace(profile, length_name=other)
    return None


def _effort(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile with reasoning turned off, so that tools are accepted."""
    if "tools" not in body or body.get(EFFORT) == NO_EFFORT:
        return None
    named = EFFORT in words and re.search(r"\btools?\b", words, re.IGNORECASE)
    return replace(profile, no_effort=True) if named else None


def _reasoning(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile with reasoning sent back always, or never."""
    if not _REASONING.search(words):
        return None
    if not profile.reasoning_always and _REQUIRED.search(words):
        return replace(profile, reasoning=REASONING, reasoning_always=True)
    if _sends_reasoning(profile, body) and _REJECTED.search(words):
        return replace(profile, reasoning=None, reasoning_always=False)
    return None


def _tools(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile without the tool that the message names, or without tools."""
    if "tools" not in body:
        return None
    if (tool := _named_tool(words, body["tools"])) is not None:
        return replace(profile, refused_tools=profile.refused_tools | {tool})
    if _NO_TOOLS.search(words):
        return replace(profile, no_tools=True)
    return None


def _format(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile without the response format, if the message is about it."""
    if _RESPONSE_FORMAT in body and _ABOUT_FORMAT.search(words):
        return profile.without(body, _RESPONSE_FORMAT)
    return None


def _parameters(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile without the parameters that the message names."""
    rejected = [
        name
        for name in body
        if name not in _NEVER_OMITTED and re.search(rf"\b{re.escape(name)}\b", words)
    ]
    return profile.without(body, *rejected) if rejected else None


def _roles(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile with an order of roles that the chat template accepts."""
    roles = [message["role"] for message in body["messages"]]
    late = "system" in roles[1:] and profile.late_system
    if _ALTERNATE.search(words):
        if late or not profile.alternate:
            late_system = profile.late_system and not late
            return replace(profile, alternate=True, late_system=late_system)
    elif not (_SYSTEM.search(words) and _MISPLACED.search(words)):
        return None
    if "system" in roles:
        return replace(profile, late_system=False, system=late)
    return None


def _sends_reasoning(profile: ServerProfile, body: Mapping[str, Any]) -> bool:
    """Return whether a request contains reasoning."""
    fields = {profile.reasoning, REASONING_DETAILS}
    return any(fields & message.keys() for message in body["messages"])


def _named_tool(words: str, tools: list[dict[str, Any]]) -> str | None:
    """Return the name of the tool that the message is about, if it is about one."""
    names: list[str] = [tool["function"]["name"] for tool in tools]
    if (found := _TOOL_INDEX.search(words)) and int(found["index"]) < len(names):
        return names[int(found["index"])]
    if _BAD_SCHEMA.search(words):
        for name in names:
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words):
                return name
    return None


def _without_optional(
    profile: ServerProfile, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile without optional parameters, if the message names nothing.

    The response format goes first: only single tasks use one, so it is the likelier
    cause.
    """
    if _RESPONSE_FORMAT in body:
        return profile.without(body, _RESPONSE_FORMAT)
    optional = [name for name in _OPTIONAL if name in body]
    if _sends_reasoning(profile, body):
        return replace(profile.without(body, *optional), reasoning=None)
    return profile.without(body, *optional) if optional else None
