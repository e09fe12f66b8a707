"""Tests of numbers and times that are spelled out."""

import pytest

from custom_components.openai_compatible_conversation.memory.words.normalization import (
    spoken_words,
)
from custom_components.openai_compatible_conversation.memory.words.spoken_numbers import (
    with_digits,
    with_times,
)


def read(text: str, language: str) -> str:
    """Return a text with digits for numbers and times."""
    digits = with_digits(spoken_words(text), (language, "en"))
    return " ".join(with_times(digits, language))


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "twenty-one cats", "21 cats"),
        ("en", "the third of May", "the 3 of may"),
        ("en", "two hundred grams", "200 grams"),
        ("de", "einundzwanzig Grad am dritten Mai", "21 grad am 3 mai"),
        ("de", "seven", "7"),
        ("fr", "vingt et un", "21"),
        ("es", "el tres de mayo", "el 3 de mayo"),
        ("pl", "o szóstej trzydzieści", "o 6 30"),
        ("ru", "в семь часов", "в 7 часов"),
        ("zh", "七点", "7 点"),
        ("xx", "seven tre", "7 tre"),
        ("../../en", "tre", "tre"),
    ],
)
def test_numbers(language: str, text: str, expected: str) -> None:
    """Spelled numbers become digits, in the language and in English."""
    assert read(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "hour", "minute"),
    [
        ("en", "half past six", 6, 30),
        ("en", "half six", 6, 30),
        ("en", "quarter to seven", 6, 45),
        ("en", "quarter past seven", 7, 15),
        ("en", "twenty past one", 1, 20),
        ("en", "ten minutes to one", 12, 50),
        ("de", "halb sieben", 6, 30),
        ("de", "Viertel nach sieben", 7, 15),
        ("de", "zehn vor eins", 12, 50),
        ("de", "dreiviertel acht", 7, 45),
        ("nl", "half zeven", 6, 30),
        ("nl", "kwart over acht", 8, 15),
        ("sv", "halv sju", 6, 30),
        ("fr", "six heures et demie", 6, 30),
        ("fr", "sept heures moins le quart", 6, 45),
        ("fr", "sept heures moins dix", 6, 50),
        ("es", "seis y media", 6, 30),
        ("es", "siete menos cuarto", 6, 45),
        ("en", "eighteen and a half", 18, 5),
        ("it", "sei e un quarto", 6, 15),
        ("it", "sette meno un quarto", 6, 45),
    ],
)
def test_times(language: str, text: str, hour: int, minute: int) -> None:
    """Times become hours and minutes."""
    assert read(text, language) == f"{hour} {minute}"


@pytest.mark.parametrize("text", ["half 12345", "half past noon", "99999 to 7", ""])
def test_no_times(text: str) -> None:
    """What is no time is left as it is."""
    assert read(text, "en") == text
