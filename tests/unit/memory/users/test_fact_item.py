"""Tests for facts as items of a list, and for the names of their categories."""

import json
from pathlib import Path

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import (
    Category,
    Fact,
    FactError,
    PastValue,
    key_of,
    name_of,
    value_of,
)
from custom_components.openai_compatible_conversation.memory.users.category_names import (
    CategoryNames,
)
from custom_components.openai_compatible_conversation.memory.users.fact_item import (
    FactDescriptions,
    parts_of,
    summary_of,
)

TRANSLATIONS = (
    Path(__file__).parents[4]
    / "custom_components/openai_compatible_conversation/translations"
)
SELECTORS = {
    path.stem: json.loads(path.read_text())["selector"]
    for path in sorted(TRANSLATIONS.glob("*.json"))
}
NAMES = {lang: texts["fact_category"]["options"] for lang, texts in SELECTORS.items()}
PEOPLE = {"Ann", "Ben", "Smith, Jo"}
DAY = "2026-03-03T20:00:00+00:00"


def a_fact(
    key: str = "tea", value: str = "green", subject: str = "", **fields: object
) -> Fact:
    """Return a fact that was told."""
    fact = Fact(Category.PREFERENCES, key, value, "told", DAY, DAY, subject)
    # `replace` takes no mapping of objects.
    return Fact(**{name: getattr(fact, name) for name in Fact.__slots__} | fields)


def descriptions(language: str = "en") -> FactDescriptions:
    """Return the descriptions in a language, with dates in UTC."""
    return FactDescriptions(
        CategoryNames(NAMES[language], NAMES.values()),
        SELECTORS[language]["fact_origin"]["options"],
        lambda time: time[:10],
    )


@pytest.mark.parametrize(
    ("summary", "old", "parts"),
    [
        ("tea: green", None, ("", "tea", "green")),
        ("Ann, tea: green", None, ("Ann", "tea", "green")),
        ("ann,tea: green", None, ("Ann", "tea", "green")),
        ("Smith, Jo, tea: green", None, ("Smith, Jo", "tea", "green")),
        ("猫：小白", None, ("", "猫", "小白")),
        ("Ben，猫：小白", None, ("Ben", "猫", "小白")),
        ("tea, coffee: both", None, ("", "tea, coffee", "both")),
        ("car: garage: left", None, ("", "car", "garage: left")),
        ("Tom, tea: green", None, ("", "Tom, tea", "green")),
        ("Tom, tea: green", a_fact(subject="Ann"), ("Tom", "tea", "green")),
        ("tea: green", a_fact(subject="Ann"), ("", "tea", "green")),
        ("Ann, tea: black", a_fact(subject="Ann"), ("Ann", "tea", "black")),
        ("Ann, tea: black", a_fact(key="Ann, tea"), ("", "Ann, tea", "black")),
        ("at 7:30: coffee", a_fact(key="at 7:30"), ("", "at 7:30", "coffee")),
        ("nothing", None, None),
        ("", None, None),
    ],
)
def test_summary_is_read(
    summary: str, old: Fact | None, parts: tuple[str, str, str] | None
) -> None:
    found = parts_of(summary, PEOPLE, old)
    assert (found and tuple(part.strip() for part in found)) == parts


LINES = st.text(min_size=1, max_size=20).filter(lambda text: ":" not in text)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=40))
def test_summary_that_was_not_edited_is_the_same_fact(
    subject: str, key: str, value: str
) -> None:
    try:
        fact = a_fact(key_of(key), value_of(value), name_of(subject))
    except FactError:
        return
    parts = parts_of(summary_of(fact), PEOPLE, fact)
    assert parts == (fact.subject, fact.key, fact.value)


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("category", Category)
def test_category_is_understood_in_every_language(
    language: str, category: Category
) -> None:
    shown = CategoryNames(NAMES["en"], NAMES.values())
    name = NAMES[language][category]
    for typed in (name, name.upper(), f" {name} ", str(category)):
        assert shown.category_of(typed) is category
    assert CategoryNames(NAMES[language], NAMES.values()).name_of(category) == name


@pytest.mark.parametrize(
    ("typed", "category"),
    [
        ("Familie", Category.FAMILY_MEMBERS),
        ("family", Category.FAMILY_MEMBERS),
        ("Preferences", Category.PREFERENCES),
        ("Nicknames", Category.DEVICE_NICKNAMES),
    ],
)
def test_first_words_of_a_category_are_enough(typed: str, category: Category) -> None:
    assert CategoryNames(NAMES["en"], NAMES.values()).category_of(typed) is category


@pytest.mark.parametrize("typed", ["weather", "", "!", "Familienfeier", "of"])
def test_unknown_category(typed: str) -> None:
    with pytest.raises(FactError, match="category"):
        CategoryNames(NAMES["en"], NAMES.values()).category_of(typed)


def test_description() -> None:
    fact = a_fact(
        told_by="Ann",
        channel="voice",
        quote="I drink green tea",
        past=(PastValue("black", "2025-12-24T20:00:00+00:00"),),
    )
    assert descriptions().of(fact).split("  \n") == [
        "Preferences",
        "Told by Ann · 2026-03-03 · by voice",
        "“I drink green tea”",
        "Until 2025-12-24: black",
    ]
    unknown = a_fact(source="extracted")
    assert descriptions("de").of(unknown) == "Vorlieben  \nErwähnt · 2026-03-03"


def test_description_is_text_in_markdown() -> None:
    fact = a_fact(
        told_by="<img src=x>",
        quote="![a](http://example.com/b.png) *c* `d` & e's \\[f]",
        past=(PastValue("# g", DAY),),
    )
    assert descriptions().of(fact).split("  \n")[1:] == [
        r"Told by \<img src=x\> · 2026-03-03",
        r"“!\[a\](http://example.com/b.png) \*c\* \`d\` \& e's \\\[f\]”",
        r"Until 2026-03-03: \# g",
    ]
    assert descriptions().category_of(descriptions().of(fact), fact) is fact.category


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("shown", NAMES)
def test_description_that_was_not_edited_is_the_same_category(
    shown: str, language: str
) -> None:
    fact = a_fact(told_by="{name}", channel="list", quote="Routines", past=())
    written = descriptions(shown).of(fact)
    assert descriptions(language).category_of(written, fact) is fact.category


@pytest.mark.parametrize(
    ("edited", "category"),
    [
        ("Routinen", None),
        ("routines\nTold by Ann · 2026-03-03", Category.ROUTINES),
        ("Places", Category.LOCATIONS),
        ("\n \nPlaces\n", Category.LOCATIONS),
        ("Told by Ann · 2026-03-03 · by voice", Category.PREFERENCES),
        ("“Green, please”", Category.PREFERENCES),
        ("", Category.PREFERENCES),
        ("Preferences\nTold by Tom", Category.PREFERENCES),
    ],
)
def test_edited_description(edited: str, category: Category | None) -> None:
    fact = a_fact(told_by="Ann", channel="voice", quote="Green, please")
    if category is None:
        with pytest.raises(FactError, match="category"):
            descriptions().category_of(edited, fact)
    else:
        assert descriptions().category_of(edited, fact) is category


def test_new_item_without_a_description() -> None:
    assert descriptions().category_of(None) is Category.PREFERENCES
    assert descriptions().category_of(" \n") is Category.PREFERENCES
