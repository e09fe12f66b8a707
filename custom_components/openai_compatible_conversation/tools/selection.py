"""Selects the tools of a request, and their order.

If the definitions of all tools exceed a budget, the session uses tool search: requests
start with `query_tools` and the most used tools, and further tools are appended once
they are revealed. Within a session tools are only appended and never reordered, so that
the server's prompt cache stays valid. Does not depend on Home Assistant.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ..options import Choice
from ..session.session_state import SessionState

TOKEN_BUDGET = 4000
"""Tokens of all definitions above which a session uses tool search."""

BYTES_PER_TOKEN = 5
"""Bytes per token of a definition. All of Assist's tools take 12 to 18 kB."""


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
    definition: Callable[[str], Mapping[str, Any] | None]
    """Returns the definition of a tool, None if it cannot be sent."""


def select_tools(state: SessionState, choice: Choice, tools: Toolset) -> list[str]:
    """Return the names of the tools to send, in the order of the previous requests.

    Whether a session uses tool search, and the tools that it starts with, is decided
    once, and again if the option `choice` changes.
    """
    if state.tool_search is None or state.discovery_option != choice:
        state.discovery_option = choice
        state.tool_search = _needs_search(choice, tools)
        state.tools = []
        if state.tool_search:
            state.reveal_tools(
                [tools.search, *tools.always, *tools.usual(tools.others)]
            )
    available = [tools.search, *tools.always, *tools.others]
    if state.tool_search:
        revealed = {*state.tools, *tools.always}
        available = [name for name in available if name in revealed]
    else:
        available.remove(tools.search)
    return state.ordered(available)


def _needs_search(choice: Choice, tools: Toolset) -> bool:
    """Return whether a session uses tool search."""
    if choice == "auto":
        totals = _running_sizes(tools)
        budget = TOKEN_BUDGET * BYTES_PER_TOKEN
        return any(total > budget for total in totals)
    return choice == "always"


def _running_sizes(tools: Toolset) -> Iterator[int]:
    """Yield the running total of the definitions' sizes in bytes."""
    total = 0
    for name in tools.others:
        if (definition := tools.definition(name)) is not None:
            total += len(orjson.dumps(definition))
            yield total
