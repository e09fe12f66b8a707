"""Which tools the model sees, and in which order. Knows no Home Assistant."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ..options import Choice
from ..session.session_state import SessionState

BUDGET = 4000
"""Tokens up to which all tools are shown."""

BYTES_PER_TOKEN = 5
"""Of a definition. Assist with all its tools takes 12 to 18 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolset:
    """The tools that there are, by the names that are sent."""

    always: list[str]
    """Those that are always shown."""
    search: str
    """The one that looks for others."""
    others: list[str]
    usual: Callable[[list[str]], list[str]]
    """What returns those of the others that are used a lot, most used first."""
    definition: Callable[[str], Mapping[str, Any] | None]
    """What returns a tool's definition, None if it has none."""


def select_tools(transcript: SessionState, choice: Choice, tools: Toolset) -> list[str]:
    """Return the names of the tools to send, in the order of the requests before.

    Whether tools are looked for is decided once a session, and so is which of
    them are shown to begin with.
    """
    if transcript.tool_search is None or transcript.discovery_option != choice:
        transcript.discovery_option = choice
        transcript.tool_search = _too_many(choice, tools)
        transcript.tools = []
        if transcript.tool_search:
            transcript.reveal_tools(
                [tools.search, *tools.always, *tools.usual(tools.others)]
            )
    present = [tools.search, *tools.always, *tools.others]
    if transcript.tool_search:
        shown = {*transcript.tools, *tools.always}
        present = [name for name in present if name in shown]
    else:
        present.remove(tools.search)
    return transcript.ordered(present)


def _too_many(choice: Choice, tools: Toolset) -> bool:
    """Return whether there are more tools than the model should read at once."""
    if choice == "auto":
        sizes = _sizes(tools)
        budget = BUDGET * BYTES_PER_TOKEN
        return any(total > budget for total in sizes)
    return choice == "always"


def _sizes(tools: Toolset) -> Iterator[int]:
    """Yield how many bytes the definitions take together, one after the other."""
    total = 0
    for name in tools.others:
        if (definition := tools.definition(name)) is not None:
            total += len(orjson.dumps(definition))
            yield total
