"""Tests for the words by which somebody asks for a look."""

import pytest

from custom_components.openai_compatible_conversation.cameras.looking_words import (
    asks_to_look,
)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Who is at the door?"),
        ("en", "Who's at the front door?"),
        ("en", "Who\u2019s there?"),
        ("en", "Is anyone in the garden?"),
        ("en", "Look into the garage"),
        ("en-GB", "What do you see on the driveway camera?"),
        ("en", "Have a look whether the gate is open"),
        ("de", "Wer ist an der Tür?"),
        ("de", "Wer steht da vor der Haustür?"),
        ("de", "Schau mal nach, ob das Auto da ist"),
        ("de", "Was siehst du in der Einfahrt?"),
        ("de", "Zeig mir die Gartenkamera"),
        ("de", "Ist jemand im Garten?"),
        ("de", "Es hat geklingelt"),
        ("fr", "Qui est à la porte ?"),
        ("fr", "Regarde s'il y a une voiture dans l'allée"),
        ("fr", "Qu'est-ce que tu vois sur la caméra ?"),
        ("fr", "Y a-t-il quelqu'un dans le jardin ?"),
        ("es", "¿Quién está en la puerta?"),
        ("es", "Mira si el coche está en la entrada"),
        ("es", "¿Qué ves en la cámara?"),
        ("es", "¿Hay alguien en el jardín?"),
        ("es", "¿Quién es?"),
        ("nl", "Wie staat er aan de deur?"),
        ("nl", "Kijk eens of de auto er staat"),
        ("nl", "Wat zie je op de camera?"),
        ("nl", "Is er iemand in de tuin?"),
    ],
)
def test_look(language: str, said: str) -> None:
    """The tool is shown to who asks for what a camera sees."""
    assert asks_to_look(said, language)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Turn on the light"),
        ("en", "Is the front door locked?"),
        ("en", "Who wrote Faust?"),
        ("en", "Look up the recipe"),
        ("en", "Turn on the scam filter"),
        ("de", "Mach das Licht an"),
        ("de", "Wer hat Faust geschrieben?"),
        ("de", "Wer ist Angela Merkel?"),
        ("de", "Stell den Fernseher auf Bild im Bild"),
        ("fr", "Allume la lumière"),
        ("fr", "Quelle température fait-il ?"),
        ("fr", "Qui est le président ?"),
        ("es", "Enciende la luz"),
        ("es", "¿Cuántas veces ha llovido?"),
        ("es", "¿Quién es el presidente?"),
        ("nl", "Doe het licht aan"),
        ("nl", "Wie schreef Faust?"),
        ("sv", "Vem står vid dörren?"),
        (None, "Who is at the door?"),
        ("en", ""),
    ],
)
def test_no_look(language: str | None, said: str) -> None:
    """Nobody else pays for the tool, nor does a language whose words are not known."""
    assert not asks_to_look(said, language)
