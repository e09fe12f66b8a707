"""The names under which a model may call the tools."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
import re

_PREFIXES = ("functions.", "default_api.", "tools.")
"""Namespaces that models put before a name by themselves."""
_CHANNEL = re.compile(r"<[|｜].*", re.DOTALL)


def without_channel(name: str) -> str:
    """Return a tool name without a channel that sticks to it."""
    return _CHANNEL.sub("", name).strip() or name


class ToolNames:
    """Resolve what a model calls a tool.

    A tool goes by its full names, and by what follows its namespace if no other tool
    ends so.
    """

    def __init__(self, tools: Iterable[tuple[str, str]]) -> None:
        """Initialize with a tool's name for each of its full names."""
        self._tools = dict(tools)
        self._tools |= _unique_endings(self._tools)
        self._written = sorted(
            f"{prefix}{name}" for name in self._tools for prefix in ("", *_PREFIXES)
        )

    def resolve(self, written: str) -> str | None:
        """Return the name of the tool that is meant, None if there is none."""
        name = without_channel(written)
        for prefix in ("", *_PREFIXES):
            if name.startswith(prefix):
                tool = self._tools.get(name.removeprefix(prefix))
                if tool is not None:
                    return tool
        return None

    def may_become(self, start: str) -> bool:
        """Return whether a text that goes on may become the name of a tool."""
        name, stuck, _ = start.partition("<")
        if stuck:
            return self.resolve(name.rstrip()) is not None
        index = bisect_left(self._written, name)
        return index < len(self._written) and self._written[index].startswith(name)


def _unique_endings(tools: dict[str, str]) -> dict[str, str]:
    """Return the tools by the endings of their names that only one tool has."""
    found: dict[str, set[str]] = {}
    for name, tool in tools.items():
        for ending in _endings(name):
            found.setdefault(ending, set()).add(tool)
    return {
        ending: next(iter(meant))
        for ending, meant in found.items()
        if len(meant) == 1 and ending not in tools
    }


def _endings(name: str) -> Iterator[str]:
    """Yield what follows each namespace in a name."""
    parts = name.split("__")
    for index in range(1, len(parts)):
        if ending := "__".join(parts[index:]):
            yield ending
