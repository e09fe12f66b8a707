"""The messages of a turn while it runs."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from homeassistant.components import conversation

from ..completions.errors import ContextTooLongError
from ..completions.messages import AssistantMessage, Message, ToolMessage
from ..session.session_state import SessionState
from ..session.turns import without_calls
from ..tools.api_instance import ToolboxInstance
from ..tools.call_runner import CallRunner
from ..tools.result import result_text


class Shortenable(Protocol):
    """The messages of a request, and how they are shortened if it is too long."""

    @property
    def messages(self) -> list[Message]:
        """Return all messages, those before the turn first."""

    def drop_oldest(self, share: float) -> bool:
        """Drop a share (0 to 1) of the messages before the turn.

        Returns whether there were any.
        """

    def truncate(self) -> None:
        """Truncate a turn that exceeds the context window by itself."""


class RunHistory(Shortenable, Protocol):
    """The messages of a turn and before it, read and extended by an `AgentRun`."""

    chat_log: conversation.ChatLog
    new_messages: list[Message]

    @property
    def state(self) -> SessionState:
        """Return the session state, which the requests share."""


class KeptHistory:
    """A history for a fallback: the session is kept, whatever fits into its context.

    The entry's own server may well take in what is too long for the fallback, which
    then gets the turn alone.
    """

    def __init__(self, history: RunHistory) -> None:
        """Initialize with the history of the turn."""
        self._history = history
        self._has_dropped = False

    @property
    def messages(self) -> list[Message]:
        """Return all messages, or those of the turn alone."""
        if self._has_dropped:
            return self._history.new_messages
        return self._history.messages

    def drop_oldest(self, share: float) -> bool:
        """Leave out all messages before the turn; return whether there were any."""
        self._has_dropped = True
        return len(self._history.new_messages) < len(self._history.messages)

    def truncate(self) -> None:
        """Do nothing: the turn is kept as well."""


async def async_send_shortened[T](
    history: Shortenable, send: Callable[[Sequence[Message]], Awaitable[T]]
) -> T:
    """Send the messages of a history, and fewer of them if the context is too long.

    `send` sends messages. Raises `ContextTooLongError` if it is too long again.
    """
    try:
        return await send(history.messages)
    except ContextTooLongError as err:
        if not history.drop_oldest(max(0.5, err.excess)):
            history.truncate()
            raise
    try:
        return await send(history.messages)
    except ContextTooLongError:
        history.truncate()
        raise


def add_message(
    history: RunHistory,
    message: AssistantMessage,
    calls: CallRunner | None,
) -> None:
    """Add a response, and the tool results received so far, to the history.

    `calls` has those of the turn.
    """
    if not message.text and not message.calls:
        # Servers refuse assistant messages with nothing but reasoning.
        return
    history.new_messages.append(message)
    if calls:
        history.new_messages.extend(
            ToolMessage(call.id, result_text(result), calls.pictures.get(call.id, ()))
            for call in message.calls
            if (result := calls.results.get(call.id))
        )


def drop_unknown_calls(history: RunHistory, tools: ToolboxInstance) -> None:
    """Drop calls of tools that do not exist: a model imitates its history."""
    history.new_messages = without_calls(
        history.new_messages, lambda call: not tools.has_tool(call.name)
    )


def reveal_called_tools(history: RunHistory, tools: ToolboxInstance) -> None:
    """Have tools sent whose calls stand in the history, such as of local commands.

    With tool search they may not have been sent yet, and a server may look them up.
    """
    history.state.reveal_tools(
        call.name
        for message in history.messages
        if isinstance(message, AssistantMessage)
        for call in message.calls
        if tools.has_tool(call.name)
    )
