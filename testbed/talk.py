"""A turn over the Assist pipeline API, with its deltas, tool calls and result."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .websocket import Client, Message


@dataclass
class ToolCall:
    """A tool call, with its result once it is known."""

    name: str
    arguments: dict[str, Any]
    result: Any = None
    error: bool = False
    answered: bool = False

    @property
    def good(self) -> bool:
        """Return whether the tool succeeded."""
        if not self.answered or self.error or not isinstance(self.result, dict):
            return False
        failed = (self.result.get("data") or {}).get("failed")
        return "error" not in self.result and not failed


@dataclass
class TurnResult:
    """The outcome of a turn."""

    text: str
    words: list[tuple[float, str]] = field(default_factory=list)
    """The content deltas of the answer, each with its time in seconds."""
    calls: list[ToolCall] = field(default_factory=list)
    seconds: float = 0.0
    """Duration of the turn."""
    answer: str = ""
    error: str = ""
    conversation_id: str | None = None
    continue_conversation: bool = False

    @property
    def first_word(self) -> float | None:
        """Return the seconds until the first content delta, None without one."""
        return self.words[0][0] if self.words else None

    @property
    def streamed(self) -> bool:
        """Return whether the answer came in several deltas at different times."""
        return len(self.words) > 1 and self.words[0][0] < self.words[-1][0]

    @property
    def has_question(self) -> bool:
        """Return whether the answer ends in a question mark."""
        return self.answer.rstrip().endswith("?")


type TurnEvent = str | ToolCall
"""A content delta, a tool call, or the same tool call again with its result."""


async def talk(
    client: Client,
    text: str,
    *,
    pipeline: str | None = None,
    conversation_id: str | None = None,
    device_id: str | None = None,
    on_event: Callable[[TurnEvent], None] = lambda _: None,
    patience: float = 300,
) -> TurnResult:
    """Run a turn and return its outcome.

    `patience` is the timeout in seconds.
    """
    turn = TurnResult(text, conversation_id=conversation_id)
    clock = asyncio.get_running_loop().time
    start = clock()
    optional = {"pipeline": pipeline, "device_id": device_id}
    fields = {name: value for name, value in optional.items() if value}
    async with (
        asyncio.timeout(patience),
        client.subscribe(
            "assist_pipeline/run",
            start_stage="intent",
            end_stage="intent",
            input={"text": text},
            conversation_id=conversation_id,
            timeout=patience,
            **fields,
        ) as events,
    ):
        calls: dict[str, ToolCall] = {}
        async for event in events:
            turn.seconds = clock() - start
            if event["type"] == "run-end":
                return turn
            _apply(turn, event, calls, on_event)
    raise ConnectionError("The turn did not end")


def _apply(
    turn: TurnResult,
    event: Message,
    calls: dict[str, ToolCall],
    on_event: Callable[[TurnEvent], None],
) -> None:
    """Apply an event of the pipeline run to the outcome."""
    data = event["data"]
    if event["type"] == "error":
        turn.error = data["message"]
    elif event["type"] == "intent-end":
        output = data["intent_output"]
        response = output["response"]
        turn.answer = response["speech"].get("plain", {}).get("speech", "")
        turn.conversation_id = output["conversation_id"]
        turn.continue_conversation = output["continue_conversation"]
        if response["response_type"] == "error":
            turn.error = turn.answer
    elif event["type"] == "intent-progress":
        delta = data.get("chat_log_delta") or {}
        if delta.get("role") == "tool_result":
            if call := calls.get(delta["tool_call_id"]):
                call.result = delta["result"]["data"]
                call.error = delta["result"]["error"]
                call.answered = True
                on_event(call)
            return
        if words := delta.get("content"):
            turn.words.append((turn.seconds, words))
            on_event(words)
        for item in delta.get("tool_calls") or ():
            call = ToolCall(item["tool_name"], item["tool_args"])
            calls[item["id"]] = call
            turn.calls.append(call)
            on_event(call)
