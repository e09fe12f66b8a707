"""The names under which a model may call the tools."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
import re
from typing import Any

_PREFIXES = ("functions.", "default_api.", "tools.")
"""Namespaces that models put before a name by themselves."""
_CHANNEL = re.compile(r"<[|｜].*", re.DOTALL)
_WORDS = re.compile(r"[A-Za-z_][\w.\-]*")
_PHRASE = re.compile(r"[^\W\d][\w .\-]*")
_MAX_WORDS = 200
_SIGNS = re.compile(r"[._\-\\]+")


def without_channel(name: str) -> str:
    """Return a tool name without a channel that sticks to it."""
    return _CHANNEL.sub("", name).strip() or name


class ToolNames:
    """Resolve what a model calls a tool.

    A tool goes by its full names, by what follows its namespace if no other tool ends
    so, also behind the namespace of another tool, and by all that in another spelling
    if no other tool is spelled so.
    """

    def __init__(
        self,
        tools: Iterable[tuple[str, str]],
        parameters: Callable[[str], Collection[str]],
        is_meant: Callable[[str, dict[str, Any]], bool] | None = None,
    ) -> None:
        """Initialize with a tool's name for each of its full names.

        `parameters` returns the parameters of a tool by its name. `is_meant` tells
        whether it is clear what a call of a tool that does not exist means.
        """
        self._parameters = parameters
        self._is_meant = is_meant
        full_names = self._full_names = dict(tools)
        self._tools = full_names | _unique(
            (
                (ending, tool)
                for name, tool in full_names.items()
                for ending in _endings(name)
            ),
            known=full_names,
        )
        self._spellings = _unique(
            ((_folded(name), tool) for name, tool in self._tools.items()), known={}
        )
        self._written = sorted(
            f"{_folded(prefix)}{name}"
            for name in {*self._spellings, *map(_folded, self._tools)}
            for prefix in ("", *_PREFIXES)
        )
        self._namespaces = {
            f"{_folded(namespace)}_"
            for name in full_names
            if (namespace := name.partition("__")[0]) != name
        }
        self.initials = frozenset(name[:1] for name in (*self._tools, *_PREFIXES))
        """The characters with which a name begins."""

    def resolve(self, written: str) -> str | None:
        """Return the name of the tool that is meant, None if there is none."""
        name = without_channel(written)
        folded = _folded(name)
        for prefix in ("", *_PREFIXES):
            if name.startswith(prefix):
                tool = self._tools.get(name.removeprefix(prefix))
                if tool is not None:
                    return tool
        for prefix in map(_folded, ("", *_PREFIXES)):
            if folded.startswith(prefix):
                tool = self._spellings.get(folded.removeprefix(prefix))
                if tool is not None:
                    return tool
        for ending in self._without_namespace(folded):
            if (tool := self._spellings.get(ending)) is not None:
                return tool
        return None

    def find(self, text: str) -> str | None:
        """Return the first tool that a text names, None if there is none."""
        words = islice(_WORDS.finditer(text), _MAX_WORDS)
        return next((tool for word in words if (tool := self.resolve(word[0]))), None)

    def mentioned(self, text: str) -> set[str]:
        """Return the tools that a text names in full, by names that are no plain words."""
        words = (word[0].rstrip(".-") for word in _WORDS.finditer(text))
        return {
            self._full_names[w] for w in words if "_" in w and w in self._full_names
        }

    def may_become(self, start: str) -> bool:
        """Return whether a text that goes on may become the name of a tool."""
        name, stuck, _ = start.partition("<")
        if stuck:
            return self.resolve(name.rstrip()) is not None
        name = _folded(name)
        return any(map(self._begins_name, (name, *self._without_namespace(name))))

    def _begins_name(self, start: str) -> bool:
        """Return whether a name begins with a folded text."""
        index = bisect_left(self._written, start)
        return index < len(self._written) and self._written[index].startswith(start)

    def _without_namespace(self, name: str) -> Iterator[str]:
        """Yield what follows a namespace in a folded name."""
        for namespace in self._namespaces:
            if name.startswith(namespace):
                yield name.removeprefix(namespace)

    def may_be_meant(self, start: str) -> bool:
        """Return whether a text may become the name of a tool that does not exist."""
        return self._is_meant is not None and _PHRASE.fullmatch(start) is not None

    def is_meant(self, name: str, arguments: dict[str, Any]) -> bool:
        """Return whether it is clear what a call of a tool that does not exist means."""
        return self._is_meant is not None and self._is_meant(name, arguments)

    def is_invented(self, name: str) -> bool:
        """Return whether a name has the namespace of tools, and is none of theirs."""
        namespace, separator, _ = name.partition("__")
        return (
            bool(separator)
            and f"{_folded(namespace)}_" in self._namespaces
            and self.resolve(name) is None
        )

    def may_take(self, tool: str, arguments: Mapping[str, object]) -> bool:
        """Return whether all arguments are parameters of a tool."""
        return arguments.keys() <= set(self._parameters(tool))


def _unique(
    names: Iterable[tuple[str, str]], *, known: Mapping[str, str]
) -> dict[str, str]:
    """Return the tools by the names that only one tool has, and that are not known."""
    found: dict[str, set[str]] = {}
    for name, tool in names:
        found.setdefault(name, set()).add(tool)
    return {
        name: next(iter(meant))
        for name, meant in found.items()
        if len(meant) == 1 and name not in known
    }


def _folded(name: str) -> str:
    """Return a name in which neither case nor the kind of separators counts."""
    return _SIGNS.sub("_", name).lower()


def _endings(name: str) -> Iterator[str]:
    """Yield what follows each namespace in a name."""
    parts = name.split("__")
    for index in range(1, len(parts)):
        if ending := "__".join(parts[index:]):
            yield ending
