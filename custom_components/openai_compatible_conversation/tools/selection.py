"""Selects the tools of a turn, and their order.

If the definitions of all tools exceed a budget, the session uses tool search: requests
start with `query_tools` and the most used tools, and further tools are appended once
they are revealed. Within a session tools are only appended and never reordered, so that
the server's prompt cache stays valid. A tool that is gone stays among them, unless an
option took it away, or it was never meant for this user; a call says that it is gone.
Does not depend on Home Assistant.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from ..options import Choice
from ..session.limits import TokenLimits
from ..session.session_state import SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolset:
    """The available tools, by wire name."""

    always: list[str]
    """The tools that are sent with every request."""
    search: str
    """The tool that searches for other tools."""
    others: list[str]
    """The tools that are sent on demand with tool search."""
    usual: Callable[[list[str]], list[str]]
    """Returns the most used of the given tools, most used first."""
    arranged: Callable[[Iterable[str]], list[str]]
    """Returns tools in the order of earlier sessions."""
    definition: Callable[[str], Mapping[str, Any] | None]
    """Returns the definition of a tool, None if it cannot be sent."""
    source: object
    """The options that say where the tools come from."""
    user_id: str | None
    """The user of the turn, None if not known."""
    limits: TokenLimits
    """The limits of the entry; the definitions have one of them."""
    seldom: list[str] = field(default_factory=list)
    """The tools that are sent only once they are found, called or revealed."""

    @property
    def available(self) -> frozenset[str]:
        """Return the names of all tools."""
        return frozenset((self.search, *self.always, *self.others, *self.seldom))


def select_tools(state: SessionState, choice: Choice, tools: Toolset) -> list[str]:
    """Return the names of the tools that a turn starts with, in the order to send them.

    Those of the previous turns come first. Whether the session uses tool search is
    decided at its first turn, and again if the option `choice` changes or the tools
    have grown beyond the budget.
    """
    available = tools.available
    if state.tool_source not in (None, tools.source):
        # What the user took away is not missing.
        state.tools = [name for name in state.tools if name in available]
    state.tool_source = tools.source
    if state.discovery_option != choice or _needs_decision(state, choice, tools):
        state.discovery_option = choice
        state.tool_search = _needs_search(choice, tools)
        # A new list: a turn that is running keeps its own.
        state.tools = []
    if not state.tool_search:
        # What is gone keeps its place, in the next session as well if it is back then.
        sent = [name for name in state.tools if name != tools.search]
        state.reveal_tools(tools.arranged([*sent, *tools.always, *tools.others]))
    elif state.tools:
        state.reveal_tools(tools.always)
    else:
        state.reveal_tools(_first_tools(state, choice, tools))
    return [
        name
        for name in state.tools
        if (name in available and (state.tool_search or name != tools.search))
        or _is_missing(state, name, tools)
    ]


def _first_tools(state: SessionState, choice: Choice, tools: Toolset) -> list[str]:
    """Return the tools with which tool search starts.

    If only the tools of some users exceed the budget, what everybody has is sent first,
    as it is to the others. Otherwise `query_tools` is the first.
    """
    shared = [n for n in tools.others if None in state.audiences.get(n, ())]
    rest = [name for name in tools.others if name not in shared]
    if choice != "auto" or not rest or not _fits(shared, tools):
        usual = tools.arranged([*tools.always, *tools.usual(tools.others)])
        return [tools.search, *usual]
    first = tools.arranged([*tools.always, *shared])
    usual = tools.usual(rest)
    while usual and not _fits([*shared, *usual], tools):
        del usual[-1]
    return [*first, tools.search, *usual]


def _is_missing(state: SessionState, name: str, tools: Toolset) -> bool:
    """Return whether a tool is gone that requests for this user had in the session."""
    audience = state.audiences.get(name, ())
    return (
        name not in tools.available
        and state.definitions.get(name) is not None
        and (None in audience or tools.user_id in audience)
    )


def news_of_tools(state: SessionState, names: Iterable[str]) -> list[str]:
    """Return lines that tell which tools went and which are back, each once.

    `names` are the tools of the turn that are gone. Tools that not everybody has are
    not told of, because other users read the turn as well.
    """
    missing = [name for name in names if None in state.audiences.get(name, ())]
    gone = [name for name in missing if name not in state.told_missing]
    back = [
        name
        for name in state.told_missing
        if name not in missing and name in state.tools
    ]
    state.told_missing = missing
    return [
        f"{title}: {', '.join(found)}."
        for title, found in (("Not available now", gone), ("Available again", back))
        if found
    ]


def _needs_decision(state: SessionState, choice: Choice, tools: Toolset) -> bool:
    """Return whether the session has to decide on tool search."""
    if state.tool_search is not None and (state.tool_search or choice != "auto"):
        return False
    checked = (tools.limits.tools, tools.available)
    if state.tool_search is None:
        state.checked_tools = checked
        return True
    if state.checked_tools == checked:
        return False
    state.checked_tools = checked
    return _needs_search(choice, tools)


def _needs_search(choice: Choice, tools: Toolset) -> bool:
    """Return whether a session uses tool search."""
    if choice == "auto":
        return not _fits(tools.others, tools)
    return choice == "always"


def _fits(names: Iterable[str], tools: Toolset) -> bool:
    """Return whether the definitions of tools are within the budget."""
    total = 0
    for name in names:
        if (definition := tools.definition(name)) is not None:
            text = orjson.dumps(definition).decode()
            total += tools.limits.count_definition(text)
            if total > tools.limits.tools:
                return False
    return True
