"""Text, reasoning and token usage in the fields where servers put them."""

from collections.abc import Mapping
from typing import Any

from .events import TokenUsage
from .reasoning_details import REASONING_DETAILS

MAX_COUNT = 10**9
"""Maximum token count of a request; more is invalid, and its sum cannot be stored."""

REASONING_FIELDS = ("reasoning_content", "reasoning", "reasoning_text")


def text_in(delta: Mapping[str, Any]) -> str:
    """Return the text of a delta, or its refusal."""
    return _text(delta.get("content")) or _text(delta.get("refusal"))


def reasoning_in(delta: Mapping[str, Any]) -> tuple[str | None, str]:
    """Return the reasoning of a delta, preceded by the name of its field.

    The name is None for a field in which reasoning cannot be sent back.
    """
    for name in REASONING_FIELDS:
        if text := _text(delta.get(name)):
            return name, text
    if text := _text(delta.get(REASONING_DETAILS)):
        return None, text
    content = delta.get("content")
    return None, _joined(content, "thinking") if isinstance(content, list) else ""


def usage_in(usage: object) -> TokenUsage | None:
    """Return the token usage in a usage object, None if it is not an object."""
    if not isinstance(usage, Mapping):
        return None
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    if cached is None:
        cached = usage.get("prompt_cache_hit_tokens")
    return TokenUsage(
        _count(usage.get("prompt_tokens")),
        _count(cached),
        _count(usage.get("completion_tokens")),
    )


def _text(value: object, depth: int = 3) -> str:
    """Return the text of a string, or of a list of content parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and depth:
        return _joined(value, "text", depth) or _joined(value, "summary", depth)
    return ""


def _joined(parts: list[Any], key: str, depth: int = 3) -> str:
    """Return the joined texts under a key of content parts."""
    return "".join(
        _text(part.get(key), depth - 1) for part in parts if isinstance(part, Mapping)
    )


def _count(value: object) -> int:
    """Return a token count, 0 if it is invalid."""
    return int(value) if isinstance(value, int) and 0 < value <= MAX_COUNT else 0
