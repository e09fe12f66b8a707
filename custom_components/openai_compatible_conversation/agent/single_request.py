"""Requests with one answer each, outside of any chat log."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from ..completions.errors import EmptyAnswerError
from ..completions.events import Event, TokenAlternatives
from ..completions.messages import Message
from ..tools.api_instance import ToolboxInstance
from .loop import EMPTY_ANSWER_ERRORS
from .metrics import Purpose, request_metrics
from .quoted_calls import QuotedCalls
from .response import ModelResponse
from .response_limits import length_limit
from .response_setup import new_response
from .server import Server
from .servers import TurnServers


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request."""

    text: str
    has_reasoned: bool
    finish_reason: str | None
    tokens: list[TokenAlternatives]
    """The tokens of the text, if the server reports log probabilities."""


@dataclass(slots=True)
class SingleRequests:
    """Sends the requests of one task, whose answers are data; it has no tools."""

    servers: TurnServers
    tools: ToolboxInstance | None = None
    strip_markup: bool = False
    spoken_only: bool = False
    is_data: bool = True
    language: str = ""

    async def async_ask(
        self,
        messages: Sequence[Message],
        extra: Mapping[str, Any],
        *,
        max_tokens: int | None = None,
    ) -> Answer:
        """Return the answer to some messages; raises `CompletionError`.

        `extra` are parameters, which take precedence over the user's. `max_tokens`
        limits the length in place of the user's limit.
        """

        async def request(server: Server) -> Answer:
            limit = length_limit(server.options, max_tokens) if max_tokens else {}
            parameters = {**extra, **limit}
            return await server.slots.async_run_task(
                lambda: self._async_request(server, messages, parameters)
            )

        return await self.servers.async_ask(request)

    async def async_ask_for_text(
        self, messages: Sequence[Message], extra: Mapping[str, Any]
    ) -> str:
        """Return the text of an answer; raises `CompletionError`, also without one."""
        answer = await self.async_ask(messages, extra)
        if not answer.text:
            raise EMPTY_ANSWER_ERRORS.get(answer.finish_reason, EmptyAnswerError)
        return answer.text

    async def _async_request(
        self, server: Server, messages: Sequence[Message], extra: Mapping[str, Any]
    ) -> Answer:
        """Send one request, and return its answer."""
        body = server.build_body(messages, extra=extra)
        response = new_response(
            self, server, QuotedCalls(messages, []), body, may_call=False
        )
        tokens: list[TokenAlternatives] = []
        text: list[str] = []
        started_at = asyncio.get_running_loop().time()
        try:
            async with (
                aclosing(server.stream(body, purpose=Purpose.TASK)) as events,
                aclosing(_with_tokens(events, tokens)) as recorded,
                aclosing(response.deltas(recorded)) as deltas,
            ):
                text = [delta.get("content") or "" async for delta in deltas]
        finally:
            self._publish_metrics(server, response, started_at)
        if response.error:
            # Data that is cut would be wrong without anybody noticing.
            raise response.error
        return Answer(
            "".join(text).strip(),
            response.message.reasoning is not None,
            response.finish_reason,
            tokens,
        )

    def _publish_metrics(
        self, server: Server, response: ModelResponse, started_at: float
    ) -> None:
        """Publish the metrics of a request that received a response."""
        if request := request_metrics(
            response.usage, response.first_at, started_at, Purpose.TASK
        ):
            server.metrics.publish(request)


async def _with_tokens(
    events: AsyncGenerator[Event], tokens: list[TokenAlternatives]
) -> AsyncGenerator[Event]:
    """Yield events, and add the tokens among them to a list."""
    async for event in events:
        if isinstance(event, TokenAlternatives):
            tokens.append(event)
        yield event
