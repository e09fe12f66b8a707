"""The order of the tools in requests, kept from session to session.

A server lists its tools in any order, and some come and go with the state of the house.
Their order in the requests must not change with it, because a server's prompt cache
ends where two requests differ. What is not always there moves to the end. Does not
depend on Home Assistant.

Decision record: docs/decisions/0007-tools-on-demand.md.
"""

from collections.abc import Iterable

MAX_NAMES = 2000
"""Maximum number of names of which the position is kept."""


class ToolOrder:
    """The order in which the sessions of an entry begin.

    Lives as long as the entry is loaded.
    """

    def __init__(self) -> None:
        """Initialize without an order."""
        self._names: list[str] = []

    def arranged(self, names: Iterable[str]) -> list[str]:
        """Return names in the order in which they were arranged before.

        New ones come last, in their own order; those that are absent come after them
        the next time.
        """
        given = dict.fromkeys(names)
        known = set(self._names)
        arranged = [
            *(name for name in self._names if name in given),
            *(name for name in given if name not in known),
        ]
        absent = [name for name in self._names if name not in given]
        self._names = [*arranged, *absent][:MAX_NAMES]
        return arranged
