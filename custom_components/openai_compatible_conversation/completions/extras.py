"""What a server sends along with a call, and refuses the next request without.

Google signs the calls of its models, in the call's `extra_content`; of gateways, OpenRouter
signs the thoughts before them, in the message's `reasoning_details`.
"""

from collections.abc import Mapping
from typing import Any

from .details import DETAILS
from .events import ToolCall

MAX_CALLS = 100
"""Calls of which it is kept, the latest: it is asked for while a turn lasts.

Beyond it the older half goes at once, so that the prompt changes seldom.
"""


class Extras:
    """Keeps what came with calls, to send it back with them to the same model."""

    def __init__(self) -> None:
        """Initialize without a call."""
        self._known: dict[tuple[str, str], ToolCall] = {}

    def keep(self, model: str, call: ToolCall) -> None:
        """Keep what came with a call of a model, if anything did."""
        if call.extra or call.details:
            self._known[model, call.id] = call
            if len(self._known) > MAX_CALLS:
                for key in list(self._known)[: MAX_CALLS // 2]:
                    del self._known[key]

    def added_to(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a request whose calls have with them what they came with."""
        if not self._known:
            return body
        messages = [
            self._whole(body["model"], message, calls)
            if (calls := message.get("tool_calls"))
            else message
            for message in body["messages"]
        ]
        return {**body, "messages": messages}

    def _whole(
        self, model: str, message: Mapping[str, Any], calls: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Return a message with what it and its calls came with."""
        known = [self._known.get((model, call["id"])) for call in calls]
        result = {
            **message,
            "tool_calls": [
                {**call, "extra_content": came.extra} if came and came.extra else call
                for call, came in zip(calls, known, strict=True)
            ],
        }
        if known[0] and known[0].details:
            result[DETAILS] = known[0].details
        return result
