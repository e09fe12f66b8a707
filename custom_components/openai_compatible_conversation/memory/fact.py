"""A fact, and what may be one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from .normalization import as_text, fold, one_line

MAX_KEY = 100
"""Characters of a key."""

MAX_VALUE = 500
"""Characters of a value."""

type Source = Literal["told", "extracted"]


class Category(StrEnum):
    """What a fact is about."""

    USER_NAME = "user_name"
    FAMILY_MEMBERS = "family_members"
    PREFERENCES = "preferences"
    DEVICE_NICKNAMES = "device_nicknames"
    LOCATIONS = "locations"
    ROUTINES = "routines"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is known."""

    category: Category
    key: str
    value: str
    source: Source
    created_at: str
    """When it was first learned: ISO 8601, in UTC."""
    updated_at: str
    """When its value was learned: ISO 8601, in UTC."""


class FactError(ValueError):
    """What is wrong with an argument, in words that tell a model what to do.

    Keys: bad_category, bad_key, empty_key, key_too_long, bad_value, empty_value,
    value_too_long, bad_query, too_many.
    """

    def __init__(self, key: str, text: str) -> None:
        """Initialize with a name for programs and words for models."""
        super().__init__(text)
        self.key = key


def category_of(value: object) -> Category:
    """Return the category that is meant, whatever its case. Raises `FactError`."""
    name = one_line(as_text(value) or "", MAX_KEY) or ""
    category = _CATEGORIES.get(_category_name(name))
    if category is None:
        names = ", ".join(Category)
        raise FactError("bad_category", f"The category must be one of: {names}.")
    return category


def key_of(value: object) -> str:
    """Return a key as it is kept. Raises `FactError`."""
    return _checked(value, "key", MAX_KEY, "Give the fact a short name.")


def value_of(value: object) -> str:
    """Return a value as it is kept. Raises `FactError`."""
    return _checked(value, "value", MAX_VALUE, "Say it in fewer words.")


def _checked(value: object, name: str, limit: int, advice: str) -> str:
    """Return an argument on one line."""
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
    """Return what the spellings of a category have in common, `User names` too."""
    return "_".join(fold(name).replace("-", " ").replace("_", " ").split()).rstrip("s")


_CATEGORIES = {_category_name(category): category for category in Category}
