"""What was forgotten is known again for a day, unless it is told anew."""

import pytest

from custom_components.openai_compatible_conversation.memory.fact import Category
from custom_components.openai_compatible_conversation.memory.tombstones import (
    LASTS,
    MAX_MARKS,
    Tombstones,
)

FAMILY, LIKES = Category.FAMILY_MEMBERS, Category.PREFERENCES


@pytest.mark.parametrize(
    ("category", "key", "value", "known"),
    [
        (FAMILY, "CAT", "Bob", True),
        (FAMILY, "cat's name", "amy", True),
        (FAMILY, "dog", "Rex", False),
        (LIKES, "cat", "Amy", False),
    ],
)
def test_known_again(category: Category, key: str, value: str, known: bool) -> None:
    """A fact is known by its key or its value, within its category."""
    forgotten = Tombstones()
    forgotten.add(FAMILY, "cat", "Amy", 0)
    assert forgotten.has(category, key, value, 1) is known


def test_what_was_not_there() -> None:
    """Of what was not there only the key is known."""
    forgotten = Tombstones()
    forgotten.add(FAMILY, "cat", "", 0)
    assert forgotten.has(FAMILY, "cat", "Amy", 1)
    assert not forgotten.has(FAMILY, "dog", "", 1)


def test_lasts() -> None:
    """After a day it may be noticed again."""
    forgotten = Tombstones()
    forgotten.add(FAMILY, "cat", "Amy", 0)
    assert forgotten.has(FAMILY, "cat", "Amy", LASTS - 1)
    assert not forgotten.has(FAMILY, "cat", "Amy", LASTS)


def test_told_again() -> None:
    """What is told again is wanted."""
    forgotten = Tombstones()
    forgotten.add(FAMILY, "cat", "Amy", 0)
    forgotten.discard(FAMILY, "Cat", "Amy")
    assert not forgotten.has(FAMILY, "cat", "Amy", 1)


def test_bounded() -> None:
    """Of many the oldest go."""
    forgotten = Tombstones()
    for number in range(MAX_MARKS):
        forgotten.add(FAMILY, f"k{number}", f"v{number}", 0)
    assert not forgotten.has(FAMILY, "k0", "v0", 1)
    assert forgotten.has(FAMILY, f"k{MAX_MARKS - 1}", "", 1)
