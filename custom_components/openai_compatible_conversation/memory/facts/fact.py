"""The fact data class, and validation of its fields."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ..words.normalization import as_text, fold, one_line

MAX_KEY = 100
"""Maximum characters of a key."""

MAX_VALUE = 500
"""Maximum characters of a value."""

MAX_SUBJECT = 100
"""Maximum characters of the name of a subject or a speaker."""

MAX_QUOTE = 300
"""Maximum characters of a quote; a longer one is cut."""

_MAX_RAW_QUOTE = 4 * MAX_QUOTE
"""Characters of a quote that are normalized."""

MAX_PAST = 3
"""Maximum number of former values of a fact."""

MAX_FACTS = 5000
"""Maximum number of facts of an entry."""

type Source = Literal["told", "extracted"]
"""Whether a fact was learned on request or extracted from a session."""

type Channel = Literal["voice", "chat", "list", "action"]
"""Where a fact was said: to a device, in a chat, in the to-do list or by an action."""


class Category(StrEnum):
    """The category of a fact."""

    USER_NAME = "user_name"
    FAMILY_MEMBERS = "family_members"
    PREFERENCES = "preferences"
    DEVICE_NICKNAMES = "device_nicknames"
    LOCATIONS = "locations"
    ROUTINES = "routines"


NAMED = frozenset(
    {Category.USER_NAME, Category.FAMILY_MEMBERS, Category.DEVICE_NICKNAMES}
)
"""Categories in which the names of a value matter."""


@dataclass(frozen=True, slots=True)
class PastValue:
    """What was true before."""

    value: str
    until: str
    """When another value was learned, ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who told a fact, where, and in which words."""

    told_by: str = ""
    """The name of the speaker, empty if it is not known."""
    channel: Channel | None = None
    quote: str = ""
    """The words that it comes from, one line of at most `MAX_QUOTE` characters."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact in the memory."""

    category: Category
    key: str
    value: str
    source: Source
    created_at: str
    """When it was first learned, ISO 8601 in UTC."""
    updated_at: str
    """When its current value was learned, ISO 8601 in UTC."""
    subject: str = ""
    """The name of the person whom it is about, empty for the household."""
    told_by: str = ""
    """The name of who said it, empty if it is not known."""
    channel: Channel | None = None
    quote: str = ""
    """The words that it comes from, empty if they are not known."""
    past: tuple[PastValue, ...] = ()
    """Its former values, the newest first."""


class FactError(ValueError):
    """An invalid argument, with a message that tells a model how to fix it.

    Keys: bad_category, bad_key, empty_key, key_too_long, bad_value, empty_value,
    value_too_long, bad_subject, bad_query, too_many, key_taken, bad_import.
    """

    def __init__(self, key: str, text: str) -> None:
        """Initialize with an error key and a message for the model."""
        super().__init__(text)
        self.key = key


def category_of(value: object) -> Category:
    """Return a category from any of its spellings. Raises `FactError`."""
    name = one_line(as_text(value) or "", MAX_KEY) or ""
    category = _CATEGORIES.get(_category_name(name))
    if category is None:
        names = ", ".join(Category)
        raise FactError("bad_category", f"The category must be one of: {names}.")
    return category


def key_of(value: object) -> str:
    """Return a key, normalized to one line. Raises `FactError`."""
    return _checked(value, "key", MAX_KEY, "Give the fact a short name.")


def value_of(value: object) -> str:
    """Return a value, normalized to one line. Raises `FactError`."""
    return _checked(value, "value", MAX_VALUE, "Say it in fewer words.")


def name_of(value: object) -> str:
    """Return a person's name as one line, empty for none. Raises `FactError`."""
    text = "" if value is None else as_text(value)
    line = None if text is None else one_line(text, MAX_SUBJECT)
    if line is None:
        raise FactError(
            "bad_subject",
            f"The subject must be a person's name of {MAX_SUBJECT} characters at most.",
        )
    return line


def quote_of(text: str) -> str:
    """Return the words that a fact comes from as one line, cut if they are long."""
    return (one_line(text[:_MAX_RAW_QUOTE], _MAX_RAW_QUOTE) or "")[:MAX_QUOTE].strip()


def _checked(value: object, name: str, limit: int, advice: str) -> str:
    """Return an argument, normalized to one line. Raises `FactError`."""
    text = as_text(value)
    if text is None:
        raise FactError(f"bad_{name}", f"The {name} must be a text.")
    line = one_line(text, limit)
    if line is None:
        raise FactError(
            f"{name}_too_long",
            f"The {name} may have {limit} characters at most. {advice}",
        )
    if not fold(line):
        raise FactError(f"empty_{name}", f"The {name} is empty. Say what it is.")
    return line


def _category_name(name: str) -> str:
    """Return a category name folded for lookup: `User names` as `user_name`."""
    return "_".join(fold(name).replace("-", " ").replace("_", " ").split()).rstrip("s")


_CATEGORIES = {_category_name(category): category for category in Category}
