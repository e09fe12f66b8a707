"""The parameters of a tool as texts by which it is found."""

from collections.abc import Iterator, Mapping
from typing import Any

_MAX_PARAMETERS = 100


def parameter_texts(schema: object) -> tuple[str, ...]:
    """Return a text for each parameter of a JSON Schema, for a `CatalogEntry`.

    Returns none for an invalid schema; raises nothing.
    """
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping):
        return ()
    return tuple(
        " ".join([str(name), *_schema_texts(value)])
        for name, value in list(properties.items())[:_MAX_PARAMETERS]
    )


def _schema_texts(schema: Any) -> Iterator[str]:
    """Yield the description and the values of a parameter's schema."""
    if not isinstance(schema, Mapping):
        return
    if isinstance(description := schema.get("description"), str):
        yield description
    if isinstance(values := schema.get("enum"), list):
        yield from map(str, values)
    yield from _schema_texts(schema.get("items"))
