"""What a server sends along with a call, and refuses the next request without.

Google signs the calls of its models, in the call's `extra_content`.
"""

from collections.abc import Mapping
from typing import Any

from .events import ToolCall

MAX_CALLS = 100
"""Calls of which it is kept, the latest: it is asked for while a turn lasts."""


class Extras:
    """Keeps what came with calls, to send it back with them to the same model."""

    def __init__(self) -> None:
        """Initialize without a call."""
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def keep(self, model: str, call: ToolCall) -> None:
        """Keep what came with a call of a model, if anything did."""
        if call.extra:
            self._known[model, call.id] = call.extra
            if len(self._known) > MAX_CALLS:
                del self._known[next(iter(self._known))]

    def added_to(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a request whose calls have with them what they came with."""
        if not self._known:
            return body
        messages = [
            {
                **message,
                "tool_calls": [self._with_extra(body["model"], call) for call in calls],
            }
            if (calls := message.get("tool_calls"))
            else message
            for message in body["messages"]
        ]
        return {**body, "messages": messages}

    def _with_extra(self, model: str, call: dict[str, Any]) -> dict[str, Any]:
        """Return a call with what it came with."""
        extra = self._known.get((model, call["id"]))
        return {**call, "extra_content": extra} if extra else call
