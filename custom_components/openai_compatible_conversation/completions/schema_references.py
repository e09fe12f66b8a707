"""Put the definitions of a JSON Schema in the places that refer to them."""

from collections.abc import Mapping
from typing import Any

_MAX_NODES = 2000
"""Maximum number of objects and lists in a schema without references.

Definitions that use each other twice double with each level.
"""

_DEFINITIONS = ("$defs", "definitions")


def with_definitions(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without `$ref`, as far as it can be had.

    What refers to itself, to another document or to nothing, and what makes the schema
    too large, becomes an object of any kind.
    """
    return _Inliner(schema).result()


class _Inliner:
    """Replaces the references of one schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Initialize with the schema that holds the definitions."""
        self._root = schema
        self._nodes = 0

    def result(self) -> dict[str, Any]:
        """Return the schema without references and definitions."""
        result: dict[str, Any] = self._inlined(self._root, ())
        return result

    def _inlined(self, part: Any, inside: tuple[str, ...]) -> Any:
        """Return a part with its references replaced; `inside` are those around it."""
        if not isinstance(part, Mapping | list):
            return part
        self._nodes += 1
        if isinstance(part, list):
            return [self._inlined(item, inside) for item in part]
        reference = part.get("$ref")
        if not isinstance(reference, str):
            # A property may have the name of the keyword, below the root.
            skipped = _DEFINITIONS if part is self._root else ()
            return {
                key: self._inlined(value, inside)
                for key, value in part.items()
                if key not in skipped
            }
        others = {
            key: self._inlined(value, inside)
            for key, value in part.items()
            if key != "$ref"
        }
        target = self._target(reference)
        if target is None or reference in inside or self._nodes > _MAX_NODES:
            return {"type": "object", **others}
        return {**self._inlined(target, (*inside, reference)), **others}

    def _target(self, reference: str) -> Mapping[str, Any] | None:
        """Return what a reference within the document points at.

        Format: RFC 6901, a JSON pointer, behind a `#`.
        """
        if not reference.startswith("#"):
            return None
        target: Any = self._root
        for name in reference[1:].split("/")[1:]:
            key = name.replace("~1", "/").replace("~0", "~")
            target = target.get(key) if isinstance(target, Mapping) else None
        return target if isinstance(target, Mapping) else None
