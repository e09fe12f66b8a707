"""Tests of what is new of the facts found in an answer."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.extraction.known_facts import (
    new_facts,
)
from custom_components.openai_compatible_conversation.memory.facts.extracted_fact import (
    ExtractedFact,
)
from custom_components.openai_compatible_conversation.memory.facts.fact import (
    Category,
    Fact,
)

NOW = "2026-11-30T12:00:00+00:00"
FAMILY = Category.FAMILY_MEMBERS
LIKES = Category.PREFERENCES


def known(category: Category, key: str, value: str, subject: str = "") -> Fact:
    """Return a stored fact."""
    return Fact(category, key, value, "told", NOW, NOW, subject)


def found(category: Category, key: str, value: str, subject: str = "") -> ExtractedFact:
    """Return an extracted fact."""
    return ExtractedFact(category, key, value, subject)


CAT = known(FAMILY, "cat", "Minka")
COLOUR = known(LIKES, "favourite colour", "green", "Ann")


@pytest.mark.parametrize(
    "item",
    [
        found(FAMILY, "cat", "Minka"),
        found(FAMILY, "Cat", "MINKA"),
        found(FAMILY, "the cat's name", "Minka"),
        found(FAMILY, "name of the cat", "Minka"),
        found(FAMILY, "our cat", "cat Minka"),
        found(FAMILY, "cat", "The cat is called Minka"),
        found(FAMILY, "cats", "Minka"),
        found(FAMILY, "Katze", "Minka"),
        found(FAMILY, "Name der Katze", "Minka"),
        found(FAMILY, "le chat", "Minka"),
        found(FAMILY, "Haustier", "Minka"),
        found(FAMILY, "black cat", "Minka", "Ann"),
        found(LIKES, "favourite colour", "green", "Ann"),
        found(LIKES, "Ann's favourite color", "green"),
        found(LIKES, "Lieblingsfarbe", "green", "Ann"),
        found(LIKES, "couleur préférée", "green", "Ann"),
        found(LIKES, "colour", "green", "Ann"),
    ],
)
def test_what_is_known_is_not_new(item: ExtractedFact) -> None:
    """A fact that is known is left out, however its key is written."""
    assert new_facts([item], [CAT, COLOUR]) == []


@pytest.mark.parametrize(
    ("item", "key", "subject"),
    [
        (found(FAMILY, "cat", "Luna"), "cat", ""),
        (found(FAMILY, "Die Katze", "Luna"), "cat", ""),
        (found(FAMILY, "CAT'S NAME", "Luna"), "cat", ""),
        (found(LIKES, "Ann's favourite colour", "blue"), "favourite colour", "Ann"),
        (found(LIKES, "Lieblingsfarbe", "blau", "ann"), "favourite colour", "Ann"),
    ],
)
def test_a_correction_has_the_known_key(
    item: ExtractedFact, key: str, subject: str
) -> None:
    """Another value is new, under the key and the subject by which it is known."""
    (new,) = new_facts([item], [CAT, COLOUR])
    assert new == replace(item, key=key, subject=subject)


@pytest.mark.parametrize(
    ("item", "old"),
    [
        # What is about somebody or something else
        (found(LIKES, "favourite colour", "green", "Bob"), COLOUR),
        (found(LIKES, "favourite colour", "green"), COLOUR),
        (found(LIKES, "favourite food", "green", "Ann"), COLOUR),
        (found(FAMILY, "dog", "Minka"), CAT),
        (found(FAMILY, "Schwester", "Anna"), known(FAMILY, "wife", "Anna")),
        (found(FAMILY, "dogs", "two"), known(FAMILY, "dog", "Rex")),
        (found(FAMILY, "daughter", "7"), known(FAMILY, "age of Tom", "7")),
        (found(LIKES, "tea", "green"), known(LIKES, "wall", "green")),
        # What is in another category
        (found(Category.DEVICE_NICKNAMES, "cat", "Minka"), CAT),
        # What is no word of a key but all that it has
        (found(FAMILY, "name", "Rex"), known(FAMILY, "the", "Tom")),
        # The opposite
        (found(LIKES, "tea", "not green"), known(LIKES, "tea at night", "green")),
    ],
)
def test_something_else_is_new(item: ExtractedFact, old: Fact) -> None:
    """What only looks like a known fact is new, as it is."""
    assert new_facts([item], [old]) == [item]


def test_the_later_line_wins() -> None:
    """Of two facts for one key the later one is taken, in any writing of the key."""
    minka, luna = found(FAMILY, "cat", "Minka"), found(FAMILY, "Katze", "Luna")
    assert new_facts([minka, luna], []) == [replace(luna, key="cat")]
    assert new_facts([luna, minka], []) == [replace(minka, key="Katze")]
    # Said once more in another place, it is one fact.
    assert new_facts([minka, found(FAMILY, "pet", "Minka")], []) == [minka]


def test_corrected_back() -> None:
    """What is corrected to the value that is known is no news."""
    luna, minka = found(FAMILY, "cat", "Luna"), found(FAMILY, "cat", "Minka")
    assert new_facts([luna, minka], [CAT]) == []
    assert new_facts([minka, luna], [CAT]) == [luna]
    assert new_facts([luna, minka, luna], [CAT]) == [luna]


@pytest.mark.parametrize(
    ("line", "value", "key"),
    [
        ("Our daughter Lena is allergic to nuts", "allergic to nuts", "Lena"),
        ("Unsere Tochter Lena spielt Klavier", "spielt Klavier", "Lena"),
        ("our daughter lena likes tea", "likes tea", "Lena"),
        # Another name
        ("Our daughter is called Lea, not Lena", "Lea", "daughter"),
        ("Nein, die Tochter heißt Lea", "Lea", "daughter"),
        ("Our daughter is Lea", "Lea", "daughter"),
    ],
)
def test_more_about_somebody(line: str, value: str, key: str) -> None:
    """What is said of somebody with a name does not replace the name."""
    lena = known(FAMILY, "daughter", "Lena")
    item = replace(found(FAMILY, "daughter", value), quote=line)
    (new,) = new_facts([item], [lena])
    assert new == replace(item, key=key)
    stored = {fact.key: fact for fact in (lena, known(FAMILY, new.key, new.value))}
    assert new_facts([item], stored.values()) == []


TEXTS = st.text(max_size=12) | st.sampled_from(["cat", "Katze", "the", "Minka", "7"])
FOUND = st.builds(ExtractedFact, st.sampled_from(Category), TEXTS, TEXTS, TEXTS)


@given(st.lists(FOUND, max_size=6), st.lists(FOUND, max_size=6))
def test_any_facts(items: list[ExtractedFact], others: list[ExtractedFact]) -> None:
    """What is new is what was found, and nothing of it is new a second time."""
    stored = [known(o.category, o.key, o.value, o.subject) for o in others]
    new = new_facts(items, stored)
    assert {(item.category, item.value) for item in new} <= {
        (item.category, item.value) for item in items
    }
    learned = [known(n.category, n.key, n.value, n.subject) for n in new]
    assert new_facts(new, learned) == []
