"""Tests of the word error rate that the tests with real speech go by."""

import pytest

from testbed.word_errors import compared_words, word_error_rate, word_errors


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Turn on the bed light.", "turn on the bed light"),
        ("  turn ON,\nthe bed-light!  ", "turn on the bed light"),
        ("Set it to forty percent.", "set it to 40 percent"),
        ("Set it to 40%.", "set it to 40 percent"),
        ("twenty-one degrees", "21 degrees"),
        ("It is 21.5 °C.", "it is 21.5 degrees c"),
        ("twenty, ten and zero", "20 10 and 0"),
        ("thirty zero", "30 0"),
        ("one two", "1 2"),
        ("It's the kids’ room", "it's the kids room"),
        ("Das Öl für Zoë", "das öl für zoë"),
        ("", ""),
        ("... ?!", ""),
    ],
)
def test_compared_words(text: str, words: str) -> None:
    """Spelling makes no difference: case, punctuation, and how a number is written."""
    assert compared_words(text) == words.split()


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("a b c", "a b c", 0),
        ("a b c", "a x c", 1),
        ("a b c", "a c", 1),
        ("a b c", "a b x c", 1),
        ("a b c", "", 3),
        ("", "a b", 2),
        ("", "", 0),
        ("a b c d", "b c d a", 2),
        ("a b a b", "b a b a", 2),
    ],
)
def test_word_errors(said: str, heard: str, errors: int) -> None:
    """The least number of words that are changed, left out or made up is counted."""
    assert word_errors(said.split(), heard.split()) == errors
    assert word_errors(heard.split(), said.split()) == errors


def test_rate_is_per_word_said() -> None:
    """The rate is over all words of all sentences, not a mean of the sentences."""
    pairs = [("One two three four.", "one two three four"), ("No.", "Yes.")]
    assert word_error_rate(pairs) == 1 / 5
    assert word_error_rate([("Yes.", "no no no")]) == 3
    assert word_error_rate([("", "")]) == 0
    assert word_error_rate([]) == 0
