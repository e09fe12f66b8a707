"""Responses of the model as they arrive, in the chat log and in the history of a turn.

The chat log runs the tool calls while it consumes the deltas of a response.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..tools.api_instance import ToolboxInstance
from .metrics import Purpose, TurnMetrics
from .response import Delta, ModelResponse
from .run_history import RunHistory, add_message
from .server import Server
from .turn_output import TurnOutput


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request that is about to be sent."""

    server: Server
    body: Mapping[str, Any]
    tools: Collection[str]
    """The names of the tools that it offers."""


@dataclass(slots=True)
class TurnResponses:
    """Receives the responses of one turn, with the results of their calls."""

    history: RunHistory
    tools: ToolboxInstance | None
    output: TurnOutput
    is_data: bool
    """Whether the answer is data, which is added as a whole."""
    _metrics: TurnMetrics = field(default_factory=TurnMetrics)

    async def async_receive(
        self, request: PreparedRequest, new: Callable[[], ModelResponse]
    ) -> ModelResponse:
        """Send a request, and add its response to the chat log and the history.

        `new` returns the response to be filled.
        """
        receive = self._receive_data if self.is_data else self._receive
        return await receive(request, new)

    async def _receive(
        self, request: PreparedRequest, new: Callable[[], ModelResponse]
    ) -> ModelResponse:
        """Add a response to the chat log as it arrives."""
        response = new()
        may_call = self.tools is not None and response.calls.may_call
        add = partial(self.output.add, may_call=may_call)
        try:
            await self._send(request, response, add)
            if self.tools:
                await self.output.join(self.tools.running)
        finally:
            self._add_message(response)
        return response

    async def _receive_data(
        self, request: PreparedRequest, new: Callable[[], ModelResponse]
    ) -> ModelResponse:
        """Add a response to the chat log as a whole.

        Until it is complete, a turn may take the slot of the server; its request is sent
        again then.
        """

        async def receive() -> tuple[ModelResponse, list[Delta]]:
            """Send the request, and return the response with its deltas."""
            response = new()
            received: list[Delta] = []

            async def keep(deltas: AsyncGenerator[Delta]) -> None:
                """Keep deltas for later."""
                received.extend([delta async for delta in deltas])

            await self._send(request, response, keep)
            return response, received

        response, received = await request.server.slots.async_run_task(receive)
        try:
            await self.output.add_ready(received)
        finally:
            self._add_message(response)
        return response

    async def _send(
        self,
        request: PreparedRequest,
        response: ModelResponse,
        use: Callable[[AsyncGenerator[Delta]], Awaitable[None]],
    ) -> None:
        """Send a request, and fill its response while the deltas are used."""
        server = request.server
        purpose = Purpose.TASK if self.is_data else Purpose.TURN
        started_at = asyncio.get_running_loop().time()
        try:
            async with (
                aclosing(
                    server.stream(
                        request.body,
                        known_tools=request.tools,
                        fewer_tools=self.tools.offered.fewer if self.tools else None,
                        purpose=purpose,
                    )
                ) as events,
                aclosing(response.deltas(events)) as deltas,
            ):
                await use(deltas)
        finally:
            if metrics := self._metrics.async_publish(
                server.metrics,
                response.usage,
                response.first_at,
                started_at,
                purpose,
            ):
                seconds = asyncio.get_running_loop().time() - started_at
                trace = {"stats": metrics.trace(seconds), "server": server.host}
                self.history.chat_log.async_trace(trace)

    def _add_message(self, response: ModelResponse) -> None:
        """Add a response, with the results of its calls, to the history."""
        calls = self.tools.calls if self.tools else None
        add_message(self.history, response.message, calls)
        if (spoken := self.output.spoken) and (text := response.message.text):
            spoken.spoken_of[text] = response.spoken
