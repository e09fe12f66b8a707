"""The fact data class, and validation of its fields."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from .normalization import as_text, fold, one_line

MAX_KEY = 100
"""Maximum characters of a key."""

MAX_VALUE = 500
"""Maximum characters of a value."""

type Source = Literal["told", "extracted"]
"""Whether a fact was learned on request or extracted from a session."""


class Category(StrEnum):
    """The category of a fact."""

    USER_NAME = "user_name"
    FAMILY_MEMBERS = "family_members"
    PREFERENCES = "preferences"
    DEVICE_NICKNAMES = "device_nicknames"
    LOCATIONS = "locations"
    ROUTINES = "routines"


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


class FactError(ValueError):
    """An invalid argument, with a message that tells a model how to fix it.

    Keys: bad_category, bad_key, empty_key, key_too_long, bad_value, empty_value,
    value_too_long, bad_query, too_many.
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
