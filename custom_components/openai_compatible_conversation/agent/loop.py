"""The agent loop: query the model, run its tool calls, repeat until it has answered.

The chat log runs the tool calls while it consumes the deltas of a response.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
import math
from typing import Any

from homeassistant.components import conversation

from ..completions.client import CompletionsClient
from ..completions.errors import (
    CompletionError,
    ContentFilterError,
    ContextTooLongError,
    EmptyAnswerError,
    LengthLimitError,
)
from ..completions.messages import SystemMessage, ToolMessage
from ..completions.request import build_body
from ..options import Options
from ..speech.confirmation import confirmation, failure
from ..tools.api_instance import ToolboxInstance
from ..tools.outcome import Outcome
from ..tools.result import result_text
from .metrics import Metrics, request_metrics
from .quoted_calls import QuotedCalls
from .response import Delta, ModelResponse
from .response_setup import new_response
from .run_history import RunHistory, add_message, drop_unknown_calls
from .turn_limit import LAST_REQUEST, MAX_HEARD, MAX_SHOWN, TurnLimit

EMPTY_ANSWER_ERRORS: dict[str | None, type[EmptyAnswerError]] = {
    "length": LengthLimitError,
    "content_filter": ContentFilterError,
}
"""The error for a response without text, by finish reason."""


@dataclass(slots=True)
class AgentRun:
    """One turn of the agent, created anew for each turn.

    The history holds the earlier messages and the user's message; each delta of a
    response is added to its chat log as it arrives.
    """

    history: RunHistory
    system_message: SystemMessage
    tools: ToolboxInstance | None
    client: CompletionsClient
    options: Options
    agent_id: str
    language: str
    strip_markup: bool
    """Whether markdown and emoji are removed from the response."""
    spoken_only: bool
    """Whether the response is spoken by a device that does not show the result."""
    metrics: Metrics
    is_data: bool = False
    """Whether the answer is data, of which nothing is filtered but its edges."""
    continue_listening: bool = False
    """Whether the model expects the user to reply."""
    failure: str | None = None
    """What was said in the model's place because tool calls failed."""
    _has_spoken: bool = False
    _turn_counted: bool = False

    async def run(
        self, error_message: Callable[[CompletionError], Awaitable[str]]
    ) -> str | None:
        """Run the turn until the model has answered.

        Raises `CompletionError` if that fails before anything was said. Afterwards,
        what was said is kept, and the text for the error is returned, which
        `error_message` gives in the user's language. If tool calls failed and the model
        had nothing to say, the text that says so is returned.
        """
        try:
            try:
                await self.run_until_answered()
            finally:
                if self.tools:
                    drop_unknown_calls(self.history, self.tools)
        except CompletionError as err:
            if not self._has_spoken:
                raise
            text = await error_message(err)
            if self.spoken_only:
                # Speech output has started, so the result will not be spoken.
                await self._say(text)
            elif self.history.chat_log.unresponded_tool_results:
                # The chat log must not end with a tool result.
                self.history.chat_log.async_add_assistant_content_without_tools(
                    conversation.AssistantContent(self.agent_id, text)
                )
            return text
        return self.failure

    async def run_until_answered(self) -> None:
        """Query the model until it has answered; raises `CompletionError`."""
        has_retried = False
        limit = TurnLimit(self.options.max_tool_iterations, self._max_seconds)
        while True:
            response = await self._query(forbid_tools=limit.is_reached)
            if response.error:
                # A retry would repeat what was already said.
                raise response.error
            if response.has_called:
                self._add_round(limit, response)
            elif response.has_spoken:
                return
            elif text := self._replacement(response):
                # The model is silent: say what is true in its place.
                # It does not enter the history: a model imitates what stands there.
                await self._say(text)
                return
            elif has_retried or response.finish_reason == "content_filter":
                raise EMPTY_ANSWER_ERRORS.get(response.finish_reason, EmptyAnswerError)
            else:
                has_retried = True

    @property
    def _outcome(self) -> Outcome:
        """Return what the tool calls of the turn came to."""
        return self.tools.calls.outcome if self.tools else Outcome()

    @property
    def _max_seconds(self) -> float:
        """Return how long the rounds of the turn may take; nobody waits for data."""
        if self.is_data:
            return math.inf
        return MAX_HEARD if self.spoken_only else MAX_SHOWN

    def _add_round(self, limit: TurnLimit, response: ModelResponse) -> None:
        """Count a response with calls, and tell the model if no more are possible."""
        now = asyncio.get_running_loop().time()
        first_at = now if response.first_at is None else response.first_at
        limit.add_round(first_at, now, self._outcome.failed_rounds)
        messages = self.history.new_messages
        if limit.is_reached and self.tools and isinstance(messages[-1], ToolMessage):
            call_id = messages[-1].call_id
            result = self.tools.calls.annotate(call_id, [LAST_REQUEST])
            messages[-1] = ToolMessage(call_id, result_text(result))

    def _replacement(self, response: ModelResponse) -> str | None:
        """Return what is true and can be said in place of an empty response."""
        outcome = self._outcome
        if failures := outcome.failures:
            failed = failure(self.language, failures)
            done = confirmation(self.language, acts) if (acts := outcome.acts) else ""
            self.failure = f"{done} {failed}".lstrip()
            return self.failure
        if outcome.has_acted:
            return confirmation(self.language)
        # Nothing was done: an emoji may be all that the model has to say.
        return response.pipeline.unstripped.strip() or None

    async def _query(self, *, forbid_tools: bool) -> ModelResponse:
        """Query the model; retry with a shorter history if the context is too long."""
        try:
            return await self._request(forbid_tools=forbid_tools)
        except ContextTooLongError as err:
            if not self.history.drop_oldest(max(0.5, err.excess)):
                self.history.truncate()
                raise
        try:
            return await self._request(forbid_tools=forbid_tools)
        except ContextTooLongError:
            self.history.truncate()
            raise

    async def _request(self, *, forbid_tools: bool) -> ModelResponse:
        """Send one request, and process its response and the tool results."""
        options = self.options
        definitions: list[dict[str, Any]] = []
        if self.tools:
            definitions = self.tools.select(self.history.state, options.tool_discovery)
        messages = [self.system_message, *self.history.messages]
        body = build_body(
            options.chat_model,
            messages,
            definitions,
            stream=options.enable_streaming,
            forbid_tools=forbid_tools,
            parameters=options.sampling(),
            extra=options.extra_body,
        )
        response = new_response(
            self, QuotedCalls(messages, definitions), body, may_call=not forbid_tools
        )
        started_at = asyncio.get_running_loop().time()
        try:
            async with (
                aclosing(
                    self.client.stream(
                        body,
                        headers=options.extra_headers,
                        known_tools={definition["name"] for definition in definitions},
                        patience=options.patience,
                    )
                ) as events,
                aclosing(response.deltas(events)) as deltas,
            ):
                await self._add_deltas(deltas)
        finally:
            results = self.tools.calls.results if self.tools else {}
            add_message(self.history, response.message, results)
            self._publish_metrics(response, started_at)
        self._has_spoken |= response.has_spoken
        self.continue_listening = response.continue_listening
        in_reasoning = response.pipeline.started_in_reasoning
        if in_reasoning is not None and response.is_complete:
            self.client.set_starts_in_reasoning(
                options.chat_model, starts_in_reasoning=in_reasoning
            )
        return response

    def _publish_metrics(self, response: ModelResponse, started_at: float) -> None:
        """Publish and trace the metrics of a request that received a response."""
        if request := request_metrics(
            response.usage,
            response.first_at,
            started_at,
            is_first_of_turn=not self._turn_counted,
        ):
            self._turn_counted = True
            self.metrics.publish(request)
            seconds = asyncio.get_running_loop().time() - started_at
            self.history.chat_log.async_trace({"stats": request.trace(seconds)})

    async def _add_deltas(self, deltas: AsyncGenerator[Delta]) -> None:
        """Add deltas to the chat log, which runs the tool calls in them."""
        async for _ in self.history.chat_log.async_add_delta_content_stream(
            self.agent_id, deltas
        ):
            pass

    async def _say(self, text: str) -> None:
        """Add a text to the chat log, as if the model had sent it."""

        async def deltas() -> AsyncGenerator[Delta]:
            yield {"role": "assistant"}
            yield {"content": text}

        await self._add_deltas(deltas())
