"""Tests of what is to be kept from somebody."""

import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import (
    Category,
    Fact,
)
from custom_components.openai_compatible_conversation.memory.facts.secrets import (
    asks_not_to_tell,
    is_kept_from,
    is_secret,
)

NOW = "2026-11-20T10:00:00+00:00"
BIKE = "I bought Tom a bike, don't tell him"


def fact(
    quote: str = "", value: str = "a bike", subject: str = "", told_by: str = ""
) -> Fact:
    """Return a fact."""
    return Fact(
        Category.PREFERENCES,
        "present",
        value,
        "told",
        NOW,
        NOW,
        subject=subject,
        told_by=told_by,
        quote=quote,
    )


@pytest.mark.parametrize(
    "words",
    [
        BIKE,
        "I bought Tom a bike, don’t tell him!",
        "Tom gets a bike but do not tell Tom",
        "Never mention the bike to Tom",
        "We bought a bike. Don't let him find out.",
        "Tom must not know about the bike",
        "Tom isn't supposed to know about the bike",
        "The bike is in the cellar, it's a surprise for Tom",
        "Keep it a secret: Lisa is pregnant",
        "There is a surprise party for Tom on Sunday",
        "This stays between us: Tom gets a bike",
        "Ich habe Tom ein Fahrrad gekauft, sag es ihm nicht",
        "Tom bekommt ein Fahrrad, aber verrat ihm nichts",
        "Tom darf von dem Fahrrad nichts wissen",
        "Tom soll das noch nicht erfahren",
        "Das Fahrrad ist eine Überraschung für Tom",
        "Das bleibt unter uns, Tom bekommt ein Fahrrad",
        "Bitte niemandem sagen: Lisa ist schwanger",
        "J'ai acheté un vélo à Tom, ne lui dis rien",
        "Ne le dis pas à Tom, il reçoit un vélo",
        "Le vélo est une surprise pour Tom",
        "Tom ne doit pas le savoir",
        "C'est un secret entre nous",
        "Le compré una bici a Tom, no se lo digas",
        "No le digas nada a Tom de la bici",
        "La bici es una sorpresa para Tom",
        "Tom no puede saberlo",
        "Ik heb een fiets voor Tom gekocht, zeg het hem niet",
        "Vertel Tom niets over de fiets",
        "Tom mag het niet weten",
        "De fiets is een verrassing voor Tom",
    ],
)
def test_secret(words: str) -> None:
    """What somebody must not be told is a secret, in five languages."""
    assert asks_not_to_tell(words)
    assert is_secret(fact(quote=words))
    assert is_secret(fact(value=words))


@pytest.mark.parametrize(
    "words",
    [
        "I bought Tom a bike",
        "Don't tell me the weather in the morning",
        "My secret ingredient is nutmeg",
        "Tell Tom that the bike is in the cellar",
        "Don't forget that Tom has a bike",
        "I don't know where the bike is",
        "Ich habe Tom ein Fahrrad gekauft",
        "Sag mir morgens nicht das Wetter",
        "Tom isst nichts Süßes",
        "J'ai acheté un vélo à Tom",
        "Tom ne mange pas de poisson",
        "Le compré una bici a Tom",
        "A Tom no le gusta el pescado",
        "Ik heb een fiets voor Tom gekocht",
        "Tom lust geen vis",
        "トムに自転車を買いました",
        "",
    ],
)
def test_no_secret(words: str) -> None:
    """What may be told is none."""
    assert not asks_not_to_tell(words)
    assert not is_secret(fact(quote=words))


@pytest.mark.parametrize(
    ("told", "speaker", "kept"),
    [
        (fact(BIKE, subject="Tom", told_by="Ann"), "Tom", True),
        (fact(BIKE, subject="Tom", told_by="Ann"), "Tom Smith", True),
        (fact(BIKE, subject="Tom", told_by="Ann"), "Ann", False),
        (fact(BIKE, subject="Tom", told_by="Ann"), "Lisa", False),
        (fact(BIKE, subject="Tom", told_by="Ann"), "", False),
        (fact(BIKE, subject="Tom"), "Tom", True),
        # Another one who is named in it
        (fact("Tom gets a bike, don't tell Lisa", subject="Tom"), "Lisa", True),
        # Whom it is kept from is not known
        (fact("A bike for my brother, don't tell him", told_by="Ann"), "Tom", True),
        (
            fact("I got him a bike, don't tell him", subject="Ann", told_by="Ann"),
            "Tom",
            True,
        ),
        (fact("A bike, don't tell him", subject="Ann", told_by="Ann"), "Ann", False),
        # No secret
        (fact("I bought Tom a bike", subject="Tom", told_by="Ann"), "Tom", False),
    ],
)
def test_kept_from(told: Fact, speaker: str, *, kept: bool) -> None:
    """A secret is kept from whom it is about, and told to who told it."""
    assert is_kept_from(told, speaker) is kept
