"""The percentage or the temperature that the user asked for.

A model of half a billion parameters sets what it was told the value is, or just turns
on what is to be set to 30 percent.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

import re

from .meant_words import NEGATED, POLITE, SEVERAL
from .user_words import UserWords

QUANTITIES = {
    "climate": ("HassClimateSetTemperature", "temperature"),
    "cover": ("HassSetPosition", "position"),
    "fan": ("HassFanSetSpeed", "percentage"),
    "light": ("HassLightSet", "brightness"),
    "media_player": ("HassSetVolume", "volume_level"),
}
"""The intent that sets the main quantity of a domain, and its parameter."""

_NUMBER = re.compile(
    r"(?P<to>\b(?:to|auf|à|al?|op) )?(?<![\w.,:])(?P<number>\d{1,3}(?:[.,]\d)?)(?![\d:])"
    r"\s*(?P<unit>[^\W\d]+|[%°])?",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    r"%|p(?:er)?c(?:en)?t|percent|prozent|pour|por|procent", re.IGNORECASE
)
_DEGREES = re.compile(r"°|deg|grad", re.IGNORECASE)
_TIME = re.compile(
    r"(?:min|sec|sek|seg|hour|hora|heure|stund|std|uur|uhr|uren|o|am|pm|h|u|day|tag)"
    r"(?:\w{3,})?s?|\w*(?:minut|second|sekund|stunde|hour)\w*",
    re.IGNORECASE,
)
_SCALE = re.compile(r"\b(?:fahrenheit|celsius|kelvin|[fck])\b", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:more|less|by|another|(?:warm|cool|cold|hott|bright|dark|dimm|loud|quiet|high"
    r"|low|fast|slow|clos)er|um|mehr|weniger|wärmer|kälter|kühler|heller|dunkler|lauter"
    r"|leiser|höher|tiefer|niedriger|plus|moins|davantage|más|menos|sube|baja|meer"
    r"|minder|warmer|kouder|helderder|harder|zachter|hoger|lager)\b",
    re.IGNORECASE,
)


def said_quantity(domain: str, said: UserWords) -> float | None:
    """Return the value that the user asked for, for an entity of a domain.

    None if they said no number with a unit or after a word such as "to", several, or
    how much it is to be more or less. The scale of a temperature is the home's.
    """
    text = POLITE.sub("", said.last)
    found = list(_NUMBER.finditer(text))
    if domain not in QUANTITIES or len(found) != 1:
        return None
    if any(p.search(text) for p in (NEGATED, SEVERAL, _RELATIVE, _SCALE)):
        return None
    unit, is_target = found[0]["unit"] or "", found[0]["to"] is not None
    pattern, other = (
        (_DEGREES, _PERCENT) if domain == "climate" else (_PERCENT, _DEGREES)
    )
    if not pattern.match(unit) and (
        not is_target or other.match(unit) or _TIME.fullmatch(unit)
    ):
        return None
    number = float(found[0]["number"].replace(",", "."))
    return int(number) if number.is_integer() else number
