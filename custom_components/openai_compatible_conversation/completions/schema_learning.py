"""Learn from a rejected request which schemas and which tools a server accepts.

A keyword is rewritten before a schema is reduced to what every server reads, and that
before a tool is given up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
import re
from typing import Any

from .profile import ServerProfile
from .schema_rewrites import SIMPLE, forms, keywords
from .schema_words import named_keywords, wants_closed_objects
from .tool_pointers import named_tools

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
# OpenRouter names one of the tools all the same.
_NO_TOOL_USE = re.compile(
    r"\bsupport(s|ed|ing)? (tool|function)[ -]?(use|calls?|calling)\b", re.IGNORECASE
)
_SCHEMA = re.compile(r"schema|\bgrammar\b", re.IGNORECASE)
_CLOSED = "additionalProperties"


def after_rejected_schema(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profiles without the keywords that the message names."""
    used: set[str] = set().union(*map(keywords, schemas_of(body)))
    if not used or not (named := named_keywords(words, used)):
        return
    rewrites = profile.schema_rewrites
    tried: list[frozenset[str]] = []
    for index in (0, -1):
        names = {_forms(keyword, words)[index] for keyword in named}
        if names not in tried:
            tried.append(frozenset(names))
            yield replace(profile, schema_rewrites=rewrites | names)


def after_rejected_tool(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profiles without the tools that the message names, or without any."""
    if "tools" not in body:
        return
    if _NO_TOOL_USE.search(words) and _NO_TOOLS.search(words):
        yield replace(profile, no_tools=True)
    sent = [tool["function"]["name"] for tool in body["tools"]]
    if tools := named_tools(words, sent):
        yield replace(profile, simple_tools=profile.simple_tools.union(tools))
        yield replace(profile, refused_tools=profile.refused_tools.union(tools))
    elif not named_keywords(words, set()) and _NO_TOOLS.search(words):
        yield replace(profile, no_tools=True)


def with_simple_schemas(profile: ServerProfile, words: str) -> Iterator[ServerProfile]:
    """Yield the profile with what every server reads, if the words name any schema."""
    if _SCHEMA.search(words):
        yield replace(profile, schema_rewrites=profile.schema_rewrites | {SIMPLE})


def schemas_of(body: Mapping[str, Any]) -> Iterator[object]:
    """Yield the schemas in a request: those of the tools, and of the response."""
    for tool in body.get("tools", ()):
        yield tool["function"].get("parameters")
    response_format = body.get("response_format")
    if isinstance(response_format, Mapping) and isinstance(
        wrapped := response_format.get("json_schema"), Mapping
    ):
        yield wrapped.get("schema")


def _forms(keyword: str, words: str) -> tuple[str, ...]:
    """Return the rewrites for a keyword that a message names."""
    if keyword == _CLOSED and wants_closed_objects(words):
        return (_CLOSED, f"-{_CLOSED}")
    return forms(keyword)
