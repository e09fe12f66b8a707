"""The tools that the requests of one turn offer to the model.

A turn keeps the tools that it begins with, whatever other turns of the session decide
meanwhile; what is revealed is appended. Does not depend on Home Assistant.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..options import Choice
from ..session.session_state import SessionState
from .query_tools import with_instructions
from .selection import Toolset, news_of_tools, select_tools
from .tool_choice import choose_tools


@dataclass(slots=True)
class OfferedTools:
    """The tools of a turn, by wire name, in the order of its requests."""

    available: Collection[str]
    """The names of the tools that can be called."""
    toolset: Callable[[], Toolset]
    """Returns these tools, with the current limits."""
    create: Callable[[str], dict[str, Any] | None]
    """Returns the definition of an available tool, None if it cannot be sent."""
    tool_search: bool = field(default=False, init=False)
    """Whether the system prompt has to say that tools are found by search.

    It does not if `query_tools` comes after what all users have: that says it by itself.
    """
    _state: SessionState = field(default_factory=SessionState, init=False)
    _names: list[str] = field(default_factory=list, init=False)
    """All tools of the turn, those that cannot be sent included."""
    _sent: list[str] = field(default_factory=list, init=False)
    """The tools of the next request."""

    def __contains__(self, name: str) -> bool:
        """Return whether the turn has a tool, which may be gone."""
        return name in self._names

    @property
    def missing(self) -> list[str]:
        """Return the tools that are sent, but are gone."""
        return [name for name in self._names if name not in self.available]

    def new_for(self, state: SessionState, user_id: str | None) -> list[str]:
        """Return the tools of which it is not known yet that a user may see them."""
        known = {None, user_id}
        return [
            name
            for name in self.available
            if known.isdisjoint(state.audiences.get(name, ()))
        ]

    def note_audiences(
        self, state: SessionState, user_id: str | None, everybody: Collection[str]
    ) -> None:
        """Note who may see these tools: all users if they are among those of everybody."""
        for name in self.new_for(state, user_id):
            audience = None if name in everybody else user_id
            state.audiences.setdefault(name, set()).add(audience)

    def begin(self, state: SessionState, choice: Choice) -> None:
        """Decide on the tools of a turn of a session; `choice` is that of the option."""
        self._state = state
        self._names = select_tools(state, choice, self.toolset())
        search = self.toolset().search
        self.tool_search = bool(state.tool_search) and state.tools[:1] == [search]

    def select(self, state: SessionState, choice: Choice) -> list[dict[str, Any]]:
        """Return the definitions to send with the next request.

        Those of the previous request come first, in the same order.
        """
        if state is not self._state:
            # A task begins here, and so does a session that replaces another one.
            self.begin(state, choice)
        found = self._definitions(self._names)
        self._sent = [definition["name"] for definition in found]
        return found

    def fewer(self, count: int, called: Sequence[str]) -> list[dict[str, Any]]:
        """Return the definitions to send to a server that takes at most `count`.

        `called` are the tools that are called in the request's history. The others
        are found by `query_tools`.
        """
        names = choose_tools(self._state, self.toolset(), self._sent, called, count)
        return self._definitions(names)

    def reveal(self, names: Iterable[str]) -> None:
        """Send tools from the next request on, in this turn and in the next ones."""
        names = [n for n in dict.fromkeys(names) if n in self.available]
        self._state.reveal_tools(names)
        self._names += [name for name in names if name not in self._names]

    def want(self, names: Sequence[str]) -> None:
        """Reveal tools that were found or called."""
        self.reveal(names)
        self._state.want_tools(names)

    def news(self) -> list[str]:
        """Return lines for the model on tools that went or came back, each once."""
        return news_of_tools(self._state, self.missing)

    def definition(self, name: str) -> dict[str, Any] | None:
        """Return the definition of a tool, None if it cannot be sent.

        One that was sent stays the same for the whole session.
        """
        definitions = self._state.definitions
        if name not in definitions:
            definitions[name] = self.create(name)
        return definitions[name]

    def parameters(self, name: str) -> Collection[str]:
        """Return the names of a tool's parameters."""
        schema = (self.definition(name) or {}).get("parameters", {})
        return schema.get("properties") or ()

    def _definitions(self, names: Iterable[str]) -> list[dict[str, Any]]:
        """Return the definitions of those tools that can be sent."""
        found = [d for name in names if (d := self.definition(name)) is not None]
        return found if self.tool_search else [*map(with_instructions, found)]
