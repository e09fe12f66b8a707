"""Which of the tools of merged LLM APIs are for administrators only."""

from collections.abc import Iterable

from homeassistant.helpers import llm


class ToolOrigins:
    """Tell tools of APIs that require an administrator from those of other APIs.

    Home Assistant merges the APIs without saying where a tool comes from. It puts a
    namespace in front of some names.
    """

    def __init__(
        self, ordinary_namespaces: frozenset[str], restricted_namespaces: frozenset[str]
    ) -> None:
        """Initialize with the namespaces of both kinds of APIs."""
        self._ordinary_namespaces = ordinary_namespaces - restricted_namespaces
        self._ordinary: set[str] = set()
        self._restricted: set[str] = set()

    def add(self, ordinary: Iterable[str], restricted: Iterable[str]) -> None:
        """Add names of tools, as they are called without the other kind of APIs."""
        self._ordinary.update(ordinary)
        self._restricted.update(restricted)

    def is_restricted(self, tool: llm.Tool) -> bool:
        """Return whether only an API for administrators offers a merged tool."""
        if tool.name in self._ordinary:
            # Both offer it.
            return False
        if (
            isinstance(tool, llm.NamespacedTool)
            and tool.namespace in self._ordinary_namespaces
        ):
            # Both offer a tool of this name, and this is the ordinary one.
            return False
        return any(f"__{tool.name}".endswith(f"__{name}") for name in self._restricted)
