"""Tests for the words by which somebody asks for the past."""

import pytest

from custom_components.openai_compatible_conversation.history.past_words import (
    asks_for_past,
)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "When did somebody open the front door?"),
        ("en", "How warm was it last night?"),
        ("en-GB", "For how long has the heating been on today?"),
        ("en", "How often was the window opened this week?"),
        ("de", "Wann hat jemand die Haustür geöffnet?"),
        ("de", "Wie lange war die Heizung gestern an?"),
        ("de", "Seit wann ist das Fenster offen?"),
        ("fr", "Quand est-ce que la porte a été ouverte pour la dernière fois ?"),
        ("fr", "Depuis quand la fenêtre est-elle ouverte ?"),
        ("es", "¿Cuándo se abrió la puerta?"),
        ("es", "¿Qué temperatura hizo anoche?"),
        ("nl", "Wanneer is de voordeur opengegaan?"),
        ("nl", "Hoe warm was het vannacht?"),
    ],
)
def test_past(language: str, said: str) -> None:
    """The tool is shown to who asks for what was."""
    assert asks_for_past(said, language)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Turn on the light"),
        ("en", "Is the front door open?"),
        ("en", "Set a timer for ten minutes"),
        ("de", "Mach das Licht an"),
        ("de", "Wie warm ist es draußen?"),
        ("fr", "Allume la lumière"),
        ("es", "Apaga la luz de la cocina"),
        ("nl", "Doe de lampen uit"),
        ("ja", "昨日の気温は？"),
        (None, "When did it rain?"),
        ("en", ""),
    ],
)
def test_present(language: str | None, said: str) -> None:
    """Nothing is shown to who speaks of now, or in another language."""
    assert not asks_for_past(said, language)
