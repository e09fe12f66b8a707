"""Whatever a server does, the client loses no word, and a turn leaves a sound history."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
import json
import re
import time
from typing import Any

import httpx
from hypothesis import strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Reasoning,
    Text,
    ToolCall,
)
from custom_components.openai_compatible_conversation.completions.reading import (
    Timeouts,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
    encode,
)
from custom_components.openai_compatible_conversation.history import messages_of
from homeassistant.components import conversation
from homeassistant.helpers import llm
from testbed.replies import Abort, Body, Pause, Reply, Step
from testbed.server import ModelServer

from .budget import TIMEOUT, fuzz
from .streams import ERRORS, TOOLS, WEIRD, Piece, cut, dumped, stream
from .test_decoder import decoded

pytestmark = pytest.mark.timeout(TIMEOUT)

PATIENT = Timeouts(2, 5, 5, 5, 5, 10, 5, 0.01)
HURRIED = Timeouts(0.5, 0.5, 0.3, 0.2, 0.3, 1, 0.1, 0.01)
MAX_SECONDS = 10.0
"""For one request, repeated ones included."""

TOOL_DEFINITIONS = [
    {"name": name, "parameters": {"type": "object", "properties": {}}} for name in TOOLS
]
RETRY_AFTER = (
    st.sampled_from(
        [
            "0",
            "1",
            "-1",
            "nan",
            "inf",
            "1e400",
            "9" * 400,
            "Wed, 21 Oct 2015 07:28:00 GMT",
            "Wed, 21 Oct 2015 07:28:00 +9999",
            "Fri, 31 Dec 99999 23:59:59 GMT",
            "Thu, 01 Jan 1 00:00:00 +2359",
        ]
    )
    | st.text("0123456789:, GMTJan+-", max_size=25)
).map(str.strip)


@dataclass(frozen=True)
class Answer:
    """What a server does when it is asked."""

    pieces: list[Piece]
    reply: Reply

    @property
    def whole(self) -> bool:
        """Return whether all pieces arrive."""
        return self.reply.status == 200 and not any(
            isinstance(step, Abort) for step in self.reply.steps
        )


@st.composite
def answers(draw: Callable[..., Any]) -> Answer:
    """Draw a response of a server that may do anything."""
    status = draw(st.sampled_from([200] * 8 + [204, 400, 401, 404, 422, 429, 500, 503]))
    content_type = draw(
        st.sampled_from(
            ["text/event-stream"] * 5
            + ["application/json", "text/html", "text/plain; charset=utf-16", "x"]
            + ["application/json; charset=rot13", "application/json; charset=no"]
        )
    )
    pieces: list[Piece] = []
    headers: dict[str, str] = {}
    if status == 200:
        pieces = draw(stream())
        data = b"".join(piece.data for piece in pieces)
    else:
        data = draw(st.one_of(ERRORS, WEIRD).map(dumped)).encode()
        if draw(st.booleans()):
            data = draw(st.binary(max_size=40))
        name = draw(st.sampled_from(["Retry-After", "Retry-After-Ms"]))
        headers[name] = draw(RETRY_AFTER)
    steps: list[Step] = []
    for part in draw(cut(data)):
        if draw(st.integers(0, 9)) == 0:
            steps.append(Pause(draw(st.sampled_from([0, 0.001, 0.01]))))
        steps.append(part)
    if draw(st.integers(0, 9)) == 0:
        steps.insert(draw(st.integers(0, len(steps))), Abort())
    return Answer(pieces, Reply(steps, status, headers, content_type))


@st.composite
def _turns(draw: Callable[..., Any]) -> tuple[list[Answer], bool]:
    """Draw the answers of a turn, and whether they are asked for as streams."""
    return draw(st.lists(answers(), min_size=1, max_size=3)), draw(st.booleans())


class _Turns:
    """A server, and what is asked of it."""

    def __init__(self) -> None:
        """Initialize without an answer."""
        self._answer: Answer | None = None
        self._broken: AssertionError | None = None
        self._server = ModelServer(self._model)
        self._http = httpx.AsyncClient()

    def _model(self, body: Body) -> Reply:
        """Check a request and return the answer that is due."""
        try:
            check_messages(body["messages"])
        except AssertionError as err:
            self._broken = err
        assert self._answer is not None
        return self._answer.reply

    async def start(self) -> None:
        """Listen."""
        await self._server.start()

    async def stop(self) -> None:
        """Listen no more."""
        await self._http.aclose()
        await self._server.stop()

    async def run(self, replies: list[Answer], *, streamed: bool) -> None:
        """Take a turn, and check what it leaves after each answer."""
        self._server.forget()
        self._broken = None
        content: list[conversation.Content] = [
            conversation.SystemContent("You are a voice assistant."),
            conversation.UserContent("Turn on the lamp"),
        ]
        for reply in replies:
            self._answer = reply
            content += await self._ask(reply, content, streamed=streamed)
            body = build_body("m", messages_of(content), stream=streamed)
            check_messages(json.loads(encode(body))["messages"])
            if content[-1].role != "tool_result":
                content.append(conversation.UserContent("And now?"))
        if self._broken is not None:
            raise self._broken

    async def _ask(
        self,
        answer: Answer,
        content: list[conversation.Content],
        *,
        streamed: bool,
    ) -> list[conversation.Content]:
        """Ask once, and return what the chat log would then hold more."""
        due = decoded(piece.data for piece in answer.pieces)
        calm = answer.whole and not (due.error and not due.text + due.thoughts)
        client = CompletionsClient(
            self._server.base_url, "key", self._http, PATIENT if calm else HURRIED
        )
        events: list[Event] = []
        error: str | None = None
        body = build_body("m", messages_of(content), TOOL_DEFINITIONS, stream=streamed)
        begin = time.monotonic()
        try:
            async with aclosing(client.answer(body, known_tools=TOOLS)) as found:
                async for event in found:
                    # What came before an error counts
                    events.append(event)  # noqa: PERF401
        except CompletionError as err:
            error = type(err).__name__
        assert time.monotonic() - begin < MAX_SECONDS
        text = "".join(event.text for event in events if isinstance(event, Text))
        thoughts = "".join(e.text for e in events if isinstance(e, Reasoning))
        if answer.whole:
            assert (text, thoughts) == (due.text, due.thoughts)
            # In a hurry a connection that was just closed is not opened again
            assert error == due.error if calm else error
        else:
            assert due.text.startswith(text)
        return _left(text, thoughts, events, error)


def _left(
    text: str, thoughts: str, events: list[Event], error: str | None
) -> list[conversation.Content]:
    """Return what an answer leaves in the chat log."""
    spoke = bool(text) and not text.isspace()
    if error and not spoke:
        return []
    calls = [
        llm.ToolInput(tool_name=event.name, tool_args=event.arguments, id=event.id)
        for event in events
        if isinstance(event, ToolCall)
    ]
    content: list[conversation.Content] = [
        conversation.AssistantContent(
            "conversation.fuzz",
            text or None,
            thinking_content=thoughts or None,
            tool_calls=calls or None,
        ),
        *(
            conversation.ToolResultContent(
                "conversation.fuzz",
                call.id,
                call.tool_name,
                llm.ToolResult(data={"ok": True}),
            )
            for call in calls
        ),
    ]
    if error:
        told = conversation.AssistantContent("conversation.fuzz", "It broke off.")
        content.append(told)
    return content


def check_messages(messages: list[dict[str, Any]]) -> None:
    """Check that messages are what the strictest server takes."""
    waiting: list[str] = []
    for message in messages:
        role = message["role"]
        if role == "tool":
            # In the order of the calls, each once
            assert waiting, messages
            assert message["tool_call_id"] == waiting.pop(0)
            assert isinstance(message["content"], str)
            continue
        assert not waiting, f"a call without a result: {messages}"
        assert role in ("system", "user", "assistant")
        content = message.get("content")
        if role != "assistant":
            assert isinstance(content, str)
            continue
        calls = message.get("tool_calls", ())
        assert calls or (isinstance(content, str) and content.strip())
        waiting = [_checked_call(call) for call in calls]
        assert len(waiting) == len(set(waiting))
    assert not waiting, f"a call without a result: {messages}"


def _checked_call(call: dict[str, Any]) -> str:
    """Return the id of a call after checking it."""
    assert call.keys() == {"id", "type", "function"}
    assert call["type"] == "function"
    function = call["function"]
    assert function.keys() == {"name", "arguments"}
    assert re.fullmatch("[a-zA-Z0-9_-]{1,64}", function["name"]), function
    arguments = json.loads(function["arguments"], parse_constant=_no_constant)
    assert isinstance(arguments, dict)
    assert isinstance(call["id"], str)
    assert call["id"]
    return call["id"]


def _no_constant(name: str) -> None:
    """Refuse what is no JSON, though Python takes it."""
    raise AssertionError(f"{name} is no JSON")


def test_turns() -> None:
    turns = _Turns()
    with asyncio.Runner() as runner:
        runner.run(turns.start())

        def check(example: tuple[list[Answer], bool]) -> None:
            replies, streamed = example
            runner.run(turns.run(replies, streamed=streamed))

        try:
            fuzz("turns", 0.4, _turns(), check)
        finally:
            runner.run(turns.stop())
