"""What a server sends along with a call, and refuses the next request without.

Google signs the calls of its models, in the call's `extra_content`; of gateways, OpenRouter
signs the thoughts before them, in the message's `reasoning_details`.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from .events import ToolCall
from .reasoning_details import REASONING_DETAILS

MAX_CALLS = 100
"""Calls of which it is kept, the latest: it is asked for while a turn lasts.

Beyond it the older half goes at once, so that the prompt changes seldom.
"""

MAX_SIZE = 4 * 1024 * 1024
"""Bytes of JSON that all of it may have, the latest aside."""


class CallMetadataCache:
    """Keeps what came with calls, to send it back with them to the same model."""

    def __init__(self) -> None:
        """Initialize without a call."""
        self._known: dict[tuple[str, str], ToolCall] = {}
        self._sizes: dict[tuple[str, str], int] = {}

    def remember(self, model: str, call: ToolCall) -> None:
        """Keep what came with a call of a model, if anything did."""
        # Some servers give an id again with each answer.
        self._drop((model, call.id))
        if call.extra or call.details:
            self._known[model, call.id] = call
            came = orjson.dumps([call.extra, call.details])
            self._sizes[model, call.id] = len(came)
        while len(self._known) > MAX_CALLS or (
            len(self._known) > 1 and sum(self._sizes.values()) > MAX_SIZE
        ):
            self._drop(*list(self._known)[: len(self._known) // 2])

    def _drop(self, *keys: tuple[str, str]) -> None:
        """Keep no more what came with some calls."""
        for key in keys:
            self._known.pop(key, None)
            self._sizes.pop(key, None)

    def attach_to(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a request whose calls have with them what they came with."""
        if not self._known:
            return body
        known = {
            call_id: call
            for (model, call_id), call in self._known.items()
            if model == body["model"]
        }
        messages = [_whole(message, known) for message in reversed(body["messages"])]
        return {**body, "messages": messages[::-1]}


def _whole(message: Mapping[str, Any], known: dict[str, ToolCall]) -> Mapping[str, Any]:
    """Return a message with what it and its calls came with, which is known no more."""
    calls = message.get("tool_calls") or ()
    came = [known.pop(call["id"], None) for call in calls]
    if not any(came):
        return message
    result = {
        **message,
        "tool_calls": [
            {**call, "extra_content": own.extra} if own and own.extra else call
            for call, own in zip(calls, came, strict=True)
        ],
    }
    if came[0] and came[0].details:
        result[REASONING_DETAILS] = came[0].details
    return result
