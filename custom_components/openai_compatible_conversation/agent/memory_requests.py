"""What a user asks of the memory, told with the turn.

A small model takes "the boiler is from 2014, remember that" for a command to a device.
One line that names the tool suffices for it to call that instead. What the tools take
from the call, they check against what was said, as ever.

Decision record: docs/decisions/0014-facts-go-with-the-turn.md.
"""

from collections.abc import Callable

from ..memory.forgetting.forget_request import begins_with_forgetting
from ..memory.learning.remember_request import statement_in
from ..tools.fact_tool import FORGET, LEARN
from ..tools.offered_tools import OfferedTools


def memory_request(
    text: str, offered: OfferedTools, is_known: Callable[[], bool]
) -> list[str]:
    """Return the line of the context for what a user asks of the memory, if anything.

    `is_known` tells whether a fact fits the text: "forget about that" may be about
    anything else.
    """
    if LEARN in offered and statement_in(text):
        return [f"The user asks to remember this: call {LEARN}."]
    if FORGET in offered and begins_with_forgetting(text) and is_known():
        return [f"The user asks to forget this: call {FORGET}."]
    return []
