"""The agent loop: query the model, run its tool calls, repeat until it has answered.

The chat log runs the tool calls while it consumes the deltas of a response.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
import math
from typing import Any, Protocol

from homeassistant.components import conversation

from ..completions.client import CompletionsClient
from ..completions.errors import (
    CompletionError,
    ContentFilterError,
    ContextTooLongError,
    EmptyAnswerError,
    LengthLimitError,
)
from ..completions.events import TokenUsage
from ..completions.messages import Message, SystemMessage, ToolMessage
from ..completions.request import build_body
from ..options import Options
from ..session.session_state import SessionState
from ..session.turns import without_calls
from ..speech.confirmation import confirmation, failure
from ..speech.data_pipeline import DataPipeline
from ..speech.pipeline import SpeechPipeline
from ..tools.api_instance import ToolboxInstance
from ..tools.outcome import Outcome
from ..tools.result import result_text
from .metrics import Metrics, RequestMetrics
from .quoted_calls import QuotedCalls
from .response import Delta, ModelResponse
from .response_limits import ResponseLimits
from .turn_limit import LAST_REQUEST, MAX_HEARD, MAX_SHOWN, TurnLimit

EMPTY_ANSWER_ERRORS: dict[str | None, type[EmptyAnswerError]] = {
    "length": LengthLimitError,
    "content_filter": ContentFilterError,
}
"""The error for a response without text, by finish reason."""


class RunHistory(Protocol):
    """The messages of a turn and before it, read and extended by an `AgentRun`."""

    chat_log: conversation.ChatLog
    new_messages: list[Message]

    @property
    def messages(self) -> list[Message]:
        """Return all messages, those before the turn first."""

    @property
    def state(self) -> SessionState:
        """Return the session state, which the requests share."""

    def drop_oldest(self, share: float) -> bool:
        """Drop a share (0 to 1) of the messages before the turn.

        Returns whether there were any.
        """

    def truncate(self) -> None:
        """Truncate a turn that exceeds the context window by itself."""


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
                self._drop_unknown_calls()
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

    def _drop_unknown_calls(self) -> None:
        """Drop calls of tools that do not exist: a model imitates its history."""
        if (tools := self.tools) is not None:
            self.history.new_messages = without_calls(
                self.history.new_messages, lambda call: not tools.has_tool(call.name)
            )

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
        tools = self.tools
        starts_in_reasoning = self.client.starts_in_reasoning(options.chat_model)
        names = tools.names if tools else None
        pipeline: SpeechPipeline | DataPipeline
        if self.is_data:
            pipeline = DataPipeline(
                has_tools=tools is not None,
                starts_in_reasoning=starts_in_reasoning,
                names=names,
            )
        else:
            pipeline = SpeechPipeline(
                strip_markup=self.strip_markup,
                whole=not options.enable_streaming,
                starts_in_reasoning=starts_in_reasoning,
                names=names,
            )
        # Read only if the model writes a call into its text.
        quoted = QuotedCalls(messages, definitions)
        limits = ResponseLimits(
            is_spoken=self.spoken_only,
            is_streamed=options.enable_streaming,
            parameters=body,
        )
        response = ModelResponse(
            pipeline, tools, quoted, may_call=not forbid_tools, limits=limits
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
            self._add_to_history(response)
            self._publish_metrics(response, started_at)
        self._has_spoken |= response.has_spoken
        self.continue_listening = response.continue_listening
        if (
            in_reasoning := pipeline.started_in_reasoning
        ) is not None and response.is_complete:
            self.client.set_starts_in_reasoning(
                options.chat_model, starts_in_reasoning=in_reasoning
            )
        return response

    def _add_to_history(self, response: ModelResponse) -> None:
        """Add a response, and the tool results received so far, to the history."""
        message = response.message
        if not message.text and not message.calls:
            # Servers refuse assistant messages with nothing but reasoning.
            return
        self.history.new_messages.append(message)
        results = self.tools.calls.results if self.tools else {}
        self.history.new_messages.extend(
            ToolMessage(call.id, result_text(results[call.id]))
            for call in message.calls
            if call.id in results
        )

    def _publish_metrics(self, response: ModelResponse, started_at: float) -> None:
        """Publish and trace the metrics of a request that received a response."""
        usage = response.usage[-1] if response.usage else TokenUsage(0, 0, 0)
        latency = response.first_at - started_at if response.first_at else None
        if not response.usage and latency is None:
            return
        request_metrics = RequestMetrics(
            usage, latency, is_first_of_turn=not self._turn_counted
        )
        self._turn_counted = True
        self.metrics.publish(request_metrics)
        stats = {
            "input_tokens": usage.prompt_tokens,
            "cached_input_tokens": usage.cached_tokens,
            "output_tokens": usage.completion_tokens,
            "seconds_to_first_token": latency,
            "seconds": asyncio.get_running_loop().time() - started_at,
        }
        self.history.chat_log.async_trace({"stats": stats})

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
