"""How the answer of a turn reaches the user."""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass

from homeassistant.components.conversation import (
    AssistantContent,
    AssistantContentDeltaDict,
    ChatLog,
    ConversationInput,
)
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..options import Options
from ..speech.spoken_text import SpokenText
from ..tools.running_calls import RunningCalls

type Delta = AssistantContentDeltaDict


def is_voice_device(user_input: ConversationInput) -> bool:
    """Return whether a turn comes from a voice device."""
    return bool(user_input.device_id or user_input.satellite_id)


def strips_markup(options: Options, user_input: ConversationInput) -> bool:
    """Return whether markup and emoji are removed from the response."""
    if options.clean_speech == "auto":
        return is_voice_device(user_input)
    return options.clean_speech == "always"


@dataclass(slots=True)
class TurnOutput:
    """Adds what the model says to the chat log, which shows it as it arrives.

    The chat log runs the tool calls in it.
    """

    chat_log: ChatLog
    agent_id: str
    spoken: SpokenText | None = None
    """Takes note of what is said and when, None if it is not heard."""

    async def add(self, deltas: AsyncGenerator[Delta], *, may_call: bool) -> None:
        """Add the deltas of a response; `may_call` is whether it may have calls."""
        await self._add_deltas(deltas)

    async def add_ready(self, deltas: Iterable[Delta]) -> None:
        """Add deltas that have arrived."""
        await self._add_deltas(_replayed(deltas))

    async def say(self, text: str) -> None:
        """Add a text as if the model had sent it."""
        await self.add_ready([{"role": "assistant"}, {"content": text}])

    async def finish(self) -> None:
        """Add what is left at the end of the turn."""

    async def join(self, running: RunningCalls) -> None:
        """Wait for the calls that are still running."""

    @callback
    def async_close_results(self, text: str) -> None:
        """Add a text to a chat log that ends with a tool result."""
        if self.chat_log.unresponded_tool_results:
            self.chat_log.async_add_assistant_content_without_tools(
                AssistantContent(self.agent_id, text)
            )

    async def _add_deltas(self, deltas: AsyncGenerator[Delta]) -> None:
        """Add deltas to the chat log, which runs the tool calls in them."""
        async for _ in self.chat_log.async_add_delta_content_stream(
            self.agent_id, self._noted(deltas)
        ):
            pass

    async def _noted(self, deltas: AsyncGenerator[Delta]) -> AsyncGenerator[Delta]:
        """Yield deltas, and take note of the text in them."""
        async for delta in deltas:
            if self.spoken and (text := delta.get("content")):
                self.spoken.add(text, dt_util.utcnow().timestamp())
            yield delta


async def _replayed(received: Iterable[Delta]) -> AsyncGenerator[Delta]:
    """Yield deltas that were received before."""
    for delta in received:
        yield delta
