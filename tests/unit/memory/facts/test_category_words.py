"""Tests of the categories that models mean."""

import pytest

from custom_components.openai_compatible_conversation.memory.facts.category_words import (
    category_meant,
)
from custom_components.openai_compatible_conversation.memory.facts.fact import (
    Category,
    FactError,
)


@pytest.mark.parametrize(
    ("said", "category"),
    [
        *((category.value, category) for category in Category),
        ("Family Members", Category.FAMILY_MEMBERS),
        ("family", Category.FAMILY_MEMBERS),
        ("pets", Category.FAMILY_MEMBERS),
        ("family_pets", Category.FAMILY_MEMBERS),
        ("birthdays", Category.FAMILY_MEMBERS),
        ("food", Category.PREFERENCES),
        ("user_preferences", Category.PREFERENCES),
        ("user-name", Category.USER_NAME),
        ("Name", Category.USER_NAME),
        ("home address", Category.LOCATIONS),
        ("location", Category.LOCATIONS),
        ("daily_schedule", Category.ROUTINES),
        ("device", Category.DEVICE_NICKNAMES),
        ("Familie", Category.FAMILY_MEMBERS),
        ("préférences", Category.PREFERENCES),
        ("lugares", Category.LOCATIONS),
        ("gewoontes", Category.ROUTINES),
    ],
)
def test_meant(said: str, category: Category) -> None:
    """What models call a category is understood."""
    assert category_meant(said) is category


@pytest.mark.parametrize(
    ("told", "category"),
    [
        ("Ann", Category.USER_NAME),
        ("called Ann Smith", Category.USER_NAME),
        ("ann", Category.USER_NAME),
        ("", Category.USER_NAME),
        ("adore les lentilles", Category.PREFERENCES),
        ("has lunch at school", Category.PREFERENCES),
    ],
)
def test_phrase_is_no_name(told: str, category: Category) -> None:
    """What is said of somebody is no name of a user, whatever a model calls it."""
    assert category_meant("user_name", told) is category


@pytest.mark.parametrize("said", ["weather", "", None, ["family"], {}, "x" * 20_000])
def test_not_meant(said: object) -> None:
    """What is no category is an error that names all of them."""
    with pytest.raises(FactError) as caught:
        category_meant(said)
    assert caught.value.key == "bad_category"
    assert all(category in str(caught.value) for category in Category)
