"""Ids of tool calls that strict servers accept.

Mistral accepts exactly nine letters and digits, so ids that are made here look like that.
Ids that a server made are sent back as they came, because some mean something to it:
LiteLLM puts Google's signature into them, and Kimi's models count their calls by them.
They are replaced only if they occur twice in a request, as Anthropic requires unique
ids, or if the server was found to reject them.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
import hashlib
import re
from typing import Any
import uuid

LENGTH = 9
_SHORT = re.compile(rf"[a-zA-Z0-9]{{{LENGTH}}}")


def new_call_id() -> str:
    """Return a new random id."""
    return uuid.uuid4().hex[:LENGTH]


def short_call_id(call_id: str) -> str:
    """Return an id of nine letters and digits, which depends only on the given one."""
    if _SHORT.fullmatch(call_id):
        return call_id
    return hashlib.sha256(call_id.encode()).hexdigest()[:LENGTH]


def with_accepted_ids(
    messages: Iterable[dict[str, Any]], *, short: bool
) -> Iterator[dict[str, Any]]:
    """Yield messages of a request with an id of its own for each tool call.

    With `short`, each id has nine letters and digits. An id depends only on the
    messages before it, so that the server's prompt cache stays valid.
    """
    used: set[str] = set()
    waiting: defaultdict[str, deque[str]] = defaultdict(deque)
    for message in messages:
        if calls := message.get("tool_calls"):
            waiting.clear()
            renamed = []
            for call in calls:
                call_id = _unused_id(call["id"], used, short=short)
                used.add(call_id)
                waiting[call["id"]].append(call_id)
                renamed.append({**call, "id": call_id})
            yield {**message, "tool_calls": renamed}
        elif message["role"] == "tool" and (ids := waiting[message["tool_call_id"]]):
            yield {**message, "tool_call_id": ids.popleft()}
        else:
            yield message


def _unused_id(call_id: str, used: set[str], *, short: bool) -> str:
    """Return an id that no earlier call of the request has."""
    candidate, count = short_call_id(call_id) if short else call_id, 0
    while candidate in used:
        count += 1
        candidate = short_call_id(f"{call_id}/{count}")
    return candidate
