"""The time for which a user asks for something, where they say it outright.

A small model does at once what it is asked to do later. A delay and a time of day are
understood, in digits and in words; "later" and "when it gets dark" are not.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
import re

from .number_words import NUMBERS

_HALF_DAY = 12

_UNITS = {
    "sec": timedelta(seconds=1),
    "sek": timedelta(seconds=1),
    "seg": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "hou": timedelta(hours=1),
    "stu": timedelta(hours=1),
    "heu": timedelta(hours=1),
    "hor": timedelta(hours=1),
    "uur": timedelta(hours=1),
    "ure": timedelta(hours=1),
}
"""Units of time by their first three letters, in all languages."""

_DELAYS = {
    "en": r"\b(?:in|after) (?:about )?(?:{n} (?P<unit>sec\w*|min\w*|hours?)(?P<half> and a half)?"
    r"|(?P<half_hour>half an hour)|(?P<quarter>a quarter of an hour))\b",
    "de": r"\bin (?:etwa )?(?:{n} (?P<unit>sek\w*|min\w*|stunden?)|(?P<half_hour>einer halben stunde)"
    r"|(?P<quarter>einer viertelstunde))\b",
    "fr": r"\bdans (?:environ )?(?:{n} (?P<unit>sec\w*|min\w*|heures?)(?P<half> et demie)?"
    r"|(?P<half_hour>une demi[- ]heure)|(?P<quarter>un quart d['’]heure))\b",
    "es": r"\b(?:en|dentro de) (?:unos )?(?:{n} (?P<unit>seg\w*|min\w*|horas?)(?P<half> y media)?"
    r"|(?P<half_hour>media hora)|(?P<quarter>un cuarto de hora))\b",
    "nl": r"\bover (?:ongeveer )?(?:{n} (?P<unit>sec\w*|min\w*|uur|uren)|(?P<half_hour>een half ?uur)"
    r"|(?P<quarter>een kwartier))\b",
}
_CLOCKS = {
    "en": r"\bat (?:about )?(?:(?P<past>half|(?:a )?quarter) past {n}|(?P<to>(?:a )?quarter) to {n2}"
    r"|(?P<noon>noon)|(?P<midnight>midnight)|{h}(?:[:.](?P<minute>\d\d))?"
    r"(?P<sure> ?(?:[ap]\.? ?m\b\.?|o['’]?clock))?)(?![\w%°]| ?%| per| deg)",
    "de": r"\bum (?:(?P<before>halb) {n}|(?P<past>viertel) nach {n2}|(?P<to>viertel) vor {n3}"
    r"|{h}(?:[:.](?P<minute>\d\d))?(?P<sure> uhr(?: (?P<minute2>\d\d))?)?)(?![\w%°]| ?%| pro| gra)",
    "fr": r"\bà (?:(?P<noon>midi)|(?P<midnight>minuit)|{h}(?P<sure> ?(?:h(?![a-z])|heures?\b))? ?(?P<minute>\d\d)?"
    r"(?: et (?P<past>demie|quart)| moins (?P<to>le quart))?)(?![\w%°]| ?%| pou| deg)",
    "es": r"\ba las? {h}(?:[:.](?P<minute>\d\d))?(?: y (?P<past>media|cuarto)| menos (?P<to>cuarto))?"
    r"(?P<sure> de la (?:mañana|tarde|noche))?(?![\w%°]| ?%| por| gra)",
    "nl": r"\bom (?:(?P<before>half) {n}|(?P<past>kwart) over {n2}|(?P<to>kwart) voor {n3}"
    r"|{h}(?:[:.](?P<minute>\d\d))?(?P<sure> uur)?)(?![\w%°]| ?%| pro| gra)",
}
_LATE = re.compile(
    r"\bp\.? ?m\b|tonight|evening|afternoon|abend|nachmittag|ce soir|du soir|après-midi"
    r"|noche|tarde|avond|middag"
)
_EARLY = re.compile(r"\ba\.? ?m\b|\bmorning|du matin|de la mañana|ochtend|morgens|früh")
_TOMORROW = re.compile(r"\btomorrow|\bmorgen\b|\bdemain|(?<!la )\bmañana")


@dataclass(frozen=True, slots=True)
class SaidTime:
    """A time that a user said."""

    argument: dict[str, float | str]
    """The argument of `schedule_action` for it: `in_minutes`, or `at` in local time."""
    is_certain: bool
    """Whether it can be nothing else; a bare number may also be a level."""


def said_time(text: str, language: str | None, now: datetime) -> SaidTime | None:
    """Return the next such time that a user said, None if there is none or several.

    `now` has the time zone of the home.
    """
    key = re.split("[-_]", language or "", maxsplit=1)[0].casefold()
    if key not in _DELAYS:
        return None
    text = " ".join(text.casefold().split())
    delays = list(_pattern(_DELAYS[key], key).finditer(text))
    clocks = list(_pattern(_CLOCKS[key], key).finditer(text))
    if len(delays) + len(clocks) != 1:
        return None
    if delays:
        minutes = _delay(delays[0], key).total_seconds() / 60
        return SaidTime({"in_minutes": minutes}, is_certain=True) if minutes else None
    return _clock(clocks[0], key, text, now)


def _pattern(template: str, key: str) -> re.Pattern[str]:
    """Return the pattern of a language with the words for its numbers."""
    words = "|".join(sorted(NUMBERS[key], key=len, reverse=True))
    numbers = {
        name: rf"(?P<{name}>\d{{1,3}}|{words})" for name in ("n", "n2", "n3", "h")
    }
    return re.compile(template.format(**numbers))


def _number(found: re.Match[str], key: str, *names: str) -> int | None:
    """Return the first number of a match."""
    groups = found.groupdict()
    word = next((groups[name] for name in names if groups.get(name)), None)
    if word is None:
        return None
    return int(word) if word.isdecimal() else NUMBERS[key][word]


def _delay(found: re.Match[str], key: str) -> timedelta:
    """Return a delay that was said."""
    groups = found.groupdict()
    if groups["half_hour"] or groups["quarter"]:
        return timedelta(minutes=30 if groups["half_hour"] else 15)
    unit = _UNITS[groups["unit"][:3]]
    count = _number(found, key, "n") or 0
    return unit * (count + (0.5 if groups.get("half") else 0))


def _clock(found: re.Match[str], key: str, text: str, now: datetime) -> SaidTime | None:
    """Return the next time of day that was said, None if there is no such time."""
    groups = found.groupdict()
    minute = int(groups.get("minute") or groups.get("minute2") or 0)
    is_certain = bool(groups.get("minute") or groups.get("sure"))
    hour = _number(found, key, "n", "n2", "n3", "h")
    if groups.get("noon") or groups.get("midnight"):
        hour, is_certain = (12 if groups.get("noon") else 0), True
    if hour is None:
        return None
    offset = 0
    if groups.get("before"):
        offset = -30
    elif part := groups.get("past") or groups.get("to"):
        length = 30 if part in ("half", "demie", "media") else 15
        offset = -length if groups.get("to") else length
    if hour > 24 or minute > 59:
        return None
    is_open = 0 < hour <= _HALF_DAY and not groups.get("noon")
    hours = [hour % 24]
    if is_open:
        hour %= _HALF_DAY
        late, early = bool(_LATE.search(text)), bool(_EARLY.search(text))
        is_early = early or (bool(_TOMORROW.search(text)) and not late)
        # Nobody says of a level that it is for tonight.
        is_certain |= late or is_early
        hours = (
            [hour + _HALF_DAY] if late else [hour] if is_early else [hour, hour + 12]
        )
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first = 1 if _TOMORROW.search(text) else 0
    times = [
        day.replace(hour=hour) + timedelta(days=days, minutes=minute + offset)
        for days in range(first, first + 3)
        for hour in hours
    ]
    at = min(time for time in times if time > now)
    # What the clocks skip or show twice is up to the reader.
    text = at.replace(tzinfo=None).isoformat(timespec="minutes")
    return SaidTime({"at": text}, is_certain=is_certain or bool(offset))
