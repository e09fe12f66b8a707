"""What a tool result lacks, told in its place.

Does not depend on Home Assistant.
"""

from typing import ClassVar, Self


class Omission(str):
    """A text that says how much of a list, an object or a text is not shown."""

    __slots__ = ("missing", "total")

    KEY: ClassVar[str] = "…"
    """The key in an object under which it is told."""

    missing: int
    """How many entries are missing."""
    total: int
    """How many there were."""

    def __new__(
        cls, count: int, total: int, unit: str = "entries", shared: str = ""
    ) -> Self:
        """Return the text; `shared` is what all missing entries have in common."""
        text = f"… {count} of {total} {unit} not shown"
        return cls._of(f"{text}, all with {shared}" if shared else text, count, total)

    @property
    def short(self) -> Self:
        """Return the shortest text that still has the count."""
        return self._of(f"… {self.missing} more", self.missing, self.total)

    @classmethod
    def _of(cls, text: str, count: int, total: int) -> Self:
        """Return a text with its counts."""
        omission = super().__new__(cls, text)
        omission.missing, omission.total = count, total
        return omission
