"""Tests of what an answer cannot be taken for."""

import pytest

from custom_components.openai_compatible_conversation.confirmation.answer_words import (
    agrees,
    is_about_something_else,
    is_plain_yes,
    refuses,
)

QUESTION = "Should I unlock Front Door?"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("No.", "en"),
        ("NO WAY", "en-GB"),
        ("Don’t do that", "en"),
        ("Please don't", "en"),
        ("I won't", "en"),
        ("Hold on", "en"),
        ("Yes, but not the garage", "en"),
        ("Nee, lass mal", "de-AT"),
        ("Auf keinen Fall", "de_DE"),
        ("Bloß nicht", "de"),
        ("Pas maintenant", "fr"),
        ("Laisse tomber", "fr"),
        ("Olvídalo", "es"),
        ("Nu niet", "nl"),
        ("Nej", "sv"),
        ("Нет, не надо", "ru"),
        ("Nie", "pl"),
        ("いいえ", "ja"),
        ("やめて", "ja"),
        ("不用了", "zh"),
        ("아니요", "ko"),
        ("لا", "ar"),
        ("नहीं", "hi"),
        ("ไม่", "th"),
        ("No", "tlh"),
        ("No", ""),
        ("Stop", "de"),
    ],
)
def test_refuses(text: str, language: str) -> None:
    """A no is one in the language of the user, and in English."""
    assert refuses(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Yes", "en"),
        ("No problem", "en"),
        ("Why not", "en"),
        ("I know, yes", "en"),
        ("Notable, go on", "en"),
        ("Ja, kein Problem", "de"),
        ("Warum denn nicht", "de"),
        ("Ja, mach auf", "de"),
        ("Pourquoi pas", "fr"),
        ("¿Por qué no?", "es"),
        ("Waarom niet", "nl"),
        ("No tak", "pl"),
        ("没问题", "zh"),
        ("問題ない", "ja"),
        ("", "en"),
        ("Ja", "sv"),
        ("да", "ru"),
    ],
)
def test_refuses_not(text: str, language: str) -> None:
    """What agrees is no refusal, though a word in it may be."""
    assert not refuses(text, language)


@pytest.mark.parametrize(
    ("text", "language", "is_yes"),
    [
        ("Yes", "en", True),
        ("Yes, please do", "en", True),
        ("Go ahead", "en", True),
        ("Jawohl", "de", True),
        ("Sí", "es", True),
        ("Está bien", "es", True),
        ("D’accord", "fr", True),
        ("Doe maar", "nl", True),
        ("Yes and turn on the light", "en", False),
        ("Hello", "en", False),
        ("Ja", "sv", False),
        ("", "en", False),
    ],
)
def test_plain_yes(text: str, language: str, is_yes: bool) -> None:
    """A plain yes is short, and known only where the words are."""
    assert is_plain_yes(text, language) is is_yes


@pytest.mark.parametrize(
    ("text", "language", "is_else"),
    [
        ("Turn on the kitchen light", "en", True),
        ("Mach lieber das Licht in der Küche an", "de", False),
        ("Schalte lieber das Licht in der Küche ein", "de", True),
        ("Sure, and turn on the kitchen light", "en", False),
        ("Well then unlock it for me", "en", False),
        ("The front one is what I want", "en", False),
        ("Fire away", "en", False),
        ("Tänd lampan i köket nu genast", "sv", False),
    ],
)
def test_something_else(text: str, language: str, is_else: bool) -> None:
    """A longer sentence that neither agrees nor names what was asked is another."""
    assert is_about_something_else(text, language, QUESTION) is is_else


def test_agrees() -> None:
    """A word that agrees is one as a whole."""
    assert agrees("Okay then", "en")
    assert not agrees("Yesterday", "en")
    assert not agrees("Yes", "xx")
