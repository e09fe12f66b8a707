"""Calls that a model describes instead of making them.

"To turn off the lamp, you can use the command `intent__HassTurnOff`", a small model
says to who asked it to turn off the lamp. Asked to call it, it does.
"""

from collections.abc import Sequence

from ..completions.messages import AssistantMessage, Message, UserMessage
from ..tools.api_instance import ToolboxInstance

CALL_NOW = UserMessage("Call it now.")
"""What the model is asked then. It is not kept, and neither is the description."""


def asking_to_call(messages: Sequence[Message]) -> list[Message]:
    """Return messages of which the last asks for the call that the one before describes."""
    return [*messages, CALL_NOW]


def describes_call(messages: Sequence[Message], tools: ToolboxInstance | None) -> bool:
    """Return whether the answer that ends a turn names a tool that could be called.

    Who asks for a tool by its name wants to hear of it, and an answer that names
    several lists them.
    """
    answer = messages[-1] if messages else None
    if tools is None or not isinstance(answer, AssistantMessage):
        return False
    asked = " ".join(m.text for m in messages if isinstance(m, UserMessage))
    described = tools.names.mentioned(answer.text or "")
    return len(described) == 1 and not tools.names.mentioned(asked)
