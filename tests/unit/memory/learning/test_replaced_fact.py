"""Tests of which known fact a statement puts right."""

from dataclasses import dataclass

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.learning.replaced_fact import (
    is_copy,
    replaced_fact,
)


@dataclass
class Known:
    """A known fact."""

    key: str
    value: str
    subject: str = ""
    quote: str = ""


JULES = Known("Jules", "mange à la cantine le lundi")
DOCTOR = Known("my doctor", "Dr Roussel", "Ann")
BINS = Known("bins", "go out on Tuesday evening", quote="The bins go out on Tuesday.")
CUPBOARD = Known(
    "cupboard", "hallway", quote="Remember that the cupboard is in the hallway"
)
CAT = Known("cat", "Mimi", quote="Our cat is called Mimi")
HELP = Known("Putzhilfe", "mittwochs", quote="Merk dir, die Putzhilfe kommt mittwochs.")
TOWN = Known("We live in", "Leeds")
FACTS = [JULES, DOCTOR, BINS, CUPBOARD, CAT, HELP, TOWN]


@pytest.mark.parametrize(
    ("statement", "speaker", "replaced"),
    [
        ("Jules mange à la cantine le jeudi maintenant", "Ann", JULES),
        ("the bins go out on Friday evening now", "", BINS),
        ("my doctor is now Dr Lacroix", "Ann", DOCTOR),
        ("the bins go out on Fridays from now on", "", BINS),
        ("The cupboard is now in the cellar", "", CUPBOARD),
        ("Die Putzhilfe kommt ab jetzt freitags", "", HELP),
        ("We have moved and live in York now", "", TOWN),
        # A change of something else.
        ("Jules a maintenant un vélo rouge", "", None),
        ("the lid of the bins is red now", "", None),
        ("the bins are red now", "", None),
        ("The cat is in the garden now", "", None),
        ("The cupboard is red now", "", None),
        ("Grandma lives in Rome now", "", None),
        # What is the same puts nothing right.
        ("Jules mange à la cantine le lundi", "Ann", None),
        # Another's doctor, another cat, something else of Jules and of the bins.
        ("my doctor is now Dr Lacroix", "Ben", None),
        ("the cat is called Tom", "", None),
        ("Jules a un vélo rouge", "", None),
        ("the bins are behind the shed", "", None),
        ("", "", None),
    ],
)
def test_replaced(statement: str, speaker: str, replaced: Known | None) -> None:
    """It is the one with the same key, and with half of what is said now."""
    assert replaced_fact(statement, FACTS, speaker) is replaced


@pytest.mark.parametrize(
    ("value", "said", "copied"),
    [
        ("Mange à la cantine le lundi.", "Jules mange à la cantine le jeudi", True),
        ("mange à la cantine le lundi", "Jules mange à la cantine le lundi", False),
        ("mange à la cantine le jeudi", "Jules mange à la cantine le jeudi", False),
        ("Mimi", "We have moved to Leeds", True),
        ("", "We have moved to Leeds", False),
    ],
)
def test_copy(value: str, said: str, copied: bool) -> None:
    """A known value that was not said again is a copy."""
    assert is_copy(value, FACTS, said) is copied


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_text(statement: str, value: str) -> None:
    """Any text may be said and known."""
    facts = [Known(value, statement), Known(statement, value)]
    assert replaced_fact(statement, facts, "") in [*facts, None]
    assert not is_copy(value, facts, f"{value} {statement}")
