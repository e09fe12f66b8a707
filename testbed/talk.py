"""One turn with Assist: what is said, and all that comes back while it comes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .websocket import Client, Message


@dataclass
class ToolCall:
    """A tool call, and its result once there is one."""

    name: str
    arguments: dict[str, Any]
    result: Any = None
    error: bool = False
    answered: bool = False

    @property
    def good(self) -> bool:
        """Return whether the tool did what it was called for."""
        if not self.answered or self.error or not isinstance(self.result, dict):
            return False
        failed = (self.result.get("data") or {}).get("failed")
        return "error" not in self.result and not failed


@dataclass
class TurnResult:
    """What came of something that was said."""

    text: str
    words: list[tuple[float, str]] = field(default_factory=list)
    """The pieces of the answer as they streamed, with the seconds until then."""
    calls: list[ToolCall] = field(default_factory=list)
    seconds: float = 0.0
    """Until the end of the turn."""
    answer: str = ""
    error: str = ""
    conversation_id: str | None = None
    listens_again: bool = False

    @property
    def first_word(self) -> float | None:
        """Return the seconds until the first piece of the answer."""
        return self.words[0][0] if self.words else None

    @property
    def streamed(self) -> bool:
        """Return whether the answer began before it was whole."""
        return len(self.words) > 1 and self.words[0][0] < self.words[-1][0]

    @property
    def asks(self) -> bool:
        """Return whether the answer ends in a question, whoever is to answer it."""
        return self.answer.rstrip().endswith("?")


type Heard = str | ToolCall
"""What a listener is told: a piece of the answer, a call, and the call once more
when it has its result."""


async def talk(
    client: Client,
    text: str,
    *,
    pipeline: str | None = None,
    conversation_id: str | None = None,
    device_id: str | None = None,
    on_heard: Callable[[Heard], None] = lambda _: None,
    patience: float = 300,
) -> TurnResult:
    """Say something to Assist and return what came of it."""
    turn = TurnResult(text, conversation_id=conversation_id)
    clock = asyncio.get_running_loop().time
    start = clock()
    given = {"pipeline": pipeline, "device_id": device_id}
    asked = {name: value for name, value in given.items() if value}
    async with (
        asyncio.timeout(patience),
        client.subscribe(
            "assist_pipeline/run",
            start_stage="intent",
            end_stage="intent",
            input={"text": text},
            conversation_id=conversation_id,
            timeout=patience,
            **asked,
        ) as events,
    ):
        calls: dict[str, ToolCall] = {}
        async for event in events:
            turn.seconds = clock() - start
            if event["type"] == "run-end":
                return turn
            _take(turn, event, calls, on_heard)
    raise ConnectionError("The turn did not end")


def _take(
    turn: TurnResult,
    event: Message,
    calls: dict[str, ToolCall],
    on_heard: Callable[[Heard], None],
) -> None:
    """Take in an event of a pipeline run."""
    data = event["data"]
    if event["type"] == "error":
        turn.error = data["message"]
    elif event["type"] == "intent-end":
        output = data["intent_output"]
        response = output["response"]
        turn.answer = response["speech"].get("plain", {}).get("speech", "")
        turn.conversation_id = output["conversation_id"]
        turn.listens_again = output["continue_conversation"]
        if response["response_type"] == "error":
            turn.error = turn.answer
    elif event["type"] == "intent-progress":
        delta = data.get("chat_log_delta") or {}
        if delta.get("role") == "tool_result":
            if call := calls.get(delta["tool_call_id"]):
                call.result = delta["result"]["data"]
                call.error = delta["result"]["error"]
                call.answered = True
                on_heard(call)
            return
        if words := delta.get("content"):
            turn.words.append((turn.seconds, words))
            on_heard(words)
        for made in delta.get("tool_calls") or ():
            call = ToolCall(made["tool_name"], made["tool_args"])
            calls[made["id"]] = call
            turn.calls.append(call)
            on_heard(call)
