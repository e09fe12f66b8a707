"""Tests of questions with labelled options, and of the probabilities in answers."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.agent.evaluation_question import (
    Question,
    choice,
    predicate,
    probabilities_of_data,
    probabilities_of_token,
)

IS_OPEN = predicate("Is the door open?")
COLOUR = choice("Which colour is it?", ["red: Like blood", "green: Like grass", "blue"])


def test_texts() -> None:
    """A question is followed by its labelled options; yes and no need no words."""
    assert IS_OPEN.text == "Is the door open?"
    assert list(IS_OPEN.options) == ["Yes", "No"]
    assert COLOUR.text == (
        "Which colour is it?\nA: red: Like blood\nB: green: Like grass\nC: blue"
    )


@pytest.mark.parametrize(
    ("options", "last", "alternatives"),
    [(2, "B", 5), (9, "I", 19), (19, "S", 20), (20, "T", None), (26, "Z", None)],
)
def test_labels(options: int, last: str, alternatives: int | None) -> None:
    """Each option has a letter, as long as servers report that many alternatives."""
    question = choice("Which?", map(str, range(options)))
    assert list(question.options)[-1] == last
    assert question.alternatives == alternatives


def test_more_options_than_letters() -> None:
    """The labels go on with two letters, and stay different."""
    labels = list(choice("Which?", map(str, range(1000))).options)
    assert labels[25:28] == ["Z", "AA", "AB"]
    assert len(set(labels)) == 1000


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([("Yes", {"Yes": 0.8, "No": 0.2})], 0.8),
        # Other writings of the same word
        ([(" yes", {" yes": 0.5, "Yes": 0.1, "NO": 0.2, "no": 0.2})], 0.6),
        # A tokenizer without a token for the word
        ([("Y", {"Y": 0.9, "N": 0.1}), ("es", {"es": 1})], 0.9),
        # What comes before the word
        ([("\n", {"\n": 1}), ('"', {'"': 1}), ("No", {"No": 0.7, "Yes": 0.3})], 0.3),
        # Something else is possible
        ([("Yes", {"Yes": 0.6, "Maybe": 0.2, "No": 0.2})], 0.75),
        # The chosen token is not the most probable
        ([("Perhaps", {"Perhaps": 0.1, "Yes": 0.6, "No": 0.3})], 0.666667),
        # Only the chosen token is reported
        ([("Yes", {"Yes": 0.8})], 0.8),
        ([("No", {"No": 0.8})], 0.2),
        # The other label is less probable than what is reported
        ([("Yes", {"Yes": 0.9, "It": 0.02})], 0.978261),
        ([("Yes", {"Yes": 1.0})], 1),
    ],
)
def test_token_of_predicate(tokens: Any, expected: float) -> None:
    """The first word of the answer tells how probable yes is."""
    found = probabilities_of_token(IS_OPEN, tokens)
    assert found == pytest.approx([expected, 1 - expected], abs=1e-6)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([("B", {"B": 0.5, "A": 0.25, "C": 0.25})], [0.25, 0.5, 0.25]),
        ([("**", {"**": 1}), ("C", {"C": 0.9, "A": 0.1})], [0.1, 0, 0.9]),
        ([("(A", {"(A": 0.6, "(B": 0.2, "(C": 0.2})], [0.6, 0.2, 0.2]),
        ([("A", {"A": 0.6})], [0.6, 0.2, 0.2]),
    ],
)
def test_token_of_choice(tokens: Any, expected: list[float]) -> None:
    """The first letter of the answer tells how probable each option is."""
    assert probabilities_of_token(COLOUR, tokens) == pytest.approx(expected)


@pytest.mark.parametrize("question", [IS_OPEN, COLOUR])
@pytest.mark.parametrize(
    "tokens",
    [
        [],
        [("\n", {"\n": 1})],
        [("The", {"The": 0.9, "A": 0.05, "Yes": 0.05})],
        [("<think>", {"<think>": 1}), ("Yes", {"Yes": 1}), ("A", {"A": 1})],
        [("A", {}), ("Yes", {})],
        [("Apple", {"Apple": 1}), ("Yesterday", {"Yesterday": 1})],
        [(".", {".": 1})] * 5 + [("A", {"A": 1}), ("Yes", {"Yes": 1})],
    ],
)
def test_no_label(question: Question, tokens: Any) -> None:
    """An answer that does not begin with a label tells nothing."""
    assert probabilities_of_token(question, tokens) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        *((0.7, 0.7), (0, 0), (1, 1), ("0.70", 0.7), ("70%", 0.7), (70, 0.7)),
        *((" 0.5 % ", 0.005), ({"yes": 0.7, "no": 0.3}, 0.7), ([0.2, 0.8], 0.2)),
        ({"Yes": 3, "No": 1}, 0.75),
    ],
)
def test_data_of_predicate(data: Any, expected: float) -> None:
    """A probability may be written in several ways."""
    found = probabilities_of_data(IS_OPEN, data)
    assert found == pytest.approx([expected, 1 - expected])


@pytest.mark.parametrize(
    "data",
    [
        {"A": 0.2, "B": 0.2, "C": 0.6},
        {"a": "20%", "b": "20%", "c": "60%"},
        {"A": 20, "B": 20, "C": 60},
        {"A": 1, "B": 1, "C": 3, "D": 5},
        [0.2, 0.2, 0.6],
    ],
)
def test_data_of_choice(data: Any) -> None:
    """Probabilities of options are brought to a sum of 1."""
    assert probabilities_of_data(COLOUR, data) == pytest.approx([0.2, 0.2, 0.6])


@pytest.mark.parametrize("nothing", [{"A": 1, "B": None}, {"A": 1}, {"A": 1, "C": ""}])
def test_no_probability(nothing: Any) -> None:
    """An option without a probability has none."""
    assert probabilities_of_data(COLOUR, nothing) == [1, 0, 0]


@pytest.mark.parametrize(
    ("question", "data", "problem"),
    [
        (IS_OPEN, "yes", "yes is not a number"),
        (IS_OPEN, True, "True is not a number"),
        (IS_OPEN, None, "None is not a number"),
        (IS_OPEN, -0.1, "-0.1 is not a probability"),
        (IS_OPEN, 101, "101 is not a probability"),
        (IS_OPEN, "nan", "nan is not a probability"),
        (IS_OPEN, {}, "all probabilities are 0"),
        (COLOUR, "B", "there are no probabilities of A, B, C"),
        (COLOUR, 0.5, "there are no probabilities of A, B, C"),
        (COLOUR, [0.5, 0.5], "there are no probabilities of A, B, C"),
        (COLOUR, {"A": -1, "B": 2}, "-1 is not a probability"),
        (COLOUR, {"A": {"p": 1}}, "is not a number"),
        (COLOUR, {"red": 1}, "all probabilities are 0"),
    ],
)
def test_invalid_data(question: Question, data: Any, problem: str) -> None:
    """What has no probabilities is told to the model."""
    with pytest.raises(ValueError, match=problem):
        probabilities_of_data(question, data)
