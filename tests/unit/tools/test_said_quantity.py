"""Test which value a user asked for."""

import pytest

from custom_components.openai_compatible_conversation.tools.said_quantity import (
    said_quantity,
)
from custom_components.openai_compatible_conversation.tools.user_words import UserWords


@pytest.mark.parametrize(
    ("said", "domain", "value"),
    [
        ("Living room window to 30 percent.", "cover", 30),
        ("Living room window to 30.", "cover", 30),
        ("30 % on the bed light, please", "light", 30),
        ("Bettlicht auf 5 Prozent", "light", 5),
        ("Mets la lumière à 40 pour cent", "light", 40),
        ("Pon la luz al 40 por ciento", "light", 40),
        ("Zet het licht op 40", "light", 40),
        ("We're off to bed: 17 degrees will do for the heating", "climate", 17),
        ("Heizung auf 18,5 Grad", "climate", 18.5),
        ("Volume to 20", "media_player", 20),
    ],
)
def test_said(said: str, domain: str, value: float) -> None:
    """A number with its unit, or after "to", is the value."""
    assert said_quantity(domain, UserWords([said])) == value


@pytest.mark.parametrize(
    ("said", "domain"),
    [
        ("", "light"),
        ("Turn on the bed light", "light"),
        # A name, a time, an ordinal
        ("Lamp 2 on", "light"),
        ("Turn the light on at 7", "light"),
        ("Light on in 5 minutes", "light"),
        ("Allume la lumière à 7 heures", "light"),
        ("Schalte das Licht auf 20 Minuten", "light"),
        ("Timer to 12:30", "light"),
        # Several, relative, another scale, nothing to be done
        ("Lamp 2 to 30 percent", "light"),
        ("Bed light to 30 percent and the kitchen lights off", "light"),
        ("10 percent more light", "light"),
        ("10 Prozent heller", "light"),
        ("2 degrees warmer", "climate"),
        ("Heating to 70 degrees Fahrenheit", "climate"),
        ("Heating to 70 °F", "climate"),
        ("Not to 30 percent", "light"),
        # Another unit, and what has no value
        ("Light to 21 degrees", "light"),
        ("Heating to 50 percent", "climate"),
        ("Door to 30 percent", "lock"),
    ],
)
def test_unsaid(said: str, domain: str) -> None:
    """Other numbers are none."""
    assert said_quantity(domain, UserWords([said] if said else None)) is None
