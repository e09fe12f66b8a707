"""Values of an intent's slots that contradict each other, or are in another language.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping
from typing import Any

from .argument_repair import Repaired
from .blank_values import is_blank
from .repair_notes import listed, shown
from .schema_fit import types_of
from .value_repair import folded

_COLORS = {
    word: color
    for color, words in {
        "red": "rot rouge rojo rood",
        "green": "grün gruen vert verde groen",
        "blue": "blau bleu azul blauw",
        "yellow": "gelb jaune amarillo geel",
        "orange": "naranja oranje",
        "purple": "lila violett morado púrpura purpura paars",
        "pink": "rosa rose roze",
        "white": "weiß weiss blanc blanco wit",
        "turquoise": "türkis tuerkis turquesa turkoois",
        "brown": "braun brun marron marrón bruin",
    }.items()
    for word in words.split()
}
"""German, French, Spanish and Dutch words for colors that Home Assistant knows."""
_KNOWN = frozenset(_COLORS.values())
_WHITES = {
    word: kelvin
    for kelvin, words in {
        2700: "warmwhite warmweiß warmweiss blancchaud blancocálido blancocalido warmwit",
        5000: "coolwhite coldwhite kaltweiß kaltweiss blancfroid blancofrío blancofrio "
        "koudwit",
    }.items()
    for word in words.split()
}
"""Whites that are a temperature in kelvins and no color, folded."""


_MIN_KELVIN = 1000
"""Below it, a color temperature is something else."""


def repair_values(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> Repaired:
    """Return the slots of an intent with values that can be set together.

    `arguments` are already as the `schema` wants them, as far as they are understood.
    """
    result = dict(arguments)
    properties = schema.get("properties") or {}
    notes = [*_drop_no_kelvin(result, properties), *_repair_color(result, properties)]
    zeros = _needless_zeros(result, schema)
    for name in zeros:
        del result[name]
    if zeros:
        notes.append(f"left out because 0 beside another quantity: {listed(zeros)}")
    return Repaired(result, tuple(notes))


def _drop_no_kelvin(values: dict[str, Any], properties: Mapping[str, Any]) -> list[str]:
    """Leave out a temperature that no light has, and return the notes.

    Small models fill in the brightness twice.
    """
    temperature = values.get("temperature")
    if (
        "color" not in properties
        or not isinstance(temperature, int | float)
        or not 0 < temperature < _MIN_KELVIN
        or all(is_blank(values.get(name)) for name in ("brightness", "color"))
    ):
        return []
    del values["temperature"]
    return [f"temperature was left out: no light has {shown(temperature)} kelvins"]


def _repair_color(values: dict[str, Any], properties: Mapping[str, Any]) -> list[str]:
    """Repair the color, and return the notes.

    A light takes a color or a temperature, and white is every temperature.
    """
    color = values.get("color")
    if "color" not in properties or not isinstance(color, str):
        return []
    word = folded(color)
    kelvin = _WHITES.get(word)
    has_temperature = bool(values.get("temperature"))
    if kelvin and "temperature" in properties and not has_temperature:
        del values["color"]
        values["temperature"] = kelvin
        return [f"color {shown(color)} was read as temperature {kelvin}"]
    word = _COLORS.get(word, word)
    if has_temperature and (kelvin or word == "white"):
        del values["color"]
        return ["color was left out: a light takes a temperature or a color"]
    if word in _KNOWN and word != folded(color):
        values["color"] = word
        return [f"color was read as {shown(word)}"]
    return []


def _needless_zeros(values: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Return the optional quantities that are 0 while another one, or a color, is given.

    0 is kept where leaving it out would mean another number.
    """
    properties: Mapping[str, Any] = schema.get("properties") or {}
    quantities = {
        name: value
        for name, value in values.items()
        if name not in (schema.get("required") or ())
        and isinstance(value, int | float)
        and not isinstance(value, bool)
        and types_of(properties.get(name)) & {"integer", "number"}
    }
    if not any(quantities.values()) and is_blank(values.get("color")):
        return []
    return [
        name
        for name, value in quantities.items()
        if value == 0 and not properties[name].get("default")
    ]
