"""Tests of what becomes of a fact when it is learned again."""

from dataclasses import replace

import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import (
    MAX_PAST,
    Category,
    Fact,
    Origin,
    PastValue,
    Source,
)
from custom_components.openai_compatible_conversation.memory.facts.fact_revision import (
    had_before,
    merged,
    revised,
    time_said,
)
from custom_components.openai_compatible_conversation.memory.store.fact_index import (
    FactIndex,
)

MARCH, APRIL, MAY, JUNE = (
    f"2026-{month:02}-01T08:00:00+00:00" for month in range(3, 7)
)


def fact(value: str, at: str, source: Source = "told", *past: PastValue) -> Fact:
    """Return where a household lives, learned at a time."""
    return Fact(Category.LOCATIONS, "home", value, source, at, at, past=past)


def values(found: Fact) -> list[tuple[str, str]]:
    """Return the former values of a fact, and until when they were true."""
    return [(past.value, past.until) for past in found.past]


def test_update_keeps_what_was_true() -> None:
    """The former values are kept with the time until when they were true."""
    facts = FactIndex()
    for value, at in (("Berlin", MARCH), ("Hamburg", APRIL), ("Bremen", JUNE)):
        facts.learn("locations", "home", value, "told", at)
    (found,) = facts
    assert (found.value, found.created_at, found.updated_at) == ("Bremen", MARCH, JUNE)
    assert values(found) == [("Hamburg", JUNE), ("Berlin", APRIL)]


def test_past_is_bounded() -> None:
    """The oldest of more than three former values are dropped."""
    found = fact("0", MARCH)
    for number in range(1, 7):
        at = f"2026-04-{number:02}T08:00:00+00:00"
        found = revised(found, fact(str(number), at))
    assert [past.value for past in found.past] == ["5", "4", "3"]
    assert len(found.past) == MAX_PAST


def test_back_to_a_former_value() -> None:
    """What is true again is no former value, and each one is kept once."""
    found = fact("Berlin", MARCH)
    for value, at in (("Hamburg", APRIL), ("BERLIN", MAY), ("Hamburg", JUNE)):
        found = revised(found, fact(value, at))
    assert (found.value, values(found)) == ("Hamburg", [("BERLIN", JUNE)])


@pytest.mark.parametrize("source", ["told", "extracted"])
def test_same_value(source: Source) -> None:
    """An unchanged value adds nothing to the past, however it is written."""
    old = fact("Berlin", MARCH, source)
    assert revised(old, fact("Berlin", APRIL, source)) is old
    assert not revised(old, fact("berlin", APRIL, source)).past


def test_confirmed_by_telling() -> None:
    """An extracted fact that is told is told; it still comes from the same words."""
    old = replace(fact("Berlin", MARCH, "extracted"), told_by="Tom", quote="in Berlin")
    found = revised(old, replace(fact("Berlin", APRIL), channel="list"))
    assert (found.source, found.told_by, found.quote) == ("told", "Tom", "in Berlin")
    said = replace(fact("Berlin", APRIL), told_by="Anna", quote="remember Berlin")
    assert revised(old, said).told_by == "Anna"


@pytest.mark.parametrize(
    ("said_at", "value"),
    [
        (MARCH, "Berlin"),
        (APRIL, "Berlin"),
        (MAY, "Hamburg"),
        ("2026-04-01T10:00:00+02:00", "Berlin"),
        ("2026-04-01T10:00:01+02:00", "Hamburg"),
        ("", "Berlin"),
        ("soon", "Berlin"),
    ],
)
def test_told_is_corrected_by_what_is_said_later(said_at: str, value: str) -> None:
    """Only what is known to be said later replaces what was told, and keeps it."""
    told = fact("Berlin", APRIL)
    found = revised(told, fact("Hamburg", JUNE, "extracted"), said_at)
    assert found.value == value
    if found is not told:
        assert values(found) == [("Berlin", JUNE)]


@pytest.mark.parametrize(
    ("said_at", "value"),
    [(MARCH, "Berlin"), (APRIL, "Hamburg"), (MAY, "Hamburg"), ("", "Hamburg")],
)
def test_extracted_in_another_order(said_at: str, value: str) -> None:
    """What was said before does not replace what was extracted already."""
    old = fact("Berlin", APRIL, "extracted")
    found = revised(old, fact("Hamburg", JUNE, "extracted"), said_at)
    assert found.value == value


def test_subjects_are_other_facts() -> None:
    """The names of two who speak are two facts; a subject is compared without case."""
    facts = FactIndex()
    for subject, value in (("Tom", "Tom"), ("Anna", "Anna"), ("", "The Millers")):
        facts.learn("user_name", "name", value, "told", MARCH, subject=subject)
    facts.learn("user_name", "Name", "Thomas", "told", APRIL, subject="TOM")
    assert [(f.subject, f.value) for f in facts] == [
        ("Tom", "Thomas"),
        ("Anna", "Anna"),
        ("", "The Millers"),
    ]
    assert facts.forget("user_name", "name", "anna")
    assert not facts.forget("user_name", "name", "Anna")
    assert facts.forget("user_name", "name")
    # The only one that is left is meant without its subject.
    assert facts.forget("user_name", "name")


def test_origin() -> None:
    """A fact keeps who told it, where, and in which words, as one line."""
    origin = Origin("Tom\n", "voice", "our \ncat  is called Amy" + "!" * 400)
    facts = FactIndex()
    found = facts.learn(
        "family_members", "cat", "Amy", "told", MARCH, subject=" Tom ", origin=origin
    )
    assert (found.subject, found.told_by, found.channel) == ("Tom", "Tom", "voice")
    assert found.quote.startswith("our cat is called Amy!!!")
    assert len(found.quote) == 300


def test_had_before() -> None:
    """What was said before a correction is outdated, in any spelling."""
    found = fact("Hamburg", APRIL, "told", PastValue("Berlin", APRIL))
    assert had_before(found, "BERLIN", MARCH)
    assert had_before(found, "Berlin", "")
    assert not had_before(found, "Berlin", MAY)
    assert not had_before(found, "Hamburg", MARCH)


def test_merged() -> None:
    """Of two facts, the told one wins, then the newer one; the other one is past."""
    past = PastValue("Bonn", MARCH)
    old, new = fact("Berlin", APRIL, "told", past), fact("Hamburg", MAY)
    for one, other in ((old, new), (new, old)):
        found = merged(one, other)
        assert (found.value, found.created_at) == ("Hamburg", APRIL)
        assert values(found) == [("Berlin", MAY), ("Bonn", MARCH)]
    extracted = fact("Kiel", JUNE, "extracted")
    assert merged(old, extracted) == merged(extracted, old)
    assert (merged(old, extracted).value, merged(old, extracted).past) == (
        "Berlin",
        (past,),
    )
    assert merged(old, old) == old


@pytest.mark.parametrize(
    ("said_at", "at"),
    [
        (MARCH, MARCH),
        ("2026-03-01T10:00:00+02:00", MARCH),
        (JUNE, MAY),
        ("", MAY),
        ("soon", MAY),
    ],
)
def test_time_said(said_at: str, at: str) -> None:
    """A fact is as old as what was said, and never from the future."""
    assert time_said(said_at, MAY) == at
