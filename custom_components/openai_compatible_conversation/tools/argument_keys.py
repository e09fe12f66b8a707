"""Keys of tool arguments, brought to the parameters of their tool.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Mapping
import re
from typing import Any

from .blank_values import is_blank, is_empty
from .repair_notes import listed
from .value_repair import folded, parse_text, unwrapped

_WRAPPERS = frozenset(
    {
        *("arguments", "parameters", "properties", "args", "params"),
        *("slots", "kwargs", "input"),
    }
)
_NAMESPACE = re.compile(r"__|[.:/]")

_SYNONYMS: dict[str, set[str]] = {
    "name": {
        *("entity", "entities", "entityid", "entityids", "entityname"),
        *("device", "deviceid", "devicename", "target", "list", "listname"),
    },
    "area": {"room", "roomname", "areaname", "areaid", "location"},
    "floor": {"floorname", "floorid", "storey"},
    "domain": {"entitytype", "devicetype"},
    "brightness": {
        *("brightnesspct", "brightnesspercent", "brightnesspercentage"),
        *("brightnesslevel", "percentage", "percent", "level"),
    },
    "percentage": {"percent", "speed", "fanspeed", "level"},
    "position": {"percentage", "percent", "level"},
    "volume_level": {"volume", "percentage", "percent", "level"},
    "temperature": {
        *("temp", "targettemperature", "setpoint"),
        *("colortemp", "colortemperature", "colortempkelvin", "kelvin"),
    },
    "humidity": {"targethumidity", "percentage", "percent"},
    "color": {"colour", "colorname"},
    "item": {"product", "task"},
    "message": {"text", "announcement"},
    "search_query": {"query", "search"},
}
"""Other names of parameters, folded; used if exactly one parameter fits."""

_NO_TARGETS = frozenset({"on", "off", "c", "°c", "celsius", "k", "kelvin", "%"})
"""Texts that are a state or a unit, and so tell nothing of what a call is for."""


def without_wrapper(
    arguments: dict[str, Any], properties: Mapping[str, Any], notes: list[str]
) -> dict[str, Any]:
    """Return arguments that are not inside an object of their own."""
    while True:
        for key, value in arguments.items():
            if folded(key) in _WRAPPERS and key not in properties:
                inner = parse_text(value) if isinstance(value, str) else value
                if isinstance(inner, list):
                    inner = unwrapped(inner, key)
                if isinstance(inner, dict):
                    break
        else:
            return arguments
        notes[:] = ["the arguments were one level too deep"]
        arguments = {k: v for k, v in arguments.items() if k != key} | inner


def by_parameter(
    arguments: dict[str, Any], properties: Mapping[str, Any], notes: list[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return arguments by parameter, and the keys that are no parameter's."""
    given = {
        name
        for name, value in arguments.items()
        if name in properties and not is_empty(value, properties[name])
    }
    meant = {
        key: name
        for key in arguments
        if key not in properties and (name := _parameter(key, properties, given))
    }
    result: dict[str, Any] = {}
    unknown = []
    for key, value in arguments.items():
        if key in properties:
            result.setdefault(key, value)
            continue
        name = meant.get(key)
        rivals = [arguments[k] for k, other in meant.items() if other == name]
        if name is None or any(rival != value for rival in rivals):
            unknown.append(key)
            continue
        result[name] = value
        notes.append(f"{listed([key])} was taken for {name}")
    return result, unknown


def may_name_target(value: Any) -> bool:
    """Return whether the value of an unknown key may say what a call is for."""
    if isinstance(value, str):
        return not is_blank(value) and value.strip().casefold() not in _NO_TARGETS
    return isinstance(value, list | dict) and not is_blank(value)


def _parameter(
    key: str, properties: Mapping[str, Any], given: Iterable[str]
) -> str | None:
    """Return the one parameter without a value that an unknown key may stand for."""
    forms = {folded(key), folded(_NAMESPACE.split(key)[-1])} - {""}
    free = [name for name in properties if name not in given]
    for matches in (
        [name for name in free if folded(name) in forms],
        [name for name in free if {f"{folded(name)}s", f"{folded(name)}es"} & forms],
        [name for name in free if _SYNONYMS.get(name, set()) & forms],
    ):
        if matches:
            return matches[0] if len(matches) == 1 else None
    return None
