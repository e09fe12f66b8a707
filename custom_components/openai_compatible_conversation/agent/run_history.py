"""The messages of a turn while it runs."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from homeassistant.components import conversation

from ..completions.errors import ContextTooLongError
from ..completions.messages import AssistantMessage, Message, ToolMessage, tokens
from ..session.limits import TokenLimits
from ..session.session_state import SessionState
from ..session.turns import without_calls
from ..tools.api_instance import ToolboxInstance
from ..tools.call_runner import CallRunner
from ..tools.result import MIN_RESULT, result_excerpt

_MAX_DROPS = 2
"""How often turns before this one are dropped for a request: some, then all."""

_MAX_CUTS = 2
"""How often the turn itself is shortened for a request."""


class Shortenable(Protocol):
    """The messages of a request, and how they are shortened if it is too long."""

    @property
    def messages(self) -> list[Message]:
        """Return all messages, those before the turn first."""

    def drop_oldest(self, share: float) -> bool:
        """Drop a share (0 to 1) of the messages before the turn.

        Returns whether there were any.
        """

    def shorten(self, excess: float) -> bool:
        """Shorten the turn, all but what the user said; return whether it may fit now.

        `excess` is the share (0 to 1) of the request over the limit, 0 if not known.
        """

    def refuse(self) -> None:
        """Take note that the turn is too long by itself."""


class RunHistory(Shortenable, Protocol):
    """The messages of a turn and before it, read and extended by an `AgentRun`."""

    chat_log: conversation.ChatLog
    new_messages: list[Message]

    @property
    def state(self) -> SessionState:
        """Return the session state, which the requests share."""

    @property
    def limits(self) -> TokenLimits:
        """Return the limits of what the turn adds."""

    def alone(self) -> list[Message]:
        """Return the turn's messages for a request without those before it."""

    def shortened(self, excess: float) -> list[Message] | None:
        """Return the turn's messages as `shorten` would leave them, None if in vain."""


class KeptHistory:
    """A history for a fallback: the session is kept, whatever fits into its context.

    The entry's own server may well take in what is too long for the fallback, which
    then gets the turn alone.
    """

    def __init__(self, history: RunHistory) -> None:
        """Initialize with the history of the turn."""
        self._history = history
        self._shown: list[Message] | None = None

    @property
    def messages(self) -> list[Message]:
        """Return all messages, or those of the turn alone."""
        return self._history.messages if self._shown is None else self._shown

    def drop_oldest(self, share: float) -> bool:
        """Leave out all messages before the turn; return whether there were any."""
        before = self.messages
        self._shown = self._history.alone()
        return len(self._shown) < len(before)

    def shorten(self, excess: float) -> bool:
        """Leave out what the turn can do without; return whether it may fit now."""
        if (short := self._history.shortened(excess)) is None:
            return False
        self._shown = short
        return True

    def refuse(self) -> None:
        """Do nothing: the entry's own server may take the turn."""


async def async_send_shortened[T](
    history: Shortenable, send: Callable[[Sequence[Message]], Awaitable[T]]
) -> T:
    """Send the messages of a history, and fewer of them if the context is too long.

    Turns before this one are dropped first, then the turn itself is shortened. `send`
    sends messages. Raises `ContextTooLongError` if what is left is too long as well.
    """
    drops = cuts = 0
    while True:
        try:
            return await send(history.messages)
        except ContextTooLongError as err:
            share = 1 if drops else max(0.5, err.excess)
            if drops < _MAX_DROPS and history.drop_oldest(share):
                drops += 1
            elif cuts < _MAX_CUTS and history.shorten(err.excess):
                cuts += 1
            else:
                history.refuse()
                raise


def add_message(
    history: RunHistory,
    message: AssistantMessage,
    calls: CallRunner | None,
) -> None:
    """Add a response, and the tool results received so far, to the history.

    `calls` has those of the turn. The results share the room that the turn has left.
    """
    if not message.text and not message.calls:
        # Servers refuse assistant messages with nothing but reasoning.
        return
    history.new_messages.append(message)
    if not calls:
        return
    limits = history.limits
    room = limits.turn - sum(tokens(m, limits.count) for m in history.new_messages)
    ids = [call.id for call in message.calls if call.id in calls.results]
    for number, call_id in enumerate(ids):
        share = min(limits.result, max(room // (len(ids) - number), MIN_RESULT))
        text = result_excerpt(calls.results[call_id], share, limits.count)
        added = ToolMessage(call_id, text, calls.pictures.get(call_id, ()))
        history.new_messages.append(added)
        room -= tokens(added, limits.count)


def drop_unknown_calls(history: RunHistory, tools: ToolboxInstance) -> None:
    """Drop calls of tools that do not exist: a model imitates its history."""
    history.new_messages = without_calls(
        history.new_messages, lambda call: not tools.has_tool(call.name)
    )


def reveal_called_tools(history: RunHistory, tools: ToolboxInstance) -> None:
    """Have tools sent whose calls stand in the history, such as of local commands.

    With tool search they may not have been sent yet, and a server may look them up.
    """
    tools.offered.reveal(
        call.name
        for message in history.messages
        if isinstance(message, AssistantMessage)
        for call in message.calls
    )
