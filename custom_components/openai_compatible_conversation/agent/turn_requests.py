"""Requests of a turn to the model, and their responses in the chat log.

The chat log runs the tool calls while it consumes the deltas of a response.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from ..completions.client import CompletionsClient
from ..completions.messages import Message, SystemMessage
from ..options import Options
from ..tools.api_instance import ToolboxInstance
from .described_calls import CALL_NOW
from .metrics import TurnMetrics
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
    agent_id: str
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
        self, *, forbid_tools: bool = False, asks_for_call: bool = False
    ) -> ModelResponse:
        """Query the model of the server, or of its fallback.

        With `asks_for_call`, it is asked for the call that it described in the last
        message, and only calls count.
        """

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
                    ),
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
        asks_for_call: bool,
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
            quoted, messages = messages[:-1], [*messages, CALL_NOW]
        body = server.build_body(
            messages, definitions, forbid_tools=forbid_tools, extra=self.extra
        )
        response = new_response(
            self,
            QuotedCalls(quoted, definitions),
            body,
            messages=messages,
            may_call=not forbid_tools,
            may_speak=not asks_for_call,
        )
        started_at = asyncio.get_running_loop().time()
        try:
            async with (
                aclosing(
                    server.stream(
                        body,
                        known_tools={definition["name"] for definition in definitions},
                        in_background=self.is_data,
                    )
                ) as events,
                aclosing(response.deltas(events)) as deltas,
            ):
                await self._add_deltas(deltas)
        finally:
            calls = self.tools.calls if self.tools else None
            add_message(self.history, response.message, calls)
            if request := self._metrics.async_publish(
                server.metrics, response.usage, response.first_at, started_at
            ):
                seconds = asyncio.get_running_loop().time() - started_at
                trace = {"stats": request.trace(seconds), "server": server.host}
                self.history.chat_log.async_trace(trace)
        self.has_spoken |= response.has_spoken
        if not asks_for_call:
            self.continue_listening = response.continue_listening
        in_reasoning = response.pipeline.started_in_reasoning
        if in_reasoning is not None and response.is_complete:
            server.client.set_starts_in_reasoning(
                body["model"], starts_in_reasoning=in_reasoning
            )
        return response

    async def _add_deltas(self, deltas: AsyncGenerator[Delta]) -> None:
        """Add deltas to the chat log, which runs the tool calls in them."""
        async for _ in self.history.chat_log.async_add_delta_content_stream(
            self.agent_id, deltas
        ):
            pass

    async def say(self, text: str) -> None:
        """Add a text to the chat log, as if the model had sent it."""

        async def deltas() -> AsyncGenerator[Delta]:
            yield {"role": "assistant"}
            yield {"content": text}

        await self._add_deltas(deltas())
