"""Tests of the words of a user that a fact is kept with."""

from string import ascii_lowercase

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import MAX_QUOTE
from custom_components.openai_compatible_conversation.memory.facts.secrets import (
    asks_not_to_tell,
)
from custom_components.openai_compatible_conversation.memory.learning.quotation import (
    is_only_asked,
    quotation,
    sentence_around,
    told_quote,
)

FILLER = "and so on " * 60


@pytest.mark.parametrize(
    ("line", "quote", "expected"),
    [
        ("My cat is called Amy", "cat is called Amy", "My cat is called Amy"),
        ("My cat\n is\tAmy ", "cat is Amy", "My cat is Amy"),
        ("", "cat", ""),
    ],
)
def test_whole_line(line: str, quote: str, expected: str) -> None:
    """A line is kept as a whole, as one line."""
    assert quotation(line, quote) == expected


@pytest.mark.parametrize(
    "line",
    [
        f"My cat is, called: Amy! {FILLER}",
        f"{FILLER}My cat is, called: Amy! {FILLER}",
        f"{FILLER}My cat is, called: Amy!",
    ],
)
def test_long_line(line: str) -> None:
    """A long line is cut to whole words around the quote, whatever its punctuation."""
    kept = quotation(line, "cat is called amy")
    assert "cat is, called: Amy" in kept
    assert MAX_QUOTE - 20 < len(kept) <= MAX_QUOTE
    assert set(kept.split()) <= set(line.split())


def test_long_quote() -> None:
    """Of a quote that is too long the beginning is kept, of one that is not found, too."""
    line = f"The cat, {FILLER}"
    for quote in (line, "something else"):
        kept = quotation(f"{line}{FILLER}", quote)
        assert kept.startswith("The cat, and so on")
        assert len(kept) <= MAX_QUOTE


def test_long_line_without_spaces() -> None:
    """A line without spaces is cut as well."""
    kept = quotation("说" * 400 + "我喜欢喝茶" + "说" * 400, "我喜欢喝茶")
    assert len(kept) == MAX_QUOTE
    assert "我喜欢喝茶" in kept


@given(st.text(max_size=900), st.text(max_size=400))
def test_any_line(line: str, quote: str) -> None:
    """A quotation is one line within the limit, from any line and quote."""
    kept = quotation(line, quote)
    assert len(kept) <= MAX_QUOTE
    assert kept == " ".join(kept.split())


@pytest.mark.parametrize(
    ("line", "quote", "expected"),
    [
        ("My cat is Amy", "is Amy", "My cat is Amy"),
        ("I like tea. The bins go out on Monday!", "bins go out", "The bins go out on Monday!"),
        ("I like tea. The bins go out on Monday!", "like tea", "I like tea."),
        ("We eat at 6.30 today. I cook", "at 6.30", "We eat at 6.30 today."),
        ("I like tea. You too?", "tea. You", "I like tea. You too?"),
        ("我喜欢喝茶。我们吃饭。", "喜欢喝茶", "我喜欢喝茶。"),
        ("I like tea", "coffee", "I like tea"),
    ],
)  # fmt: skip
def test_sentence(line: str, quote: str, expected: str) -> None:
    """The sentence around a quote is whole."""
    assert sentence_around(line, quote) == expected


@pytest.mark.parametrize(
    ("utterance", "last", "quote"),
    [
        ("Our cat is Mimi", "Our cat is Mimi", "Our cat is Mimi"),
        ("Our cat\nis  Mimi", "Remember that", "Our cat is Mimi"),
        (
            "I got Tom a bike",
            "But don't tell him",
            "I got Tom a bike But don't tell him",
        ),
    ],
)
def test_told_quote(utterance: str, last: str, quote: str) -> None:
    """The words that prove a fact are kept, and those that make it a secret."""
    assert told_quote(utterance, last, "value") == quote


@given(
    st.text(ascii_lowercase + " ", max_size=900),
    st.text(ascii_lowercase + " ", max_size=900),
)
def test_secrecy_is_kept(before: str, after: str) -> None:
    """However long the words are, the quote says that the fact is a secret."""
    said = f"{before} a bike. Do not tell Tom. {after}"
    quote = told_quote(said, said, "a bike")
    assert len(quote) <= MAX_QUOTE
    assert asks_not_to_tell(quote)


@pytest.mark.parametrize(
    ("line", "quote", "asked"),
    [
        ("Is Tom at home?", "Is Tom at home?", True),
        ("Hello. Is Tom at home? I am.", "is Tom at home", True),
        ("Wie spät ist es?", "Wie spät ist es?", True),
        ("Est-ce que Tom est à la maison ?", "Est-ce que Tom est à la maison", True),
        ("Do you know that our cat is called Minka?", "our cat is called Minka", False),
        (
            "Did you know our cat is called Minka?",
            "Did you know our cat is called",
            False,
        ),
        ("Tom is at home. Is Ann?", "Tom is at home", False),
        ("Tom is at home", "Tom is at home", False),
        ("", "", False),
    ],
)
def test_only_asked(line: str, quote: str, asked: bool) -> None:
    """A question tells nothing, unless it asks whether one knows something."""
    assert is_only_asked(line, quote) is asked
