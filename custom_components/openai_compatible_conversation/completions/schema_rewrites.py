"""Rewrite JSON Schemas for servers that refuse some of their keywords.

Most servers read a part of JSON Schema only, each another one. A rewrite is named like
the keyword that a server refuses, such as `enum`, or `-enum` if the keyword is left out
altogether. What a model should know of it goes into the description: the tools validate
their arguments themselves.

A rewritten schema depends only on the schema and on the rewrites, so that the server's
prompt cache stays valid.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .schema_parts import (
    Schema,
    as_list,
    described,
    hint_of,
    is_object,
    merged,
    one_of,
    schemas_in,
    with_hint,
    with_text_values,
)
from .schema_references import with_definitions

SIMPLE = "*"
"""The rewrite that leaves nothing but what every server reads."""

DEPTH = "depth"
"""The name, in place of a keyword, of how deep objects are nested."""

REFERENCE = "$ref"

_KEPT = frozenset({"type", "description", "properties", "required", "items", "enum"})
_SIMPLE_REWRITES = frozenset(
    {REFERENCE, "const", "enum", "type", "items", "required", "properties", DEPTH}
    | {"-oneOf", "-anyOf", "-allOf"}
)
_FORMS = {
    "const": ("const", "-const"),
    "enum": ("enum", "-enum"),
    "oneOf": ("oneOf", "-oneOf"),
    "anyOf": ("anyOf", "-anyOf"),
    "items": ("items", "-items"),
    "required": ("required", "-required"),
    "type": ("type",),
    "properties": ("properties",),
    "description": ("description", "-description"),
    DEPTH: (DEPTH, f"-{DEPTH}"),
    REFERENCE: (REFERENCE,),
    "$defs": (REFERENCE,),
    "definitions": (REFERENCE,),
}
_MAX_DEPTH = {DEPTH: 4, f"-{DEPTH}": 1}
"""Objects within objects that are left, by rewrite."""

_MAX_DESCRIPTION = 500
_MAX_RECURSION = 40
_HINTS = frozenset(
    {"const", "enum", "format", "pattern", "minimum", "maximum", "default"}
)
"""Keywords whose value a model is told in the description, once they are left out."""

_NAMED = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = (
    *("items", "additionalProperties", "additionalItems", "unevaluatedProperties"),
    *("not", "if", "then", "else", "contains", "propertyNames"),
)


def forms(keyword: str) -> tuple[str, ...]:
    """Return the rewrites for a refused keyword, in the order to try them."""
    return _FORMS.get(keyword, (f"-{keyword}",))


def keywords(schema: object, depth: int = 0) -> set[str]:
    """Return the keywords that a schema uses, on all levels."""
    if not isinstance(schema, Mapping) or depth > _MAX_RECURSION:
        return set()
    found = {key for key in schema if isinstance(key, str)}
    for part in _parts(schema):
        found |= keywords(part, depth + 1)
    return found


def rewrite(schema: Mapping[str, Any], rewrites: Collection[str]) -> Schema:
    """Return a schema with rewrites applied, as names of `forms` or `SIMPLE`.

    The schema is that of an object. One without properties is returned as an empty
    schema if a server refused that.
    """
    simple, is_refused = SIMPLE in rewrites, "properties" in rewrites
    if simple:
        rewrites = _SIMPLE_REWRITES | set(rewrites)
    if REFERENCE in rewrites:
        schema = with_definitions(schema)
    depth = min(
        (_MAX_DEPTH[name] for name in _MAX_DEPTH if name in rewrites),
        default=_MAX_RECURSION,
    )
    result = _Rewriter(frozenset(rewrites), simple=simple).root(schema, depth)
    return {} if is_refused and not result.get("properties") else result


class _Rewriter:
    """Applies the same rewrites to the schemas on all levels."""

    def __init__(self, rewrites: frozenset[str], *, simple: bool) -> None:
        """Initialize with the rewrites."""
        self._rewrites = rewrites
        self._simple = simple

    def root(self, schema: Mapping[str, Any], depth: int) -> Schema:
        """Return the rewritten schema of the arguments, which is that of an object."""
        if not schema.get("properties"):
            return {"type": "object", "properties": {}}
        return self.node({"type": "object", **schema}, depth)

    def node(self, schema: object, depth: int) -> Schema:
        """Return a rewritten schema; `depth` is how deep objects in it may be nested."""
        if not isinstance(schema, Mapping):
            # `true` and `false` are schemas too.
            return self._typed({})
        result = self._composed(dict(schema))
        result = self._without(self._valued(result))
        result = self._typed(result)
        return self._nested(result, depth)

    def _composed(self, schema: Schema) -> Schema:
        """Return a schema whose alternatives the server reads."""
        if "-allOf" in self._rewrites:
            for part in schemas_in(schema.pop("allOf", ())):
                schema = merged(schema, self._composed(dict(part)))
        if "oneOf" in self._rewrites and "oneOf" in schema:
            schema.setdefault("anyOf", schema.pop("oneOf"))
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema and not self._rewrites.isdisjoint(
                {keyword, f"-{keyword}", "type"}
            ):
                schema = self._with_alternatives(schema, keyword)
        return schema

    def _with_alternatives(self, schema: Schema, keyword: str) -> Schema:
        """Return a schema without null among its alternatives, and with one or many."""
        given = schemas_in(schema[keyword])
        parts = [part for part in given if part.get("type") != "null"]
        others = {key: value for key, value in schema.items() if key != keyword}
        if not parts:
            return others
        if len(parts) == 1 or f"-{keyword}" in self._rewrites:
            return self._composed(merged(others, one_of(parts)))
        if keyword in self._rewrites:
            # Google: next to alternatives nothing else may stand.
            return {keyword: [merged(described(others), dict(p)) for p in parts]}
        return {**others, keyword: parts}

    def _valued(self, schema: Schema) -> Schema:
        """Return a schema whose values the server reads."""
        if "const" in self._rewrites and "const" in schema:
            schema["enum"] = [schema.pop("const")]
        if not self._rewrites.isdisjoint({"enum", "const"}) and "enum" in schema:
            schema = with_text_values(schema)
        return schema

    def _without(self, schema: Schema) -> Schema:
        """Return a schema without the keywords that are left out, but with hints."""
        for keyword in list(schema):
            is_left_out = f"-{keyword}" in self._rewrites
            if is_left_out or (self._simple and keyword not in _KEPT):
                value = schema.pop(keyword)
                if keyword in _HINTS:
                    schema = with_hint(schema, hint_of(keyword, value))
        if "description" in self._rewrites and "description" in schema:
            schema["description"] = str(schema["description"])[:_MAX_DESCRIPTION]
        if "additionalProperties" in self._rewrites and is_object(schema):
            schema["additionalProperties"] = False
        return schema

    def _typed(self, schema: Schema) -> Schema:
        """Return a schema with one type, if the server wants that."""
        if "type" not in self._rewrites:
            return schema
        kind = schema.get("type")
        if isinstance(kind, list):
            kinds = [name for name in kind if isinstance(name, str) and name != "null"]
            schema["type"] = kinds[0] if kinds else "string"
        elif kind is None and not schema.keys() & {*_LISTED, REFERENCE}:
            inferred = "object" if "properties" in schema else "string"
            schema["type"] = "array" if "items" in schema else inferred
        return schema

    def _nested(self, schema: Schema, depth: int) -> Schema:
        """Return a schema with the schemas in it rewritten."""
        inner = depth - 1 if "properties" in schema else depth
        if inner < 0:
            for keyword in ("properties", "required", *_LISTED):
                schema.pop(keyword, None)
        for keyword, value in list(schema.items()):
            if keyword in _NAMED and isinstance(value, Mapping):
                schema[keyword] = {n: self.node(p, inner) for n, p in value.items()}
            elif keyword in _LISTED and isinstance(value, list):
                schema[keyword] = [self.node(part, inner) for part in value]
            elif keyword in _SINGLE and isinstance(value, Mapping):
                schema[keyword] = self.node(value, inner)
        return self._with_items(self._with_properties(schema))

    def _with_items(self, schema: Schema) -> Schema:
        """Return an array with one schema for its items, if the server wants that."""
        is_wanted = "items" in self._rewrites and "-items" not in self._rewrites
        if is_wanted and ("items" in schema or schema.get("type") == "array"):
            items = schema.get("items")
            if isinstance(items, list):
                items = self.node(items[0], _MAX_RECURSION) if items else None
            schema["items"] = items or {"type": "string"}
        return schema

    def _with_properties(self, schema: Schema) -> Schema:
        """Return an object that requires no property that it does not have."""
        properties = schema.get("properties")
        if "required" in self._rewrites and "required" in schema:
            names = [n for n in as_list(schema["required"]) if n in (properties or ())]
            schema["required"] = names
            if not names or schema.get("type", "object") != "object":
                del schema["required"]
        if "properties" in self._rewrites and is_object(schema) and not properties:
            kept = {k: v for k, v in schema.items() if k == "description"}
            return with_hint({**kept, "type": "string"}, "a JSON object")
        return schema


def _parts(schema: Mapping[str, Any]) -> Iterator[object]:
    """Yield the schemas that are directly in a schema."""
    for keyword, value in schema.items():
        if keyword in _NAMED and isinstance(value, Mapping):
            yield from value.values()
        elif keyword in (*_LISTED, "items") and isinstance(value, list):
            yield from value
        elif keyword in _SINGLE:
            yield value
