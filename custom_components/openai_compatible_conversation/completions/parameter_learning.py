"""Learn from a rejected request which parameters a server accepts.

A message has to name what is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
import re
from typing import Any

from .parameter_words import names_parameter
from .profile import EFFORT, NO_EFFORT, ServerProfile

RESPONSE_FORMAT = "response_format"

_NEVER_OMITTED = frozenset({"model", "messages", "stream", "tools"})
_LENGTH_NAMES = ("max_tokens", "max_completion_tokens")
LENGTH_OPTIONS = (
    *_LENGTH_NAMES,
    *("max_new_tokens", "max_output_tokens", "n_predict", "num_predict"),
)

# llama.cpp before it could do both, and OpenAI for organizations that are not verified.
_NO_STREAM = re.compile(
    r"\btools with stream\b|\bto stream this model\b"
    r"|\bstream(ing)?\b.{0,30}\b(not|un) ?(supported|available|allowed)\b"
    r"|\bnot support(ed)?\b.{0,20}\bstream(ing)?\b",
    re.IGNORECASE,
)
_ABOUT_FORMAT = re.compile(
    r"response.?format|json.?(schema|object|mode)|structured|grammar|guided",
    re.IGNORECASE,
)


def with_length_name(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile with the other length limit parameter, and with neither."""
    for name, other in (_LENGTH_NAMES, _LENGTH_NAMES[::-1]):
        if name in body and re.search(rf"\b{other}\b", words):
            if not profile.length_name:
                yield replace(profile, length_name=other)
            yield profile.without(body, name)


def without_stream(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile with responses that are not streamed."""
    if body.get("stream") and _NO_STREAM.search(words):
        yield profile.without(body, "stream")


def without_effort(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile with reasoning turned off, so that tools are accepted."""
    if "tools" not in body or body.get(EFFORT) == NO_EFFORT:
        return
    if EFFORT in words and re.search(r"\btools?\b", words, re.IGNORECASE):
        yield replace(profile, no_effort=True)


def without_format(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile without the response format, if the message is about it."""
    if RESPONSE_FORMAT in body and _ABOUT_FORMAT.search(words):
        yield profile.without(body, RESPONSE_FORMAT)


def without_parameters(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile without the parameters that the message names."""
    rejected = [
        name
        for name in body
        if name not in _NEVER_OMITTED and names_parameter(words, name)
    ]
    if rejected:
        yield profile.without(body, *rejected)
