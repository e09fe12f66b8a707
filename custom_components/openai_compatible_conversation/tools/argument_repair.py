"""Arguments of tool calls, brought to the schema of their tool.

Small models write arguments that can be understood and are not valid: texts for lists,
numbers with units, empty texts for what they leave out. Whatever is changed is told in
a note. What is valid stays as it is, with three exceptions: optional parameters without
a value, keys that are no parameters, and a quantity of 0 beside others are left out.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import json
import re
from typing import Any

from .schema_fit import fits, types_of
from .value_repair import BLANK_WORDS, folded, parse_text, read_value, unwrapped

MAX_NOTE = 80
"""Maximum number of characters of a value or of several names in a note."""

_WRAPPERS = frozenset({"arguments", "parameters", "properties", "args", "params"})
_NAMESPACE = re.compile(r"__|[.:/]")

_SYNONYMS: dict[str, set[str]] = {
    "name": {
        "entity",
        "entityid",
        "entityname",
        "device",
        "devicename",
        "target",
        "list",
    },
    "area": {"room", "roomname", "areaname", "areaid", "location"},
    "floor": {"floorname", "floorid", "storey"},
    "domain": {"entitytype", "devicetype"},
    "brightness": {"brightnesspct", "percentage", "percent", "level"},
    "percentage": {"percent", "speed", "fanspeed", "level"},
    "position": {"percentage", "percent", "level"},
    "volume_level": {"volume", "percentage", "percent", "level"},
    "temperature": {"temp", "targettemperature", "setpoint"},
    "humidity": {"targethumidity", "percentage", "percent"},
    "color": {"colour", "colorname"},
    "item": {"product", "task"},
    "message": {"text", "announcement"},
    "search_query": {"query", "search"},
}
"""Other names of parameters, folded; used if exactly one parameter fits."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """Arguments as the schema wants them, and notes for the model on what changed."""

    arguments: dict[str, Any]
    notes: tuple[str, ...] = ()


def repair(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> Repaired:
    """Return arguments brought to a schema; what cannot be understood is unchanged.

    `schema` is the `parameters` object of a function definition.
    """
    try:
        return _repair(dict(arguments), schema)
    except RecursionError:
        return Repaired(dict(arguments))


def _repair(arguments: dict[str, Any], schema: Mapping[str, Any]) -> Repaired:
    """Return arguments brought to a schema."""
    properties: Mapping[str, Any] = schema.get("properties") or {}
    required = frozenset(schema.get("required") or ())
    notes: list[str] = []
    unknown: list[str] = []
    if schema.get("additionalProperties", False) is False:
        arguments = _without_wrapper(arguments, properties, notes)
        arguments, unknown = _by_parameter(arguments, properties, notes)
    read = {
        name: read_value(value, properties.get(name, True), name)
        for name, value in arguments.items()
    }
    empty = [
        name
        for name, value in arguments.items()
        if name in properties.keys() - required
        and any(_is_empty(one, properties[name]) for one in (value, read[name]))
    ]
    read = {name: value for name, value in read.items() if name not in empty}
    zeros = _needless_zeros(read, properties, required)
    result = {name: value for name, value in read.items() if name not in zeros}
    notes += [
        f"{name} was read as {_shown(value)}"
        for name, value in result.items()
        if not _is_same(value, arguments[name])
    ]
    notes += [
        f"left out because {reason}: {_listed(names)}"
        for reason, names in (
            ("empty", empty),
            ("0 beside another quantity", zeros),
            ("there is no such parameter", unknown),
        )
        if names
    ]
    return Repaired(result, tuple(notes))


def _without_wrapper(
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


def _by_parameter(
    arguments: dict[str, Any], properties: Mapping[str, Any], notes: list[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return arguments by parameter, and the keys that are no parameter's."""
    given = {
        name
        for name, value in arguments.items()
        if name in properties and not _is_empty(value, properties[name])
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
        notes.append(f"{_listed([key])} was taken for {name}")
    return result, unknown


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


def _is_empty(value: Any, schema: Any) -> bool:
    """Return whether a value stands for a parameter that is left out."""
    if value is None:
        return not fits(None, schema)
    is_option = bool(value) and _has_enum(schema) and fits(value, schema)
    return _is_blank(value) and not is_option


def _is_blank(value: Any) -> bool:
    """Return whether a value is empty, a word for nothing, or a list of such."""
    match value:
        case None:
            return True
        case str():
            return value.strip().casefold() in BLANK_WORDS | {"[]", "{}"}
        case list():
            return all(map(_is_blank, value))
        case dict():
            return not value
    return False


def _is_same(one: Any, two: Any) -> bool:
    """Return whether two values are the same to a model: 50 and 50.0, not 1 and true."""
    return bool(one == two) and isinstance(one, bool) == isinstance(two, bool)


def _has_enum(schema: Any) -> bool:
    """Return whether a schema names the values that it accepts."""
    if not isinstance(schema, Mapping):
        return False
    parts = [*(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())]
    return "enum" in schema or any(map(_has_enum, (schema.get("items"), *parts)))


def _needless_zeros(
    arguments: Mapping[str, Any],
    properties: Mapping[str, Any],
    required: frozenset[str],
) -> list[str]:
    """Return the optional quantities that are 0 while another one is not.

    0 is kept where leaving it out would mean another number.
    """
    quantities = {
        name: value
        for name, value in arguments.items()
        if name not in required
        and isinstance(value, int | float)
        and not isinstance(value, bool)
        and types_of(properties.get(name)) & {"integer", "number"}
    }
    if not any(quantities.values()):
        return []
    return [
        name
        for name, value in quantities.items()
        if value == 0 and not properties[name].get("default")
    ]


def _shown(value: Any) -> str:
    """Return a value for a note."""
    return _shortened(json.dumps(value, ensure_ascii=False))


def _listed(names: Iterable[str]) -> str:
    """Return names for a note, each on one line."""
    return _shortened(", ".join(" ".join(name.split()) for name in names))


def _shortened(text: str) -> str:
    """Return a text cut to `MAX_NOTE` characters."""
    return text if len(text) <= MAX_NOTE else f"{text[:MAX_NOTE]}…"
