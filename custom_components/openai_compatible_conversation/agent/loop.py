"""The loop of a turn: ask the model, run its tools, ask again. Parses nothing."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
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
from ..completions.messages import AssistantMessage, Message, SystemMessage, ToolMessage
from ..completions.request import build_body
from ..options import Options
from ..session.session_state import SessionState
from ..speech.confirmation import confirmation
from ..speech.pipeline import SpeechPipeline
from ..tools.api_instance import ToolboxInstance
from ..tools.result import result_text
from .metrics import Metrics, RequestMetrics
from .response import Delta, ModelResponse

EMPTY_ANSWER_ERRORS: dict[str | None, type[EmptyAnswerError]] = {
    "length": LengthLimitError,
    "content_filter": ContentFilterError,
}
"""Why an answer without a word ended, by its finish reason."""


class RunHistory(Protocol):
    """What a turn is part of: what was said before, and what the turn brings."""

    chat_log: conversation.ChatLog
    new_messages: list[Message]

    @property
    def messages(self) -> list[Message]:
        """Return all that was said, in the turn and before it."""

    @property
    def state(self) -> SessionState:
        """Return what the requests have in common."""

    def drop_oldest(self, share: float) -> bool:
        """Drop a share of what was said before; return whether there was any."""

    def truncate(self) -> None:
        """Keep little of a turn that is more than the server can take in."""


@dataclass(slots=True)
class AgentRun:
    """One turn of a conversation, from what the user said to the last word of the answer.

    The visit holds what was said before and the user's words; the chat log takes
    each delta as it arrives.
    """

    history: RunHistory
    system_message: SystemMessage
    tools: ToolboxInstance | None
    client: CompletionsClient
    options: Options
    agent_id: str
    language: str
    strip_markup: bool
    """Whether markdown and emoji are left out of the answer."""
    spoken_only: bool
    """Whether somebody listens, who does not see the result."""
    metrics: Metrics
    continue_listening: bool = False
    """Whether the model wants an answer."""
    _has_spoken: bool = False
    _turn_counted: bool = False

    async def run(
        self, error_message: Callable[[CompletionError], Awaitable[str]]
    ) -> str | None:
        """Ask the model until it has answered, whoever listens.

        Raises `CompletionError` if it gives no answer. If it fails after its first
        words, those stay, and the words for the error are returned, which `explain`
        gives in the user's language.
        """
        try:
            await self.run_until_answered()
        except CompletionError as err:
            if not self._has_spoken:
                raise
            words = await error_message(err)
            if self.spoken_only:
                # The voice has begun, and would not come to the result.
                await self._say(words)
            elif self.history.chat_log.unresponded_tool_results:
                # A history must not end in a result.
                self.history.chat_log.async_add_assistant_content_without_tools(
                    conversation.AssistantContent(self.agent_id, words)
                )
            return words
        return None

    async def run_until_answered(self) -> None:
        """Ask and run tools until there is a whole answer; else raise `CompletionError`."""
        acted = asked_again = False
        left = self.options.max_tool_iterations
        while True:
            answer = await self._ask(forbid_tools=left == 0)
            if answer.error:
                # What was said would be said again if it was asked for again.
                raise answer.error
            acted |= answer.good_results > 0
            if answer.has_called:
                left -= 1
            elif answer.has_spoken:
                return
            elif acted or answer.pipeline.has_text:
                # What was done, or shown to who only listens, is told in a word.
                words = confirmation(self.language)
                await self._say(words)
                self.history.new_messages.append(AssistantMessage(words))
                return
            elif asked_again or answer.finish_reason == "content_filter":
                raise EMPTY_ANSWER_ERRORS.get(answer.finish_reason, EmptyAnswerError)
            else:
                asked_again = True

    async def _ask(self, *, forbid_tools: bool) -> ModelResponse:
        """Ask the model once; with less of what was said before if that is too much."""
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
        """Send one request, and take in its answer and the results of its calls."""
        options = self.options
        definitions: list[dict[str, Any]] = []
        if self.tools:
            definitions = self.tools.select(self.history.state, options.tool_discovery)
        body = build_body(
            options.chat_model,
            [self.system_message, *self.history.messages],
            definitions,
            stream=options.enable_streaming,
            forbid_tools=forbid_tools,
            parameters=options.sampling(),
            extra=options.extra_body,
        )
        speech = SpeechPipeline(
            strip_markup=self.strip_markup,
            whole=not options.enable_streaming,
            starts_in_reasoning=self.client.starts_in_reasoning(options.chat_model),
        )
        answer = ModelResponse(speech, None if forbid_tools else self.tools)
        begin = asyncio.get_running_loop().time()
        try:
            async with (
                aclosing(
                    self.client.stream(
                        body,
                        headers=options.extra_headers,
                        known_tools={definition["name"] for definition in definitions},
                    )
                ) as events,
                aclosing(answer.deltas(events)) as deltas,
            ):
                await self._add(deltas, answer)
        finally:
            self._record(answer)
            self._count(answer, begin)
        self._has_spoken |= answer.has_spoken
        self.continue_listening = answer.continue_listening
        if (first := speech.started_in_reasoning) is not None and answer.is_complete:
            self.client.set_starts_in_reasoning(
                options.chat_model, starts_in_reasoning=first
            )
        return answer

    def _record(self, answer: ModelResponse) -> None:
        """Keep an answer and the results of its calls, as far as they came."""
        message = answer.message
        if not message.text and not message.calls:
            # Thoughts alone are no turn that a server would take.
            return
        self.history.new_messages.append(message)
        results = self.tools.results if self.tools else {}
        self.history.new_messages.extend(
            ToolMessage(call.id, result_text(results[call.id]))
            for call in message.calls
            if call.id in results
        )

    def _count(self, answer: ModelResponse, begin: float) -> None:
        """Tell what a request cost, if it came to an answer."""
        usage = answer.usage[-1] if answer.usage else TokenUsage(0, 0, 0)
        first = answer.first_at - begin if answer.first_at else None
        if not answer.usage and first is None:
            return
        cost = RequestMetrics(usage, first, is_first_of_turn=not self._turn_counted)
        self._turn_counted = True
        self.metrics.publish(cost)
        stats = {
            "input_tokens": usage.prompt_tokens,
            "cached_input_tokens": usage.cached_tokens,
            "output_tokens": usage.completion_tokens,
            "seconds_to_first_token": first,
            "seconds": asyncio.get_running_loop().time() - begin,
        }
        self.history.chat_log.async_trace({"stats": stats})

    async def _add(self, deltas: AsyncGenerator[Delta], answer: ModelResponse) -> None:
        """Hand deltas to the chat log, which runs the tools that they call."""
        async for content in self.history.chat_log.async_add_delta_content_stream(
            self.agent_id, deltas
        ):
            if isinstance(content, conversation.ToolResultContent):
                answer.good_results += not content.result.error

    async def _say(self, text: str) -> None:
        """Say a text of our own."""

        async def deltas() -> AsyncGenerator[Delta]:
            yield {"role": "assistant"}
            yield {"content": text}

        async for _ in self.history.chat_log.async_add_delta_content_stream(
            self.agent_id, deltas()
        ):
            pass
