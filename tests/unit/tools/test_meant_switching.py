"""Test which way a user asked to switch something."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.tools.meant_switching import (
    TURN_OFF,
    TURN_ON,
    meant_switching,
)
from custom_components.openai_compatible_conversation.tools.user_words import UserWords

LIGHT_SET = "HassLightSet"


@pytest.mark.parametrize(
    "said",
    [
        "Turn the kitchen lights off",
        "Kitchen light off, please.",
        "Lights out in here, please.",
        "Schalte das Licht in der Küche aus",
        "Küchenlicht bitte ausschalten",
        "Küchenlicht aus!",
        "Éteins la lumière de la cuisine",
        "Tu peux éteindre la cuisine ?",
        "Apaga la luz de la cocina",
        "Doe het licht in de keuken uit",
        "Keukenlicht uit",
    ],
)
def test_off(said: str) -> None:
    """Who wants it off does not want it on, in whatever language they say it."""
    words = UserWords([said])
    for domain in ("light", ""):
        assert meant_switching(TURN_ON, {}, domain, words) == TURN_OFF
        assert meant_switching(TURN_OFF, {}, domain, words) is None
    # The model repeats the state that it was told.
    assert meant_switching(LIGHT_SET, {"brightness": 70}, "light", words) == TURN_OFF


@pytest.mark.parametrize(
    "said",
    [
        "Switch the fan on",
        "Fan on",
        "Mach den Ventilator an",
        "Ventilator einschalten",
        "Allume le ventilateur",
        "Enciende el ventilador",
        "Zet de ventilator aan",
    ],
)
def test_on(said: str) -> None:
    """Who wants it on does not want it off."""
    words = UserWords([said])
    assert meant_switching(TURN_OFF, {}, "fan", words) == TURN_ON
    assert meant_switching(TURN_ON, {}, "fan", words) is None
    # With a speed it is on.
    assert meant_switching("HassFanSetSpeed", {"percentage": 5}, "fan", words) is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Close the blinds", TURN_OFF),
        ("Mach die Rollos zu", TURN_OFF),
        ("Fahr die Jalousie im Schlafzimmer runter", TURN_OFF),
        ("Ferme les volets", TURN_OFF),
        ("Baja la persiana", TURN_OFF),
        ("Rolluik dicht", TURN_OFF),
        ("Open the blinds", TURN_ON),
        ("Rollladen hoch", TURN_ON),
        ("Ouvre le volet", TURN_ON),
        ("Sube la persiana", TURN_ON),
        ("Doe het rolluik open", TURN_ON),
    ],
)
def test_cover(said: str, meant: str) -> None:
    """What opens and closes is not spoken of as on and off."""
    words = UserWords([said])
    (other,) = {TURN_ON, TURN_OFF} - {meant}
    assert meant_switching(other, {}, "cover", words) == meant
    assert meant_switching("HassStopMoving", {}, "cover", words) == meant
    assert meant_switching(meant, {}, "cover", words) is None
    # Only the opposite end is clearly wrong: "close it a little" is a position.
    ends = {TURN_ON: 0, TURN_OFF: 100}
    for position in (0, 30, 100, "100", None):
        call = {"position": position}
        is_opposite = str(position) == str(ends[meant])
        expected = meant if is_opposite else None
        assert meant_switching("HassSetPosition", call, "cover", words) == expected
    assert meant_switching("HassSetPosition", {"position": 100}, "fan", words) is None


def test_position_that_was_said() -> None:
    """The end that was said is meant, whatever word comes with it."""
    words = UserWords(["Close the blind to position 100"])
    assert meant_switching("HassSetPosition", {"position": 100}, "cover", words) is None


@pytest.mark.parametrize(
    ("said", "name", "meant"),
    [
        ("It's pouring outside, shut the window.", "Living Room Window", TURN_OFF),
        ("Es regnet. Mach das Fenster zu!", "Fenster", TURN_OFF),
        ("Close the window and light the candle", "Candle", None),
        ("Close the window, then close the blind", "Blind", None),
    ],
)
def test_several_wishes(said: str, name: str, meant: str | None) -> None:
    """Of several sentences, the one counts that names the thing."""
    words = UserWords([said])
    assert meant_switching(TURN_ON, {}, "cover", words, name) == meant


@pytest.mark.parametrize(
    ("said", "intent_type", "domain", "arguments"),
    [
        # Both ways, or none
        ("Turn the light on and the fan off", TURN_OFF, "light", {}),
        ("Heat the den to 20, and lights off", TURN_ON, "climate", {}),
        ("Zet de verwarming op 20 en doe het licht uit", TURN_ON, "climate", {}),
        ("Light the kitchen", TURN_OFF, "light", {}),
        ("Which of the lights are on?", TURN_OFF, "light", {}),
        ("", TURN_OFF, "light", {}),
        ("Stop closing the blind", "HassStopMoving", "cover", {}),
        # Not to be done
        ("Don't turn the light off", TURN_ON, "light", {}),
        ("Das Licht nicht ausschalten", TURN_ON, "light", {}),
        ("N'éteins pas la lumière", TURN_ON, "light", {}),
        ("No apagues la luz", TURN_ON, "light", {}),
        ("Laat het licht niet uit", TURN_ON, "light", {}),
        # What lets somebody in
        ("Turn the lock off", TURN_ON, "lock", {}),
        ("Turn the alarm off", TURN_ON, "alarm_control_panel", {}),
        # With a value that was said
        ("Turn off all but 20 percent", LIGHT_SET, "light", {"brightness": "20"}),
        ("Turn the blue off", LIGHT_SET, "light", {"color": "red"}),
        # Another kind of intent
        ("Turn the radio off", "HassMediaPause", "media_player", {}),
    ],
)
def test_unclear(
    said: str, intent_type: str, domain: str, arguments: dict[str, Any]
) -> None:
    """What is not clear is left as it was called."""
    words = UserWords([said] if said else None)
    assert meant_switching(intent_type, arguments, domain, words) is None
