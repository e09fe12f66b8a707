"""The tool calls that a model writes into its text, beside those that it makes properly.

Some servers leave a call in the text that they also pass on, and some models make a call
both ways. That is one call: it is run once.
"""

from dataclasses import dataclass, field
from typing import Any

from homeassistant.helpers import llm

MAX_WRITTEN = 12
"""Different calls in one text, from which the model recites what it could call."""

MAX_ALIKE = 3
"""Tools that are called with the same arguments, from which that is so."""

type Identity = tuple[str, dict[str, Any]]
"""What a call does: the name of its tool, and its arguments as they are understood."""


@dataclass(slots=True)
class WrittenCalls:
    """The calls in the text of one response.

    A call is run as soon as it is read, so the same call is dropped when it comes
    properly. Three kinds of calls wait for the end of the response. One that is refused
    for standing in the text may still be made properly. One that was written before
    is not meant if the model turns out to be repeating itself, nor is one with the
    arguments of another if it turns out to recite its tools.
    """

    _run: list[tuple[llm.ToolInput, Any]] = field(default_factory=list)
    _waiting: list[tuple[llm.ToolInput, Any]] = field(default_factory=list)
    _refused: list[tuple[llm.ToolInput, Any]] = field(default_factory=list)
    _arguments: list[tuple[str, Any]] = field(default_factory=list)
    """The tool and the arguments of the different calls, as they were written."""

    @property
    def has_any(self) -> bool:
        """Return whether there was a call."""
        return bool(self._arguments)

    @property
    def is_recital(self) -> bool:
        """Return whether the model writes down what it could call."""
        return len(self._arguments) >= MAX_WRITTEN or any(
            len(self._tools_with(arguments)) >= MAX_ALIKE
            for _, arguments in self._arguments[-1:]
        )

    def _tools_with(self, arguments: Any) -> set[str]:
        """Return the tools that were called with some arguments."""
        return {name for name, own in self._arguments if own == arguments and own}

    def add(
        self,
        call: llm.ToolInput,
        identity: Identity,
        *,
        is_refused: bool,
        name: str | None = None,
    ) -> bool:
        """Add a call, and return whether it is run now.

        `name` is that of its tool as it was written: several may mean the same.
        """
        known = (call, _folded(identity))
        name = name or call.tool_name
        arguments = _folded(call.tool_args)
        is_alike = bool(self._tools_with(arguments) - {name})
        if (name, arguments) not in self._arguments:
            self._arguments.append((name, arguments))
        if is_refused:
            self._refused.append(known)
        elif is_alike or any(same == known[1] for _, same in self._run):
            self._waiting.append(known)
        else:
            self._run.append(known)
            return True
        return False

    def match(self, identity: Identity) -> llm.ToolInput | None:
        """Return the call that was run and is the same as a proper one, if any.

        Each call matches once. If it was not run, the proper one is, in its place.
        """
        wanted = _folded(identity)
        self._refused = [known for known in self._refused if known[1] != wanted]
        for calls in (self._run, self._waiting):
            for known in calls:
                if known[1] == wanted:
                    calls.remove(known)
                    return known[0] if calls is self._run else None
        return None

    def take_waiting(self) -> list[llm.ToolInput]:
        """Return the calls that waited for the end of the response, and forget them."""
        waiting = [call for call, _ in (*self._waiting, *self._refused)]
        self._waiting.clear()
        self._refused.clear()
        return waiting


def _folded(value: Any) -> Any:
    """Return a value in which neither case nor white space of a text counts."""
    match value:
        case str():
            return " ".join(value.casefold().split())
        case dict():
            return {key: _folded(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_folded(inner) for inner in value]
    return value
