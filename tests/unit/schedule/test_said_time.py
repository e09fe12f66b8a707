"""Test the time for which a user asks for something."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.schedule.later_words import (
    speaks_of_later,
)
from custom_components.openai_compatible_conversation.schedule.said_time import (
    said_time,
)

NOW = datetime(2026, 11, 30, 19, 46, tzinfo=ZoneInfo("Europe/Brussels"))


@pytest.mark.parametrize(
    ("language", "text", "minutes"),
    [
        ("en", "Turn off the ceiling lights in twenty minutes.", 20),
        ("en", "In 5 minutes, lights off", 5),
        ("en", "In an hour and a half turn the heating off", 90),
        ("en", "Fan off in half an hour", 30),
        ("en", "Lights out in 30 seconds", 0.5),
        ("en-GB", "after a quarter of an hour close the blind", 15),
        ("de", "Mach das Licht in zwanzig Minuten aus", 20),
        ("de", "Licht in einer halben Stunde aus", 30),
        ("de", "Schalte in einer Stunde den Ventilator aus", 60),
        ("fr", "Éteins la lumière dans dix minutes", 10),
        ("fr", "dans une demi-heure, ferme le volet", 30),
        ("es", "Apaga la luz dentro de quince minutos", 15),
        ("es", "Apaga la luz en una hora y media", 90),
        ("nl", "Doe het licht over tien minuten uit", 10),
        ("nl", "over een half uur mag de lamp uit", 30),
    ],
)
def test_delay(language: str, text: str, minutes: float) -> None:
    """A delay is understood in digits and in words."""
    found = said_time(text, language, NOW)
    assert found
    assert found.argument == {"in_minutes": minutes}
    assert found.is_certain
    assert speaks_of_later(text, language)


@pytest.mark.parametrize(
    ("language", "text", "at", "is_certain"),
    [
        ("en", "Turn the ceiling fan on at eleven pm.", "2026-11-30T23:00", True),
        ("en", "Lights on at 7", "2026-12-01T07:00", False),
        ("en", "Lights on at 8", "2026-11-30T20:00", False),
        ("en", "Lights on at 7:30", "2026-12-01T07:30", True),
        ("en", "Lights on at 19:46", "2026-12-01T19:46", True),
        ("en", "at half past nine tonight, set the bed light", "2026-11-30T21:30", True),
        ("en", "blinds up tomorrow at quarter to eight", "2026-12-01T07:45", True),
        ("en", "lights off at 8 in the evening tomorrow", "2026-12-01T20:00", True),
        ("en", "heat pump to 18 degrees at ten tonight", "2026-11-30T22:00", True),
        ("de", "Heizung heute Abend um zehn auf 18 Grad", "2026-11-30T22:00", True),
        ("en", "ceiling lights at 20 tonight", "2026-11-30T20:00", False),
        ("en", "heating off at noon", "2026-12-01T12:00", True),
        ("en", "heating off at midnight", "2026-12-01T00:00", True),
        ("en", "heating off at a quarter to twelve", "2026-11-30T23:45", True),
        ("en", "lights on at 7 a.m.", "2026-12-01T07:00", True),
        ("de", "Schalte das Licht um halb acht an", "2026-12-01T07:30", True),
        ("de", "Licht um 22 Uhr aus", "2026-11-30T22:00", True),
        ("de", "Licht um 22 Uhr 15 aus", "2026-11-30T22:15", True),
        ("de", "Rollo morgen um viertel nach sieben hoch", "2026-12-01T07:15", True),
        ("fr", "Allume la lampe à 21h30", "2026-11-30T21:30", True),
        ("fr", "Ferme le volet à neuf heures et demie du soir", "2026-11-30T21:30", True),
        ("fr", "Éteins tout à minuit", "2026-12-01T00:00", True),
        ("es", "Apaga la luz a las diez y media de la noche", "2026-11-30T22:30", True),
        ("es", "Enciende la luz mañana a las 7", "2026-12-01T07:00", True),
        ("nl", "Doe het licht om half elf uit", "2026-11-30T22:30", True),
        ("nl", "Rolluik morgen om 8 uur omhoog", "2026-12-01T08:00", True),
    ],
)  # fmt: skip
def test_clock(language: str, text: str, at: str, is_certain: bool) -> None:
    """A time of day is the next one, in the half of the day that was said."""
    found = said_time(text, language, NOW)
    assert found
    assert found.argument == {"at": at}
    assert found.is_certain is is_certain
    assert speaks_of_later(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", ""),
        ("en", "Turn off the light later"),
        ("en", "Turn off the light tonight"),
        ("en", "Ceiling lights at 40 percent"),
        ("en", "Ceiling lights at 40%"),
        ("en", "Set the light at half"),
        ("en", "Lights on at 99"),
        ("en", "Lights on at 7:75"),
        ("en", "Lights on at 7 and off at 8"),
        ("en", "Lights off in 0 minutes"),
        ("en", "The light in the kitchen"),
        ("de", "Heizung um 2 Grad höher"),
        ("de", "Die Lampe um 10 Prozent dunkler"),
        ("fr", "Mets la lumière à 40 %"),
        ("fr", "Mets la lumière à quarante pour cent"),
        ("es", "Pon la luz a las doscientas"),
        ("it", "Spegni la luce tra 20 minuti"),
    ],
)
def test_no_time(language: str, text: str) -> None:
    """What is a level, or no certain time, is none."""
    assert said_time(text, language, NOW) is None


@given(st.text(max_size=60), st.sampled_from(["de", "en", "es", "fr", "nl", None]))
def test_any_text(text: str, language: str | None) -> None:
    """No text raises, and no time is past."""
    for said in (
        text,
        f"at {text}",
        f"in {text} minutes",
        f"um {text} uhr",
        f"à {text}",
    ):
        found = said_time(said, language, NOW)
        if found and "at" in found.argument:
            assert str(found.argument["at"]) > "2026-11-30T19:46"
