"""Metadata of tool calls that a server requires back with the next request.

Google signs the tool calls of its models in the call's `extra_content`. Among gateways,
OpenRouter signs the reasoning before the calls in the message's `reasoning_details`.
Such servers reject a history in which the signature is missing.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from .events import ToolCall
from .reasoning_details import REASONING_DETAILS

MAX_CALLS = 100
"""Maximum number of calls in the cache: servers require metadata during a turn.

Beyond it the older half is evicted at once, so that the prompt rarely changes.
"""

MAX_SIZE = 4 * 1024 * 1024
"""Maximum bytes of JSON in the cache; the latest call is kept whatever its size."""


class CallMetadataCache:
    """Cache of the metadata of tool calls, by model and call id.

    Metadata is attached only to requests to the model that made the call.
    """

    def __init__(self) -> None:
        """Initialize an empty cache."""
        self._known: dict[tuple[str, str], ToolCall] = {}
        self._sizes: dict[tuple[str, str], int] = {}

    def remember(self, model: str, call: ToolCall) -> None:
        """Cache the metadata of a call that a model made, if it has any."""
        # Some servers reuse the same ids in each response.
        self._drop((model, call.id))
        if call.extra or call.details:
            self._known[model, call.id] = call
            encoded = orjson.dumps([call.extra, call.details])
            self._sizes[model, call.id] = len(encoded)
        while len(self._known) > MAX_CALLS or (
            len(self._known) > 1 and sum(self._sizes.values()) > MAX_SIZE
        ):
            self._drop(*list(self._known)[: len(self._known) // 2])

    def _drop(self, *keys: tuple[str, str]) -> None:
        """Evict calls."""
        for key in keys:
            self._known.pop(key, None)
            self._sizes.pop(key, None)

    def attach_to(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a request with the metadata of its tool calls attached."""
        if not self._known:
            return body
        known = {
            call_id: call
            for (model, call_id), call in self._known.items()
            if model == body["model"]
        }
        # In reverse: a reused id belongs to the latest call.
        messages = [
            _with_metadata(message, known) for message in reversed(body["messages"])
        ]
        return {**body, "messages": messages[::-1]}


def _with_metadata(
    message: Mapping[str, Any], known: dict[str, ToolCall]
) -> Mapping[str, Any]:
    """Return a message with its metadata, which is removed from `known`."""
    calls = message.get("tool_calls") or ()
    originals = [known.pop(call["id"], None) for call in calls]
    if not any(originals):
        return message
    result = {
        **message,
        "tool_calls": [
            {**call, "extra_content": original.extra}
            if original and original.extra
            else call
            for call, original in zip(calls, originals, strict=True)
        ],
    }
    if originals[0] and originals[0].details:
        result[REASONING_DETAILS] = originals[0].details
    return result
