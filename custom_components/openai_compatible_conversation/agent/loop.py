"""The agent loop: query the model, run its tool calls, repeat until it has answered."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
import math
from typing import override

from ..completions.errors import (
    CompletionError,
    ContentFilterError,
    EmptyAnswerError,
    LengthLimitError,
    RunawayError,
)
from ..completions.messages import ToolMessage
from ..tools.outcome import Outcome
from ..tools.result import MIN_RESULT, result_excerpt
from ..tools.turn_questions import TurnQuestions
from .described_calls import asking_to_call, describes_call
from .left_over import LeftOver
from .response import ModelResponse
from .run_history import drop_unknown_calls
from .stand_in import StandIn
from .turn_limit import LAST_REQUEST, MAX_HEARD, MAX_SHOWN, TurnLimit
from .turn_requests import AsksForCall, TurnRequests
from .unasked_calls import are_copies, are_unasked
from .undone_wish import UndoneWish, asking_for_call

EMPTY_ANSWER_ERRORS: dict[str | None, type[EmptyAnswerError]] = {
    "length": LengthLimitError,
    "content_filter": ContentFilterError,
}
"""The error for a response without text, by finish reason."""


@dataclass(slots=True, kw_only=True)
class AgentRun(TurnRequests):
    """One turn of the agent, created anew for each turn."""

    left_over: LeftOver = field(default_factory=LeftOver)
    """What the user named and no call was for yet."""
    wish: UndoneWish | None = None
    """What the user asked for, as far as it can be told whether it is so."""
    stand_in: StandIn = field(init=False)
    """What speaks in the model's place."""
    _outcome: Outcome = field(init=False)
    """What the tool calls of the turn came to."""

    @override
    def __post_init__(self) -> None:
        """Create what speaks in the model's place."""
        super().__post_init__()
        self._outcome = self.tools.calls.outcome if self.tools else Outcome()
        self.stand_in = StandIn(
            self.history,
            self.output,
            self.language,
            self._outcome,
            self.tools.questions if self.tools else TurnQuestions(),
            is_data=self.is_data,
        )

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
                await self.output.finish()
            finally:
                if self.tools:
                    drop_unknown_calls(self.history, self.tools)
        except CompletionError as err:
            if not self.has_spoken:
                raise
            text = await error_message(err)
            if self.spoken_only:
                # Speech output has started, so the result will not be spoken.
                await self.output.say(text)
            else:
                self.output.async_close_results(text)
            return text
        return self.stand_in.failure

    async def run_until_answered(self) -> None:
        """Query the model until it has answered; raises `CompletionError`."""
        has_retried = has_called = False
        limit = TurnLimit(self.turn_options.max_tool_iterations, self._max_seconds)
        while True:
            count = len(self.history.new_messages)
            if (response := await self._respond(limit)) is None:
                return
            if self._is_in_vain(response, is_first=not has_called):
                response = await self._answer_in_words(count)
                # What it says now is not what it would do.
                has_called = has_retried = True
            if response.has_called:
                has_called = True
                self._add_round(limit, response)
                if await self.stand_in.ask():
                    return
            elif response.has_spoken:
                if has_called or not await self._calls_what_it_describes(limit):
                    await self.stand_in.ask_what_is_left()
                    return
                has_called = True
            elif await self.stand_in.say(response.pipeline.unstripped):
                return
            elif has_retried or response.finish_reason == "content_filter":
                raise EMPTY_ANSWER_ERRORS.get(response.finish_reason, EmptyAnswerError)
            else:
                has_retried = True

    async def _respond(self, limit: TurnLimit) -> ModelResponse | None:
        """Query the model; return None if what it did before was said in its place.

        That is true even if the model cannot stop.
        """
        count = len(self.history.new_messages)
        try:
            response = await self.query(forbid_tools=limit.is_reached)
        except RunawayError:
            if not self.is_data and await self.stand_in.say():
                return None
            raise
        if (error := response.error) and (
            response.has_spoken or not self.servers.async_replace(error)
        ):
            is_lost = isinstance(error, RunawayError) and not response.has_spoken
            if is_lost and not self.is_data and await self.stand_in.say():
                return None
            # A retry would repeat what was already said.
            raise error
        if await self._is_copied(response):
            # What was not done and not said is no part of the history.
            del self.history.new_messages[count:]
            return None
        return response

    @property
    def _max_seconds(self) -> float:
        """Return how long the rounds of the turn may take; nobody waits for data."""
        if self.is_data:
            return math.inf
        return MAX_HEARD if self.spoken_only else MAX_SHOWN

    async def _calls_what_it_describes(self, limit: TurnLimit) -> bool:
        """Ask for a call that the model only spoke of; return whether it was made."""
        messages = self.history.new_messages
        if self.is_data:
            return False
        if describes_call(messages, self.tools) or (
            self.tools and self.tools.questions.is_yes_unheeded
        ):
            asks_for_call: AsksForCall = asking_to_call
        elif self.wish and self.wish.is_claimed(messages):
            asks_for_call = asking_for_call
        else:
            return False
        description, count = messages[-1], len(messages)
        has_called = False
        # Without a call, the description is the answer, and an error changes nothing.
        with suppress(CompletionError):
            response = await self.query(asks_for_call=asks_for_call)
            has_called = response.has_called
        if not has_called:
            # What was not said is no part of the history.
            del self.history.new_messages[count:]
            return False
        self.history.new_messages.remove(description)
        self._add_round(limit, response)
        return True

    def _is_in_vain(self, response: ModelResponse, *, is_first: bool) -> bool:
        """Return whether the model only called what nobody asked for, or the same again."""
        if self.tools is None or response.has_spoken or not response.has_called:
            return False
        if is_first:
            return are_unasked(response.calls, self.tools.calls.withheld)
        return are_copies(
            response.calls, self._outcome, has_made_up=response.has_made_up
        )

    async def _answer_in_words(self, count: int) -> ModelResponse:
        """Ask for an answer in words instead of calls that are dropped from the history.

        `count` is the number of messages before them.
        """
        del self.history.new_messages[count:]
        response = await self.query(asks_for_words=True)
        if response.error:
            raise response.error
        return response

    async def _is_copied(self, response: ModelResponse) -> bool:
        """Return whether the model wrote once more what is done; say so then.

        What changes something each time may be meant, but not for ever, and not if its
        result was made up.
        """
        return (
            response.calls.has_read
            and not response.has_spoken
            and self._outcome.only_repeats
            and (response.has_made_up or not self._outcome.may_insist)
            and self._outcome.has_acted
            and await self.stand_in.say()
        )

    def _add_round(self, limit: TurnLimit, response: ModelResponse) -> None:
        """Count a response with calls, and tell the model if no more are possible."""
        now = asyncio.get_running_loop().time()
        first_at = now if response.first_at is None else response.first_at
        limit.add_round(first_at, now, self._outcome.failed_rounds)
        messages = self.history.new_messages
        last = messages[-1]
        if not (self.tools and isinstance(last, ToolMessage)):
            return
        if limit.is_reached:
            result = self.tools.calls.annotate(last.call_id, [LAST_REQUEST])
            limits = self.history.limits
            room = max(limits.count(last.text), MIN_RESULT)
            text = result_excerpt(result, room, limits.count)
            messages[-1] = replace(last, text=text)
        elif (
            # Models that make their calls properly do not need to be told.
            response.calls.has_written
            and self._outcome.has_acted
            and (rest := self.left_over.take_next(messages))
        ):
            messages[-1] = replace(last, text=f"{last.text}\n{rest}")
