"""Tests of the tombstones of forgotten facts."""

import pytest

from custom_components.openai_compatible_conversation.memory.fact import Category
from custom_components.openai_compatible_conversation.memory.tombstones import (
    LIFETIME,
    MAX_MARKS,
    Tombstones,
)

FAMILY, LIKES = Category.FAMILY_MEMBERS, Category.PREFERENCES


@pytest.mark.parametrize(
    ("category", "key", "value", "match"),
    [
        (FAMILY, "CAT", "Bob", True),
        (FAMILY, "cat's name", "amy", True),
        (FAMILY, "dog", "Rex", False),
        (LIKES, "cat", "Amy", False),
    ],
)
def test_match_by_key_or_value(
    category: Category, key: str, value: str, match: bool
) -> None:
    """A fact matches by key or value within its category."""
    tombstones = Tombstones()
    tombstones.add(FAMILY, "cat", "Amy", 0)
    assert tombstones.has(category, key, value, 1) is match


def test_without_value() -> None:
    """A tombstone without a value matches by key only."""
    tombstones = Tombstones()
    tombstones.add(FAMILY, "cat", "", 0)
    assert tombstones.has(FAMILY, "cat", "Amy", 1)
    assert not tombstones.has(FAMILY, "dog", "", 1)


def test_lifetime() -> None:
    """A tombstone expires after a day."""
    tombstones = Tombstones()
    tombstones.add(FAMILY, "cat", "Amy", 0)
    assert tombstones.has(FAMILY, "cat", "Amy", LIFETIME - 1)
    assert not tombstones.has(FAMILY, "cat", "Amy", LIFETIME)


def test_discard() -> None:
    """The tombstone of a fact that is told again is removed."""
    tombstones = Tombstones()
    tombstones.add(FAMILY, "cat", "Amy", 0)
    tombstones.discard(FAMILY, "Cat", "Amy")
    assert not tombstones.has(FAMILY, "cat", "Amy", 1)


def test_bounded() -> None:
    """The oldest marks are evicted over the limit."""
    tombstones = Tombstones()
    for number in range(MAX_MARKS):
        tombstones.add(FAMILY, f"k{number}", f"v{number}", 0)
    assert not tombstones.has(FAMILY, "k0", "v0", 1)
    assert tombstones.has(FAMILY, f"k{MAX_MARKS - 1}", "", 1)
