"""The intent that is meant by a tool that a model invents, or by a quantity.

A model of half a billion parameters calls `set_ceiling_light_brightness` or `turn_on`,
of which there is no tool, and turns a heat pump on with a temperature. What it is
directed at and the words of its name tell what it means.

The words are English: models name tools so, whatever is spoken. Does not depend on
Home Assistant.
"""

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import Any

from .meant_switching import TURN_OFF, TURN_ON, meant_switching, said_switching
from .meant_words import POWER
from .number_reading import read_number
from .said_quantity import QUANTITIES, said_quantity
from .target_names import kind_of
from .targets import Entity
from .user_words import UserWords
from .value_repair import folded

READ = "GetLiveContext"
"""The tool that reads states, without its namespace."""

WEATHER = "get_weather"
"""The tool that tells the weather."""

_ON, _OFF = TURN_ON, TURN_OFF
_TARGET_KEY = re.compile(
    r"name|(?:target)?(?:entity|entities|device|devices|target|targets|light|lights)"
    r"(?:ids?|names?)?"
)
_QUANTITY_KEYS = {
    "climate": r"temp|setpoint|degree",
    "cover": "position|level",
    "fan": "speed|level",
    "light": "bright|level|dim",
    "media_player": "volume|level",
}
"""How the keys of the main quantity of a domain are called."""
_SHARE_KEY = re.compile(r".*(?:percent|pct).*")
_TEMPERATURES = range(5, 36)
"""Temperatures, in °C, that a share may be read as."""
_MOST = 100
_MIN_KELVIN = 1000
"""From this number on, the quantity of a light is the temperature of its colour."""
_VALUE_KEY = re.compile(r"(?:new|target)?value|amount|intensity|state|setting")
_ON_WORDS = re.compile(
    r"\b(?:on|an|ein|einschalten|anschalten|anmachen|allume\w*|enciend\w*|encender|aan"
    r"|aanzetten)\b",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_PLACE_KEY = re.compile(r"area|room|location|place|zone")
_KIND_KEYS = (
    re.compile("domain"),
    re.compile("deviceclass|kind|(?:device)?type|device"),
)
"""The kind of devices; small models list all classes that there are."""
_COLOUR_KEY = re.compile(r"colou?r(?:name)?")
_WORDS = {
    "climate": {_ON: "on start enable activate heat", _OFF: "off stop disable"},
    "cover": {_ON: "open raise up on", _OFF: "close shut lower down off"},
    # A name that has both, such as `lock.unlock`, is that of the other.
    "lock": {_OFF: "unlock open off", _ON: "lock close on secure"},
    "media_player": {
        "HassMediaPause": "pause stop",
        "HassMediaUnpause": "play resume unpause continue",
        "HassMediaNext": "next skip",
        "HassMediaPrevious": "previous back",
        "HassMediaPlayerUnmute": "unmute",
        "HassMediaPlayerMute": "mute",
        _ON: "on",
        _OFF: "off",
    },
}
"""The intents for entities of a domain, and the words that stand for them in a name."""
_DEFAULT = {
    _ON: "on enable activate start run",
    _OFF: "off out disable deactivate stop kill",
}
_READING = frozenset(
    {"get", "check", "query", "read", "fetch", "state", "status", "is"}
)
_SETTING = frozenset(
    {
        *("set", "change", "adjust", "dim", "brighten", "update", "increase"),
        *("decrease", "control", "make"),
    }
)


def target_of(arguments: Mapping[str, Any]) -> str | None:
    """Return the name of what a call is directed at, None if it has none."""
    for value in _values(arguments, _TARGET_KEY):
        match value:
            case str(text) | [str(text)] if text:
                return text
    return None


def kind_in_place(
    tool: str, arguments: Mapping[str, Any], entities: Iterable[Entity]
) -> dict[str, str] | None:
    """Return the area and the domain that a call is for, None if that is unclear.

    The kind of devices stands in the name of the tool or is an argument.
    """
    entities = list(entities)
    places = {
        entity.area.names[0]
        for entity in entities
        for text in _texts(_values(arguments, _PLACE_KEY))
        if entity.area and entity.area.is_named(text)
    }
    known = {entity.domain for entity in entities}
    kinds: set[str] = set()
    for texts in (
        _NAME_WORD.findall(tool),
        *(_texts(_values(arguments, keys)) for keys in _KIND_KEYS),
    ):
        found = [text.casefold() for text in texts]
        kinds = known.intersection(found) | {
            kind[0] for text in found if (kind := kind_of((text,)))
        }
        if kinds:
            break
    if len(places) != 1 or len(kinds) != 1:
        return None
    return {"area": places.pop(), "domain": kinds.pop()}


def invented_call(
    tool: str, arguments: Mapping[str, Any], domain: str, said: UserWords
) -> tuple[str, dict[str, Any]] | None:
    """Return the intent that is meant by a tool that does not exist, None if unclear.

    `domain` is that of the entity at which the call is directed. Of the arguments, only
    those beside its name that matter are returned.
    """
    meant = _invented_call(tool, arguments, domain, said)
    if meant and (other := meant_switching(meant[0], meant[1], domain, said)):
        return other, {}
    return meant


def _invented_call(
    tool: str, arguments: Mapping[str, Any], domain: str, said: UserWords
) -> tuple[str, dict[str, Any]] | None:
    """Return the intent that a tool and its arguments stand for."""
    if domain == "weather":
        forecast = arguments.get("forecast")
        return WEATHER, ({"forecast": forecast} if isinstance(forecast, str) else {})
    words = {word.casefold() for word in _NAME_WORD.findall(tool)}
    if not words & _READING:
        if (value := said_quantity(domain, said)) is not None:
            intent_type, parameter = QUANTITIES[domain]
            return intent_type, {parameter: value}
        if found := _set_call(arguments, domain, said):
            return found
    for intent_type, meaning in _WORDS.get(domain, _DEFAULT).items():
        if not words.isdisjoint(meaning.split()):
            return intent_type, {}
    if words & _SETTING:
        for state in filter(_is_state, _values(arguments, _VALUE_KEY)):
            return (_ON if state.casefold() == "on" else _OFF), {}
    if words & _READING:
        return READ, {}
    asked = said_switching(domain, said)
    return (asked, {}) if asked else None


def call_with_quantity(
    arguments: Mapping[str, Any], domain: str, said: UserWords, *, is_on: bool
) -> tuple[str, dict[str, Any]] | None:
    """Return the intent that sets what turning on or off comes with, if that is meant.

    Who says "on" or "off" means that, unless they also said the value. What is to be
    turned off has a value between its least and its most.
    """
    found = _set_call(arguments, domain, said)
    if found is None or not said.is_known:
        return None
    (value,) = found[1].values()
    if is_on:
        is_said = said.match(re.compile(re.escape(str(value))))
        return None if said.match(_ON_WORDS) and not is_said else found
    is_between = not isinstance(value, str) and 0 < value < _MOST
    return found if is_between and not said.match(POWER) else None


def _set_call(
    arguments: Mapping[str, Any], domain: str, said: UserWords
) -> tuple[str, dict[str, Any]] | None:
    """Return the intent that sets a quantity or a colour that arguments give."""
    if domain == "light" and (colour := _colour(arguments, said)):
        return "HassLightSet", {"color": colour}
    if domain not in QUANTITIES:
        return None
    intent_type, parameter = QUANTITIES[domain]
    own_key = re.compile(f".*(?:{_QUANTITY_KEYS[domain]}).*")
    for pattern in (own_key, _SHARE_KEY, _VALUE_KEY):
        for number in _numbers(_values(arguments, pattern), parameter):
            if domain == "light" and number >= _MIN_KELVIN:
                return intent_type, {"temperature": number}
            is_share = domain == "climate" and pattern is _SHARE_KEY
            if not is_share or int(number) in _TEMPERATURES:
                return intent_type, {parameter: number}
    return None


def _numbers(values: Iterable[Any], parameter: str) -> Iterator[float]:
    """Yield the numbers among values, of which some are texts."""
    for value in values:
        number = read_number(value, parameter) if isinstance(value, str) else value
        if isinstance(number, int | float) and not isinstance(number, bool):
            yield number


def _colour(arguments: Mapping[str, Any], said: UserWords) -> str | None:
    """Return the colour in arguments; as a mere value, only if the user said it."""
    for value in _values(arguments, _COLOUR_KEY):
        if isinstance(value, str) and value:
            return value
    for value in _values(arguments, _VALUE_KEY):
        if isinstance(value, str) and value.isalpha() and not _is_state(value):
            return value if said.is_known and not said.is_invented(value) else None
    return None


def _texts(values: Iterable[Any]) -> Iterator[str]:
    """Yield the texts among values, of which some are lists."""
    for value in values:
        yield from (
            text
            for text in (value if isinstance(value, list) else [value])
            if isinstance(text, str)
        )


def _is_state(value: Any) -> bool:
    """Return whether a value is on or off."""
    return isinstance(value, str) and value.casefold() in ("on", "off")


def _values(arguments: Mapping[str, Any], keys: re.Pattern[str]) -> Iterator[Any]:
    """Yield the values of the arguments whose keys match a pattern."""
    return (value for key, value in arguments.items() if keys.fullmatch(folded(key)))
