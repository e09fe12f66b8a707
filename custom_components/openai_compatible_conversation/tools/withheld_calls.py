"""The tool calls of a turn that are not run, or not yet, and how they are answered.

Decision records: docs/decisions/0010-words-are-not-commands.md and
docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from homeassistant.helpers import llm
from homeassistant.util.json import JsonObjectType

from .outcome import Outcome
from .result import error_result


class WithheldCalls:
    """Knows which calls of one turn are not run, by their ids.

    A call is withheld before it would be run, and its answer is taken in place of that.
    """

    def __init__(self, outcome: Outcome) -> None:
        """Initialize with the outcome of the turn, of which answers are a part."""
        self._outcome = outcome
        self._refusals: dict[str, llm.ToolResult] = {}
        self._held: dict[str, llm.ToolResult] = {}
        self._asked_first: set[str] = set()
        """The calls that are run only after a yes."""
        self._unasked: set[str] = set()
        """The calls that nobody asked for."""

    def refuse(self, call_id: str, kind: str, text: str) -> None:
        """Have a call answered with an error instead of running it."""
        self._refusals[call_id] = error_result(kind, text)

    def refuse_unasked(self, call_id: str, text: str) -> None:
        """Have a call that nobody asked for answered with an error."""
        self._unasked.add(call_id)
        self.refuse(call_id, "NotAsked", text)

    def is_unasked(self, call_id: str) -> bool:
        """Return whether nobody asked for a call."""
        return call_id in self._unasked

    def is_refused(self, call_id: str) -> bool:
        """Return whether a call will be answered instead of running at once."""
        return call_id in self._refusals or call_id in self._asked_first

    def ask_first(self, call_id: str) -> None:
        """Have the user asked before a call is run."""
        self._asked_first.add(call_id)

    def take_asked_first(self, call_id: str) -> bool:
        """Return whether the user is asked before a call is run, and forget it."""
        is_asked_first = call_id in self._asked_first
        self._asked_first.discard(call_id)
        return is_asked_first

    def ask(self, call_id: str, data: JsonObjectType) -> None:
        """Have a call answered with what the user is asked before it is run."""
        self._held[call_id] = llm.ToolResult(data=data)
        self._outcome.asked()

    def tell(self, call_id: str, note: str) -> None:
        """Have a call answered with what the model has to do instead."""
        self._held[call_id] = llm.ToolResult(data={"note": note})

    def remind(self, call_id: str, note: str) -> None:
        """Have a call answered with a note that it is done already."""
        self._held[call_id] = llm.ToolResult(data={"done": True, "note": note})
        self._outcome.reminded()

    def take_answer(self, call_id: str) -> llm.ToolResult | None:
        """Return the answer to a call that is withheld, and forget it; None to run it."""
        if refusal := self._refusals.pop(call_id, None):
            return refusal
        return self._held.pop(call_id, None)
