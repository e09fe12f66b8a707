"""Requests of a turn to the model, and their responses in the chat log.

The chat log runs the tool calls while it consumes the deltas of a response.
"""

import asyncio
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Collection,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..completions.client import CompletionsClient
from ..completions.messages import Message, SystemMessage
from ..options import Options
from ..tools.api_instance import ToolboxInstance
from .metrics import Purpose, TurnMetrics
from .quoted_calls import QuotedCalls
from .response import Delta, ModelResponse
from .response_setup import new_response
from .run_history import (
    KeptHistory,
    RunHistory,
    add_message,
    async_send_shortened,
    reveal_called_tools,
)
from .server import Server
from .servers import TurnServers
from .turn_output import TurnOutput
from .unasked_calls import asking_for_words

type AsksForCall = Callable[[Sequence[Message]], list[Message]]


@dataclass(slots=True, kw_only=True)
class TurnRequests:
    """Sends the requests of one turn, and adds each delta to its chat log.

    The history holds the earlier messages and the user's message.
    """

    history: RunHistory
    system_message: SystemMessage
    tools: ToolboxInstance | None
    servers: TurnServers
    turn_options: Options
    """The options of the entry whose turn it is, whichever server is asked."""
    output: TurnOutput
    strip_markup: bool
    """Whether markdown and emoji are removed from the response."""
    spoken_only: bool
    """Whether the response is spoken by a device that does not show the result."""
    language: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of each request, which take precedence over the user's."""
    is_data: bool = False
    """Whether the answer is data, of which nothing is filtered but its edges."""
    continue_listening: bool = False
    """Whether the model expects the user to reply."""
    has_spoken: bool = False
    _metrics: TurnMetrics = field(default_factory=TurnMetrics)

    @property
    def client(self) -> CompletionsClient:
        """Return the client for the server that is asked."""
        return self.servers.current.client

    @property
    def options(self) -> Options:
        """Return the options that go with the server that is asked."""
        return self.servers.current.options

    async def query(
        self,
        *,
        forbid_tools: bool = False,
        asks_for_call: AsksForCall | None = None,
        asks_for_words: bool = False,
    ) -> ModelResponse:
        """Query the model of the server, or of its fallback.

        `asks_for_call` returns the messages with which it is asked for the call that it
        spoke of in the last one; only calls count then. With `asks_for_words`, only words do.
        """
        forbid_tools |= asks_for_words

        async def query(server: Server) -> ModelResponse:
            is_own, history = server is self.servers.own, self.history
            return await async_send_shortened(
                history if is_own else KeptHistory(history),
                lambda messages: server.pictures.async_send(
                    server.options.chat_model,
                    messages,
                    lambda shown: self._request(
                        server,
                        shown,
                        forbid_tools=forbid_tools,
                        asks_for_call=asks_for_call,
                        asks_for_words=asks_for_words,
                    ),
                    takes_pictures=server.facts.takes_pictures,
                ),
            )

        response = await self.servers.async_ask(query)
        if response.error:
            self.servers.current.async_handle_error(response.error)
        return response

    async def _request(
        self,
        server: Server,
        history: Sequence[Message],
        *,
        forbid_tools: bool,
        asks_for_call: AsksForCall | None,
        asks_for_words: bool,
    ) -> ModelResponse:
        """Send one request, and process its response and the tool results."""
        definitions: list[dict[str, Any]] = []
        if self.tools:
            reveal_called_tools(self.history, self.tools)
            definitions = self.tools.select(
                self.history.state, self.turn_options.tool_discovery
            )
        messages = [self.system_message, *history]
        quoted = messages
        if asks_for_call:
            # The description is the last message, and may be called word for word.
            quoted, messages = messages[:-1], asks_for_call(messages)
        if asks_for_words:
            messages = asking_for_words(messages)
        body = server.build_body(
            messages, definitions, forbid_tools=forbid_tools, extra=self.extra
        )
        response = await (self._receive_data if self.is_data else self._receive)(
            server,
            body,
            {definition["name"] for definition in definitions},
            partial(
                new_response,
                self,
                QuotedCalls(quoted, definitions),
                body,
                messages=messages,
                may_call=not forbid_tools,
                may_speak=not asks_for_call,
            ),
        )
        if definitions and response.is_complete:
            server.async_check_tools(body["model"])
        if response.calls.parts:
            server.client.set_writes_calls(
                body["model"], writes_calls=response.calls.are_bare
            )
        self.has_spoken |= response.has_spoken
        if not asks_for_call:
            self.continue_listening = response.continue_listening
        in_reasoning = response.pipeline.started_in_reasoning
        if in_reasoning is not None and response.is_complete:
            server.client.set_starts_in_reasoning(
                body["model"], starts_in_reasoning=in_reasoning
            )
        return response

    async def _receive(
        self,
        server: Server,
        body: Mapping[str, Any],
        names: Collection[str],
        new: Callable[[], ModelResponse],
    ) -> ModelResponse:
        """Send a request, and add its response to the chat log as it arrives.

        `names` are those of its tools, `new` returns the response to be filled.
        """
        response = new()
        may_call = self.tools is not None and response.calls.may_call
        add = partial(self.output.add, may_call=may_call)
        try:
            await self._send(server, body, names, response, add)
            if self.tools:
                await self.output.join(self.tools.running)
        finally:
            self._add_message(response)
        return response

    async def _receive_data(
        self,
        server: Server,
        body: Mapping[str, Any],
        names: Collection[str],
        new: Callable[[], ModelResponse],
    ) -> ModelResponse:
        """Send a request, and add its response to the chat log as a whole.

        Until it is complete, a turn may take the slot of the server; it is sent again
        then. The arguments are those of `_receive`.
        """

        async def receive() -> tuple[ModelResponse, list[Delta]]:
            """Send the request, and return the response with its deltas."""
            response = new()
            received: list[Delta] = []

            async def keep(deltas: AsyncGenerator[Delta]) -> None:
                """Keep deltas for later."""
                received.extend([delta async for delta in deltas])

            await self._send(server, body, names, response, keep)
            return response, received

        response, received = await server.slots.async_run_task(receive)
        try:
            await self.output.add_ready(received)
        finally:
            self._add_message(response)
        return response

    async def _send(
        self,
        server: Server,
        body: Mapping[str, Any],
        names: Collection[str],
        response: ModelResponse,
        use: Callable[[AsyncGenerator[Delta]], Awaitable[None]],
    ) -> None:
        """Send a request, and fill its response while the deltas are used."""
        purpose = Purpose.TASK if self.is_data else Purpose.TURN
        started_at = asyncio.get_running_loop().time()
        try:
            async with (
                aclosing(
                    server.stream(
                        body,
                        known_tools=names,
                        fewer_tools=self.tools.offered.fewer if self.tools else None,
                        purpose=purpose,
                    )
                ) as events,
                aclosing(response.deltas(events)) as deltas,
            ):
                await use(deltas)
        finally:
            if request := self._metrics.async_publish(
                server.metrics,
                response.usage,
                response.first_at,
                started_at,
                purpose,
            ):
                seconds = asyncio.get_running_loop().time() - started_at
                trace = {"stats": request.trace(seconds), "server": server.host}
                self.history.chat_log.async_trace(trace)

    def _add_message(self, response: ModelResponse) -> None:
        """Add a response, with the results of its calls, to the history."""
        calls = self.tools.calls if self.tools else None
        add_message(self.history, response.message, calls)
        if (spoken := self.output.spoken) and (text := response.message.text):
            spoken.spoken_of[text] = response.spoken
