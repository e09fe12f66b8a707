"""Tests of what is only a question."""

import pytest

from custom_components.openai_compatible_conversation.tools.questions import is_question

QUESTIONS = {
    "en": [
        "Is the front door locked?",
        "did I leave the garage door open, or is it closed?",
        "What's on my shopping list?",
        "How warm is it in the bedroom",
        "And are all the windows closed?",
        "How long does my timer have left?",
        "Who opened the door?",
    ],
    "de": [
        "Ist die Haustür abgeschlossen?",
        "Wie warm ist es im Schlafzimmer?",
        "Habe ich das Garagentor offen gelassen?",
        "Steht das Fenster offen?",
        "Weißt du, was auf der Liste steht?",
    ],
    "fr": [
        "Est-ce que la porte est fermée ?",
        "La porte du garage est-elle ouverte ?",
        "Quelle température fait-il dehors ?",
        "Y a-t-il du lait sur la liste ?",
    ],
    "es": [
        "¿Está cerrada la puerta?",
        "¿Qué temperatura hace fuera?",
        "¿Cuánto queda del temporizador?",
    ],
    "nl": [
        "Is de voordeur op slot?",
        "Staat het raam open?",
        "Hoe warm is het buiten?",
        "Heb ik het licht aan gelaten?",
    ],
}
REQUESTS = {
    "en": [
        "Turn on the light",
        "Can you turn on the light?",
        "Could we have some light in here?",
        "Would you mind closing the blind?",
        "Is it possible to turn on the fan?",
        "Is the light on? Turn it off.",
        "Is it dark in here; lights on",
        "How about some light?",
        "What if you turned the heating up?",
        "Do the dishes: start the dishwasher",
        "It is dark in here",
        "Isolate the garage",
        "",
    ],
    "de": [
        "Kannst du das Licht anmachen?",
        "Machst du bitte das Licht an?",
        "Ist es möglich, das Licht anzumachen?",
        "Wie wäre es mit Licht?",
        "Was hältst du von etwas Licht?",
        "Es ist dunkel",
    ],
    "fr": ["Peux-tu allumer la lumière ?", "Il fait sombre", "Est-ce que tu peux fermer ?"],
    "es": ["¿Puedes encender la luz?", "Está oscuro, enciende la luz"],
    "nl": ["Kun je het licht aandoen?", "Wat dacht je van wat licht?", "Zet het licht aan"],
    "xx": ["Is the front door locked?"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text"),
    [(language, text) for language, texts in QUESTIONS.items() for text in texts],
)
def test_question(language: str, text: str) -> None:
    assert is_question(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [(language, text) for language, texts in REQUESTS.items() for text in texts],
)
def test_request(language: str, text: str) -> None:
    """What may ask for something to be done is no question."""
    assert not is_question(text, language)
