"""Arguments of tool calls, brought to the schema of their tool.

Small models write arguments that can be understood and are not valid: texts for lists,
numbers with units, empty texts for what they leave out. Whatever is changed is told in
a note. What is valid stays as it is, with two exceptions: optional parameters without
a value, and keys that are no parameters, are left out.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .argument_keys import by_parameter, may_name_target, without_wrapper
from .blank_values import is_empty
from .number_reading import has_fahrenheit
from .repair_notes import listed, shown
from .value_repair import read_value


@dataclass(frozen=True, slots=True)
class Repaired:
    """Arguments as the schema wants them, and notes for the model on what changed."""

    arguments: dict[str, Any]
    notes: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    """Keys that are no parameters, but may have said what the call is for."""
    empty: tuple[str, ...] = ()
    """Parameters that were left out because they had no value."""


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
    dropped: list[str] = []
    if schema.get("additionalProperties", False) is False:
        written = without_wrapper(arguments, properties, notes)
        arguments, unknown = by_parameter(written, properties, notes)
        dropped = [key for key in unknown if may_name_target(written[key])]
    read = {
        name: read_value(value, properties.get(name, True), name)
        for name, value in arguments.items()
    }
    empty = [
        name
        for name, value in arguments.items()
        if name in properties.keys() - required
        and any(is_empty(one, properties[name]) for one in (value, read[name]))
    ]
    result = {name: value for name, value in read.items() if name not in empty}
    notes += [
        _reading(name, value, arguments[name])
        for name, value in result.items()
        if not _is_same(value, arguments[name])
    ]
    notes += [
        f"left out because {reason}: {listed(names)}"
        for reason, names in (
            ("empty", empty),
            ("there is no such parameter", unknown),
        )
        if names
    ]
    return Repaired(result, tuple(notes), tuple(dropped), tuple(empty))


def _reading(name: str, value: Any, written: Any) -> str:
    """Return the note on how a value was read."""
    note = f"{name} was read as {shown(value)}"
    # The unit of the house is not known here.
    return f"{note} without its unit" if has_fahrenheit(written) else note


def _is_same(one: Any, two: Any) -> bool:
    """Return whether two values are the same to a model: 50 and 50.0, not 1 and true."""
    return bool(one == two) and isinstance(one, bool) == isinstance(two, bool)
