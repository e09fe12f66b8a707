"""Learn from a rejected request how a server wants the tool calls in a history.

Decision record: docs/decisions/0004-server-profiles-are-learned.md.
"""

from collections.abc import Mapping
from dataclasses import replace
import re
from typing import Any

from .profile import ServerProfile

# Mistral and its chat templates, OpenAI (40 characters), Anthropic behind a gateway.
_CALL_ID = re.compile(
    r"(\btool[ _]?(calls?|use)\b(\[\d+\])?\W{0,3}ids?|\btool_call_id)\b"
    r".{0,300}(\blength\b|\ba-z|\balphanumeric\b|\btoo long\b|\bpattern\b)",
    re.IGNORECASE | re.DOTALL,
)
# Mistral, and vLLM with its tokenizer; the template of gpt-oss, with thoughts.
_CONTENT_OR_CALLS = re.compile(
    r"\bcontent\b.{0,20}\btool_calls\b.{0,20}\bnot both\b"
    r"|\bboth content and (thinking|reasoning)\b",
    re.IGNORECASE | re.DOTALL,
)
# Google, if it cannot tell the name from the id of the call.
_NO_NAME = re.compile(r"\bfunction_?response\.name\b", re.IGNORECASE)
# LM Studio, Groq, OpenAI, Ollama (nil in Go), and servers in Rust or with pydantic.
_NO_NULL = re.compile(
    r"\bcontent\b.{0,120}\b(string|null|none|nil)\b|\binvalid type: null\b",
    re.IGNORECASE | re.DOTALL,
)


def after_rejected_calls(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile with tool calls in the form that the message asks for."""
    calls = _with_calls(body)
    if calls and _CALL_ID.search(words):
        return replace(profile, short_ids=True)
    if _CONTENT_OR_CALLS.search(words) and any(call["content"] for call in calls):
        return replace(profile, text_with_calls=False)
    if calls and _NO_NAME.search(words):
        return replace(profile, named_results=True)
    return None


def after_rejected_null(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> ServerProfile | None:
    """Return the profile with empty text beside tool calls, if null was rejected."""
    has_null = any(call["content"] is None for call in _with_calls(body))
    if has_null and _NO_NULL.search(words):
        return replace(profile, null_content=False)
    return None


def _with_calls(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the messages of a request that have tool calls."""
    return [message for message in body["messages"] if message.get("tool_calls")]
