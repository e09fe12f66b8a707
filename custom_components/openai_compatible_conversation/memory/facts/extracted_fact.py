"""A fact that was found in what users said, with who said it, where and when."""

from dataclasses import dataclass

from .fact import Category, Channel, Origin


@dataclass(frozen=True, slots=True)
class ExtractedFact:
    """A fact extracted by the model and supported by what users said."""

    category: Category
    key: str
    value: str
    subject: str = ""
    """The name of the person whom it is about, empty for the household."""
    quote: str = ""
    """The line that it comes from, at most `MAX_QUOTE` characters of it."""
    told_by: str = ""
    """The name of who said it, empty if it is not known."""
    channel: Channel | None = None
    said_at: str = ""
    """When it was said, ISO 8601 in UTC, empty if it is not known."""

    @property
    def origin(self) -> Origin:
        """Return who told it, where, and in which words."""
        return Origin(self.told_by, self.channel, self.quote)
