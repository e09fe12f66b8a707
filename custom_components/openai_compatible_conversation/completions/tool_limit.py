"""Servers that take only so many tools: how they say so, and requests with fewer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
import re
from typing import Any

from .profile import ServerProfile

type FewerTools = Callable[[int, Sequence[str]], Sequence[Mapping[str, Any]]]
"""Returns at most so many function definitions.

The names are those of the tools in the request's history, the last called one last.
"""

MAX_NUMBERS = 3
"""Maximum number of numbers in a message that are tried as the limit."""

COMMON_LIMITS = (128, 64, 32, 16)
"""The limits to try if a message does not tell any: those of well-known servers."""

_LISTED = r"(tools|functions|function[ _]declarations|tool definitions)"
_TOO_MANY = r"(too (long|many)|maximum|at most|more than|max_?(items|length)|exceed\w*)"
_TOO_MANY_TOOLS = re.compile(
    # OpenAI, Azure, Groq and what is written in Python, of the list as a whole.
    rf"['\"]tools['\"][\])]?\W.{{0,60}}\b{_TOO_MANY}\b"
    rf"|\btools ?: (list|array)\b.{{0,40}}\b{_TOO_MANY}\b"
    r"|too long - ['\"]tools['\"]"
    # Google has all tools as the declarations of one.
    rf"|\bfunction_?declarations\b(?!\[).{{0,40}}\b{_TOO_MANY}\b"
    rf"|\b(too many|(more than|at most|maximum( of)?|limit of|up to) \d+) {_LISTED}\b"
    rf"|\b(number|count) of {_LISTED}\b.{{0,60}}\b({_TOO_MANY}|limit)\b"
    rf"|\b(maximum|max) (number of )?{_LISTED} (limit|count|is|allowed|reached)\b"
    rf"|\b\d+ {_LISTED}\b.{{0,60}}\b({_TOO_MANY}|limit)\b",
    re.IGNORECASE | re.DOTALL,
)
# A status, which may be told as the code of the error, is no limit.
_NUMBER = re.compile(
    r"(?<![\w.\[-])(?:(?:^|(?:code|status|http)\W{0,4})\d{3}|(?P<number>\d{1,5}))"
    r"(?![\w\]])",
    re.IGNORECASE,
)


def after_too_many_tools(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profiles with the limits of tools that the message may tell."""
    if not _TOO_MANY_TOOLS.search(words):
        return
    numbers = {int(found["number"] or 0) for found in _NUMBER.finditer(words)}
    for limit in sorted(_below(body, numbers), reverse=True)[:MAX_NUMBERS]:
        yield replace(profile, max_tools=limit)


def with_common_limits(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profiles with common limits, if the message says only that there is one."""
    if _TOO_MANY_TOOLS.search(words):
        for limit in _below(body, COMMON_LIMITS):
            yield replace(profile, max_tools=limit)


def with_usual_limit(
    profile: ServerProfile, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile with the limit that most servers have, if it is exceeded."""
    for limit in _below(body, COMMON_LIMITS[:1]):
        yield replace(profile, max_tools=limit)


def limit_tools(
    body: Mapping[str, Any], profile: ServerProfile, fewer: FewerTools | None = None
) -> Mapping[str, Any]:
    """Return a request with no more tools than a server takes.

    `fewer` chooses them; otherwise they are the first ones.
    """
    tools = body.get("tools", ())
    if profile.max_tools is None or len(tools) <= profile.max_tools:
        return body
    if fewer:
        chosen = fewer(profile.max_tools, _called(body))
        tools = [{"type": "function", "function": tool} for tool in chosen]
    return {**body, "tools": tools[: profile.max_tools]}


def _called(body: Mapping[str, Any]) -> list[str]:
    """Return the tools that are called in a request's history, the last one last."""
    names: dict[str, None] = {}
    for message in body["messages"]:
        for call in message.get("tool_calls") or ():
            name = call["function"]["name"]
            names.pop(name, None)
            names[name] = None
    return list(names)


def _below(body: Mapping[str, Any], limits: Sequence[int] | set[int]) -> list[int]:
    """Return the limits that are below the number of tools in a request."""
    return [limit for limit in limits if 0 < limit < len(body.get("tools", ()))]
