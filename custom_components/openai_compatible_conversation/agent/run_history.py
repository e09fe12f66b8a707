"""The messages of a turn while it runs."""

from collections.abc import Mapping
from typing import Protocol

from homeassistant.components import conversation
from homeassistant.helpers import llm

from ..completions.messages import AssistantMessage, Message, ToolMessage
from ..session.session_state import SessionState
from ..session.turns import without_calls
from ..tools.api_instance import ToolboxInstance
from ..tools.result import result_text


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


def add_message(
    history: RunHistory,
    message: AssistantMessage,
    results: Mapping[str, llm.ToolResult],
) -> None:
    """Add a response, and the tool results received so far, to the history.

    `results` are those of the turn, by call id.
    """
    if not message.text and not message.calls:
        # Servers refuse assistant messages with nothing but reasoning.
        return
    history.new_messages.append(message)
    history.new_messages.extend(
        ToolMessage(call.id, result_text(results[call.id]))
        for call in message.calls
        if call.id in results
    )


def drop_unknown_calls(history: RunHistory, tools: ToolboxInstance) -> None:
    """Drop calls of tools that do not exist: a model imitates its history."""
    history.new_messages = without_calls(
        history.new_messages, lambda call: not tools.has_tool(call.name)
    )
