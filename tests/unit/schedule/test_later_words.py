"""Tests of what users say of later, and of again and again."""

import pytest

from custom_components.openai_compatible_conversation.schedule.later_words import (
    asks_for_repetition,
    speaks_of_later,
)

LATER = {
    "en": [
        "Turn it off in twenty minutes",
        "turn off the light in 20 min",
        "Wake me at seven with the radio",
        "Not now, tonight",
        "Open the blinds tomorrow morning",
        "Switch the heating on at 6:30",
        "Stop it in an hour and a half",
        "Turn it on in half an hour",
        "Do that later",
        "Close them at half past nine",
    ],
    "de": [
        "Schalte es in zwanzig Minuten aus",
        "Weck mich um sieben mit dem Radio",
        "Nicht jetzt, heute Abend",
        "Mach das später",
        "Mach das Licht in einer halben Stunde aus",
        "Schalte die Heizung um 6:30 Uhr ein",
        "um halb acht bitte die Rollläden öffnen",
    ],
    "fr": [
        "Éteins-la dans vingt minutes",
        "Réveille-moi à sept heures avec la radio",
        "Pas maintenant, ce soir",
        "Allume le chauffage à 6h30",
        "Fais-le plus tard",
        "Éteins la lumière dans une demi-heure",
    ],
    "es": [
        "Apágala en veinte minutos",
        "Despiértame a las siete con la radio",
        "Ahora no, esta noche",
        "Enciende la calefacción a las 6:30",
        "Hazlo más tarde",
        "Apaga la luz dentro de media hora",
    ],
    "nl": [
        "Zet het over twintig minuten uit",
        "Maak me om zeven uur wakker met de radio",
        "Niet nu, vanavond",
        "Zet de verwarming om 6:30 aan",
        "Doe dat later",
        "Doe het licht over een half uur uit",
    ],
    "pl": ["Wyłącz światło za 20 minut", "Obudź mnie o 7"],
    None: ["20 分後に消して"],
}
NOW = {
    "en": [
        "Turn on the kitchen light",
        "Set the lamp to 30 percent",
        "Set the heating to 21 degrees",
        "Which lights are on?",
        "Play some jazz in the living room",
        "Thank you",
        "Tell me a joke",
        "Look at a picture of the garden",
    ],
    "de": [
        "Mach das Licht in der Küche an",
        "Stell die Heizung auf 21 Grad",
        "Dimme die Lampe auf 30 Prozent",
        "Welche Lichter sind an?",
        "Guten Abend",
    ],
    "fr": ["Allume la lumière de la cuisine", "Mets le chauffage à vingt degrés"],
    "es": ["Enciende la luz de la cocina", "Pon la lámpara al treinta por ciento"],
    "nl": ["Doe het licht in de keuken aan", "Zet de verwarming op 21 graden"],
    "pl": ["Włącz światło w kuchni", "Ustaw jasność na 30%", "Ustaw na 21,5 °C"],
    None: ["キッチンの電気をつけて"],
}
REPEATED = {
    "en": [
        "Turn it on every day at seven",
        "Wake me each morning",
        "Water the garden daily at six",
        "Switch it on every 20 minutes",
        "Turn it off on weekdays at nine",
        "every other day",
    ],
    "de": [
        "Schalte es jeden Tag um sieben ein",
        "Weck mich jeden Morgen",
        "täglich um acht",
        "alle 20 Minuten",
        "montags um sieben",
    ],
    "fr": [
        "Allume-la tous les jours à sept heures",
        "chaque soir",
        "toutes les heures",
    ],
    "es": ["Enciéndela todos los días a las siete", "cada noche", "cada 20 minutos"],
    "nl": [
        "Zet het elke dag om zeven uur aan",
        "iedere avond",
        "dagelijks om acht uur",
    ],
}
ONCE = {
    "en": ["Turn off every light in 20 minutes", "Wake me at seven", "all day long"],
    "de": ["Mach jede Lampe in 20 Minuten aus", "Weck mich morgen um sieben"],
    "fr": ["Éteins toutes les lumières dans vingt minutes"],
    "es": ["Apaga todas las luces en veinte minutos"],
    "nl": ["Doe elke lamp over twintig minuten uit"],
    "pl": ["Codziennie o 7"],
}


def cases(
    texts: dict[str | None, list[str]] | dict[str, list[str]],
) -> list[tuple[str | None, str]]:
    """Return the languages and texts of a table."""
    return [(language, text) for language, found in texts.items() for text in found]


@pytest.mark.parametrize(("language", "text"), cases(LATER))
def test_later(language: str | None, text: str) -> None:
    """What is to be done later is recognized."""
    assert speaks_of_later(text, language)


@pytest.mark.parametrize(("language", "text"), cases(NOW))
def test_now(language: str | None, text: str) -> None:
    """What is to be done now is not taken for later."""
    assert not speaks_of_later(text, language)


@pytest.mark.parametrize(("language", "text"), cases(REPEATED))
def test_repeated(language: str, text: str) -> None:
    """What is to be repeated is recognized, in any region."""
    assert asks_for_repetition(text, language)
    assert asks_for_repetition(text.upper(), f"{language}-XX")


@pytest.mark.parametrize(("language", "text"), [*cases(ONCE), *cases(NOW)])
def test_once(language: str | None, text: str) -> None:
    """What is to be done once is not taken for repeated."""
    assert not asks_for_repetition(text, language)
