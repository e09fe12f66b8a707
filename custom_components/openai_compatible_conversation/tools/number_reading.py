"""Numbers as small models write them: with a unit, as a share, as a word.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping
import re
from typing import Any

_NUMBER = re.compile(r"([+-]?\d{1,15}(?:[.,]\d{1,15})?)\s*(\D{0,30})", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_FRACTION = re.compile(r"(\d{1,5})\s*/\s*(\d{1,5})", re.ASCII)
_PERCENT = re.compile(r"%|percent|prozent|procent|por ?ciento|pour ?cent")
_DEGREES = re.compile(
    r"([°º]|degr[eé]e?s?|degrees?|grad|graden|grados?)?"
    r"\s*(c|f|k|celsius|fahrenheit|kelvin)?"
)
_FAHRENHEIT = re.compile(
    r"\d{1,15}\s*(?:[°º]|degrees?)?\s*f(?:ahrenheit)?", re.ASCII | re.IGNORECASE
)
_NO_PERCENTAGE = re.compile(r"temp|hour|minute|second")
_TIMES = {
    "hours": re.compile(r"h|hrs?|hours?|stunden?|std|heures?|horas?|u|uur|uren"),
    "minutes": re.compile(r"m|mins?|minut(?:e|es|en|o|os)|minuut"),
    "seconds": re.compile(
        r"s|secs?|seconds?|sek|sekunden?|secondes?|segundos?|seconden"
    ),
}
"""Units of time, by the last word of a parameter."""
_SHARES = {
    word: share
    for share, words in {
        100: "max maximum maximal maximaal maximo máximo full voll volle vol plein lleno",
        50: "half halb halbe hälfte moitié mitad helft halve",
    }.items()
    for word in words.split()
}
"""Words for a percentage. The least one is not among them: it may be off."""


def read_number(text: str, name: str) -> float | None:
    """Return the number in a text, which may have a unit that suits the parameter."""
    text = text.strip().replace("−", "-").casefold()
    found = _NUMBER.fullmatch(text)
    # What has three digits after a comma may be a thousand as well as a fraction.
    if not found or _THOUSANDS.fullmatch(found[1]):
        return None
    if (unit := found[2].strip().rstrip(".")) and not _suits(unit, name.casefold()):
        return None
    number = float(found[1].replace(",", "."))
    return int(number) if number.is_integer() else number


def read_share(value: str | float, schema: Mapping[str, Any]) -> int | None:
    """Return the percentage that a share or a word stands for: 0.5, "half".

    1 is one percent, for it is valid as it is.
    """
    if (schema.get("minimum"), schema.get("maximum")) != (0, 100):
        return None
    if isinstance(value, str):
        text = value.strip().casefold()
        if text in _SHARES:
            return _SHARES[text]
        if found := _FRACTION.fullmatch(text):
            part, whole = int(found[1]), int(found[2])
            return round(100 * part / whole) if 0 < part <= whole else None
        number = read_number(text, "")
        if number is None or not text[-1].isdigit():
            return None
        value = number
    if schema.get("type") != "integer" or not 0 < value < 1:
        return None
    return max(1, round(100 * value))


def with_unit(value: Any) -> str | None:
    """Return the text of an object that holds a number and its unit."""
    match value:
        case {"value": int() | float() | str() as number, "unit": str(unit)}:
            return f"{number} {unit}"
    return None


def has_fahrenheit(value: Any) -> bool:
    """Return whether a value is written with a unit that the house may not have."""
    text = value if isinstance(value, str) else with_unit(value)
    return bool(text and _FAHRENHEIT.fullmatch(text.strip()))


def _suits(unit: str, name: str) -> bool:
    """Return whether a unit is the one of a parameter, as far as its name tells.

    "5 hours" are no minutes, "5k" is no 5.
    """
    if _PERCENT.fullmatch(unit):
        return not _NO_PERCENTAGE.search(name)
    if found := _DEGREES.fullmatch(unit):
        return bool(found[1]) or "temp" in name
    word = re.split(r"[\W_]+", name)[-1]
    if (times := _TIMES.get(word)) and times.fullmatch(unit):
        return True
    return f"{word}s".startswith(unit)
