"""Fuzz tests of the client: no text is lost, and the history stays valid."""

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

LONG_TIMEOUTS = Timeouts(2, 5, 5, 5, 5, 10, 5, 0.01)
SHORT_TIMEOUTS = Timeouts(0.5, 0.5, 0.3, 0.2, 0.3, 1, 0.1, 0.01)
MAX_SECONDS = 10.0
"""Limit for one request, retries included."""

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
class Response:
    """A generated response of the server."""

    pieces: list[Piece]
    reply: Reply

    @property
    def whole(self) -> bool:
        """Return whether all pieces are sent with status 200."""
        return self.reply.status == 200 and not any(
            isinstance(step, Abort) for step in self.reply.steps
        )


@st.composite
def responses(draw: Callable[..., Any]) -> Response:
    """Draw a response with any status, headers, body and faults."""
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
    return Response(pieces, Reply(steps, status, headers, content_type))


@st.composite
def _turns(draw: Callable[..., Any]) -> tuple[list[Response], bool]:
    """Draw the responses of a turn, and whether they are requested as streams."""
    return draw(st.lists(responses(), min_size=1, max_size=3)), draw(st.booleans())


class _Turns:
    """A server with generated responses, and the client that uses it."""

    def __init__(self) -> None:
        """Initialize without a response."""
        self._response: Response | None = None
        self._failure: AssertionError | None = None
        self._server = ModelServer(self._model)
        self._http = httpx.AsyncClient()

    def _model(self, body: Body) -> Reply:
        """Check a request and return the current response."""
        try:
            assert not faults(body), faults(body)
        except AssertionError as err:
            self._failure = err
        assert self._response is not None
        return self._response.reply

    async def start(self) -> None:
        """Start the server."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop the server."""
        await self._http.aclose()
        await self._server.stop()

    async def run(self, replies: list[Response], *, streamed: bool) -> None:
        """Run a turn, and check the history after each response."""
        self._server.forget()
        self._failure = None
        messages: list[Message] = [UserMessage("Turn on the lamp")]
        for reply in replies:
            self._response = reply
            messages += await self._request(reply, messages, streamed=streamed)
            kept = [*normalize(messages).messages, UserMessage("And now?")]
            body = json.loads(encode(build_body("m", kept, stream=streamed)))
            assert not faults(body), faults(body)
            if not isinstance(messages[-1], ToolMessage):
                messages = kept
        if self._failure is not None:
            raise self._failure

    async def _request(
        self,
        response: Response,
        messages: list[Message],
        *,
        streamed: bool,
    ) -> list[Message]:
        """Send a request, and return the messages that it adds to the turn."""
        expected = decoded(piece.data for piece in response.pieces)
        is_regular = response.whole and not (
            expected.error and not expected.text + expected.reasoning
        )
        client = CompletionsClient(
            self._server.base_url,
            "key",
            self._http,
            LONG_TIMEOUTS if is_regular else SHORT_TIMEOUTS,
        )
        events: list[Event] = []
        error: str | None = None
        chat = [SystemMessage("You are a voice assistant."), *messages]
        body = build_body("m", chat, TOOL_DEFINITIONS, stream=streamed)
        begin = time.monotonic()
        try:
            async with aclosing(client.stream(body, known_tools=TOOLS)) as found:
                async for event in found:
                    # Events before an error are kept
                    events.append(event)  # noqa: PERF401
        except CompletionError as err:
            error = type(err).__name__
        assert time.monotonic() - begin < MAX_SECONDS
        text = "".join(event.text for event in events if isinstance(event, TextDelta))
        reasoning = "".join(e.text for e in events if isinstance(e, ReasoningDelta))
        if response.whole:
            assert (text, reasoning) == (expected.text, expected.reasoning)
            # With the short timeouts, a closed connection is not reopened in time
            assert error == expected.error if is_regular else error
        else:
            assert expected.text.startswith(text)
        return _new_messages(text, reasoning, events, error)


def _new_messages(
    text: str, reasoning: str, events: list[Event], error: str | None
) -> list[Message]:
    """Return the messages of a response for the next request."""
    has_text = bool(text) and not text.isspace()
    if error and not has_text:
        return []
    calls = tuple(
        ToolCallPart(event.id, wire_name(event.name), event.text)
        for event in events
        if isinstance(event, ToolCall)
    )
    if not has_text and not calls:
        return []
    message = AssistantMessage(text if has_text else None, calls, reasoning or None)
    return [message, *(ToolMessage(call.id, '{"ok":true}') for call in calls)]


def test_turns() -> None:
    """Turns with any responses lose no text and leave a valid history."""
    turns = _Turns()
    with asyncio.Runner() as runner:
        runner.run(turns.start())

        def check(example: tuple[list[Response], bool]) -> None:
            replies, streamed = example
            runner.run(turns.run(replies, streamed=streamed))

        try:
            fuzz("turns", 0.3, _turns(), check)
        finally:
            runner.run(turns.stop())
