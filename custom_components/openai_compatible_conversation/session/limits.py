"""Limits in tokens for the turns of a session, what a turn adds, and its tools."""

from collections.abc import Callable
from dataclasses import dataclass

type Count = Callable[[str], int]
"""Returns the number of tokens of a text."""


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """Limits in tokens, and how tokens are counted."""

    count: Count
    session: int
    """All turns of a session together."""
    turn: int
    """The messages of a turn in progress; later results get less room."""
    result: int
    """One tool result."""
    tools: int
    """All definitions of tools together."""
    count_definition: Count
    """Counts a definition of a tool, as JSON."""

    @property
    def said(self) -> int:
        """Return the limit up to which a user's words are kept whole in any case."""
        return self.session // 10
