"""Whatever a server does, the client loses no word, and a turn leaves a sound history."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
import json
import time
from typing import Any

import httpx
from hypothesis import strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.body_reader import (
    Timeouts,
)
from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CompletionError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    ReasoningDelta,
    TextDelta,
    ToolCall,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
    encode,
)
from custom_components.openai_compatible_conversation.session.turns import normalize
from custom_components.openai_compatible_conversation.tools.schema import wire_name
from testbed.replies import Abort, Body, Pause, Reply, Step
from testbed.server import ModelServer
from testbed.strict import faults

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
            assert not faults(body), faults(body)
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
        said: list[Message] = [UserMessage("Turn on the lamp")]
        for reply in replies:
            self._answer = reply
            said += await self._ask(reply, said, streamed=streamed)
            kept = [*normalize(said).messages, UserMessage("And now?")]
            body = json.loads(encode(build_body("m", kept, stream=streamed)))
            assert not faults(body), faults(body)
            if not isinstance(said[-1], ToolMessage):
                said = kept
        if self._broken is not None:
            raise self._broken

    async def _ask(
        self,
        answer: Answer,
        said: list[Message],
        *,
        streamed: bool,
    ) -> list[Message]:
        """Ask once, and return what the turn would then hold more."""
        due = decoded(piece.data for piece in answer.pieces)
        calm = answer.whole and not (due.error and not due.text + due.thoughts)
        client = CompletionsClient(
            self._server.base_url, "key", self._http, PATIENT if calm else HURRIED
        )
        events: list[Event] = []
        error: str | None = None
        chat = [SystemMessage("You are a voice assistant."), *said]
        body = build_body("m", chat, TOOL_DEFINITIONS, stream=streamed)
        begin = time.monotonic()
        try:
            async with aclosing(client.stream(body, known_tools=TOOLS)) as found:
                async for event in found:
                    # What came before an error counts
                    events.append(event)  # noqa: PERF401
        except CompletionError as err:
            error = type(err).__name__
        assert time.monotonic() - begin < MAX_SECONDS
        text = "".join(event.text for event in events if isinstance(event, TextDelta))
        thoughts = "".join(e.text for e in events if isinstance(e, ReasoningDelta))
        if answer.whole:
            assert (text, thoughts) == (due.text, due.thoughts)
            # In a hurry a connection that was just closed is not opened again
            assert error == due.error if calm else error
        else:
            assert due.text.startswith(text)
        return _left(text, thoughts, events, error)


def _left(
    text: str, thoughts: str, events: list[Event], error: str | None
) -> list[Message]:
    """Return what an answer leaves for the next request."""
    spoke = bool(text) and not text.isspace()
    if error and not spoke:
        return []
    calls = tuple(
        ToolCallPart(event.id, wire_name(event.name), event.text)
        for event in events
        if isinstance(event, ToolCall)
    )
    if not spoke and not calls:
        return []
    said = AssistantMessage(text if spoke else None, calls, thoughts or None)
    return [said, *(ToolMessage(call.id, '{"ok":true}') for call in calls)]


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
