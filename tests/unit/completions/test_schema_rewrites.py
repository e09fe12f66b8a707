"""Test the rewriting of schemas, and which rewrites a refusal asks for."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.openai_compatible_conversation.completions.schema_rewrites import (
    SIMPLE,
    forms,
    keywords,
    rewrite,
)
from custom_components.openai_compatible_conversation.completions.schema_words import (
    named_keywords,
)
from custom_components.openai_compatible_conversation.completions.tool_pointers import (
    named_tools,
)

type Schema = dict[str, Any]


def _object(**properties: Schema) -> Schema:
    """Return the schema of an object."""
    return {"type": "object", "properties": properties}


def _property(schema: Schema, *rewrites: str) -> Schema:
    """Return the schema of a property, rewritten."""
    result: Schema = rewrite(_object(a=schema), rewrites)["properties"]["a"]
    return result


@pytest.mark.parametrize(
    ("rewrites", "schema", "expected"),
    [
        (
            ["-pattern"],
            {"type": "string", "pattern": "\\S"},
            {"type": "string", "description": '(pattern: "\\\\S")'},
        ),
        (
            ["-format"],
            {"type": "string", "format": "uri", "description": "Where."},
            {"type": "string", "description": 'Where. (format: "uri")'},
        ),
        (
            ["enum"],
            {"type": "string", "enum": ["", "on", "off", "on", None]},
            {"type": "string", "enum": ["on", "off"]},
        ),
        (["enum"], {"type": "string", "enum": [""]}, {"type": "string"}),
        (
            ["enum"],
            {"type": "integer", "enum": [1, 2]},
            {"type": "integer", "description": "(enum: [1,2])"},
        ),
        (
            ["enum"],
            {"enum": [1, 2.5]},
            {"type": "number", "description": "(enum: [1,2.5])"},
        ),
        (["enum"], {"enum": ["a"]}, {"type": "string", "enum": ["a"]}),
        (
            ["enum"],
            {"type": "boolean", "enum": ["true", "false"]},
            {"type": "boolean", "description": '(enum: ["true","false"])'},
        ),
        (
            ["-enum"],
            {"type": "string", "enum": ["a"]},
            {"type": "string", "description": '(enum: ["a"])'},
        ),
        (
            ["const"],
            {"type": "string", "const": "x"},
            {"type": "string", "enum": ["x"]},
        ),
        (
            ["const"],
            {"const": 7},
            {"type": "integer", "description": "(enum: [7])"},
        ),
        (["type"], {"type": ["string", "null"]}, {"type": "string"}),
        (["type"], {"type": ["null"]}, {"type": "string"}),
        (["type"], {"description": "Any."}, {"description": "Any.", "type": "string"}),
        (
            ["type"],
            {"anyOf": [{"type": "null"}, {"type": "integer"}]},
            {"type": "integer"},
        ),
        (
            ["oneOf"],
            {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        ),
        (
            ["-oneOf"],
            {"oneOf": [{"type": "string"}, {"type": "integer"}], "description": "A."},
            {"type": "string", "description": "A."},
        ),
        (
            ["-oneOf"],
            {
                "oneOf": [
                    {**_object(x={"type": "string"}), "required": ["x"]},
                    _object(y={"type": "integer"}),
                ]
            },
            _object(y={"type": "integer"}, x={"type": "string"}),
        ),
        (
            ["anyOf"],
            {"description": "A.", "anyOf": [{"type": "string"}, {"type": "integer"}]},
            {
                "anyOf": [
                    {"type": "string", "description": "A."},
                    {"type": "integer", "description": "A."},
                ]
            },
        ),
        (
            ["-allOf"],
            {"allOf": [{"type": "integer"}, {"minimum": 1}]},
            {"type": "integer", "minimum": 1},
        ),
        (
            ["-additionalProperties"],
            {
                **_object(x={"type": "string"}),
                "additionalProperties": {"type": "string"},
            },
            _object(x={"type": "string"}),
        ),
        (
            ["additionalProperties"],
            _object(x={"type": "string"}),
            {**_object(x={"type": "string"}), "additionalProperties": False},
        ),
        (
            ["items"],
            {"type": "array", "items": [{"type": "integer"}, {"type": "string"}]},
            {"type": "array", "items": {"type": "integer"}},
        ),
        (["items"], {"type": "array"}, {"type": "array", "items": {"type": "string"}}),
        (
            ["required"],
            {**_object(x={"type": "string"}), "required": ["x", "gone"]},
            {**_object(x={"type": "string"}), "required": ["x"]},
        ),
        (["required"], {"type": "string", "required": []}, {"type": "string"}),
        (
            ["properties"],
            {"type": "object", "description": "Data."},
            {"type": "string", "description": "Data. (a JSON object)"},
        ),
        (
            ["-depth"],
            _object(x={"type": "array", "items": _object(y={"type": "string"})}),
            {"type": "object"},
        ),
        (["-nullable"], {"type": "string", "nullable": True}, {"type": "string"}),
        (["-title"], {"title": "A", "type": "string"}, {"type": "string"}),
        (["-pattern"], True, {}),
    ],
)
def test_rewrite(rewrites: list[str], schema: Any, expected: Schema) -> None:
    """A keyword is rewritten or left out, and what it said goes to the description."""
    assert _property(schema, *rewrites) == expected


def test_depth() -> None:
    """Objects that are nested too deep have no properties any more."""
    schema = {"type": "string"}
    for _ in range(8):
        schema = _object(a=schema)
    shallow = rewrite(schema, ["depth"])
    levels = 0
    while "properties" in shallow:
        shallow, levels = shallow["properties"]["a"], levels + 1
    assert levels == 4
    assert shallow == {"type": "object"}


def test_references() -> None:
    """Definitions are put where they are used; what has no end is an object."""
    schema = {
        **_object(
            a={"$ref": "#/$defs/tree", "description": "A tree."},
            b={"$ref": "#/$defs/a~1b"},
            c={"$ref": "https://example.com/schema"},
            d={"$ref": "#/$defs/gone"},
            definitions={"type": "string"},
        ),
        "$defs": {
            "tree": _object(left={"$ref": "#/$defs/tree"}, size={"type": "integer"}),
            "a/b": {"type": "string"},
        },
    }
    assert rewrite(schema, ["$ref"]) == _object(
        a={
            **_object(left={"type": "object"}, size={"type": "integer"}),
            "description": "A tree.",
        },
        b={"type": "string"},
        c={"type": "object"},
        d={"type": "object"},
        definitions={"type": "string"},
    )


def test_references_that_multiply() -> None:
    """Definitions that use each other twice make no schema without bounds."""
    twice = {
        f"d{n}": _object(
            a={"$ref": f"#/$defs/d{n + 1}"}, b={"$ref": f"#/$defs/d{n + 1}"}
        )
        for n in range(40)
    }
    schema = {**_object(a={"$ref": "#/$defs/d0"}), "$defs": twice}
    assert len(orjson.dumps(rewrite(schema, ["$ref"]))) < 500_000


def test_simple() -> None:
    """The last resort has only what every server reads."""
    schema = {
        **_object(
            area={
                "type": ["string", "null"],
                "enum": ["", "Kitchen"],
                "title": "Area",
                "default": "Kitchen",
            },
            level={"oneOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
            any={},
        ),
        "required": ["area"],
        "additionalProperties": False,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
    }
    assert rewrite(schema, [SIMPLE]) == {
        **_object(
            area={
                "type": "string",
                "enum": ["Kitchen"],
                "description": '(default: "Kitchen")',
            },
            level={"type": "integer", "description": "(minimum: 0)"},
            any={"type": "string"},
        ),
        "required": ["area"],
    }


def test_without_arguments() -> None:
    """A tool without arguments has an empty object, or no schema if that was refused."""
    schema: Schema = {"type": "object", "properties": {}}
    assert rewrite(schema, [SIMPLE]) == schema
    assert rewrite(schema, ["properties"]) == {}


def test_property_named_like_a_keyword() -> None:
    """A property may have the name of a keyword."""
    schema = _object(format={"type": "string"}, pattern={"type": "string"})
    assert rewrite(schema, ["-format", "-pattern"]) == schema
    assert keywords(schema) == {"type", "properties"}


SCHEMAS = st.recursive(
    st.sampled_from(
        [
            {"type": "string", "format": "uri", "pattern": "x"},
            {"type": ["integer", "null"], "enum": [1, None]},
            {"const": ""},
            {"$ref": "#/$defs/a"},
            {"type": "object"},
            True,
            {},
        ]
    ),
    lambda inner: (
        st.builds(lambda part: {"type": "array", "items": part}, inner)
        | st.builds(lambda parts: {"oneOf": parts}, st.lists(inner, max_size=3))
        | st.builds(lambda parts: {"allOf": parts}, st.lists(inner, max_size=3))
        | st.builds(
            lambda parts: {"type": "object", "properties": parts, "required": ["a"]},
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        )
    ),
    max_leaves=8,
)
ALL_FORMS = sorted(
    {form for name in keywords({}) | {"$ref", "depth"} for form in forms(name)}
    | {
        form
        for name in (
            *("const", "enum", "oneOf", "anyOf", "allOf", "items", "required", "type"),
            *("properties", "description", "format", "pattern"),
        )
        for form in forms(name)
    }
    | {SIMPLE}
)


def _schemas(schema: object) -> Iterator[Schema]:
    """Yield a schema and those in it."""
    if isinstance(schema, dict):
        yield schema
        for key, value in schema.items():
            if key == "properties":
                for part in value.values():
                    yield from _schemas(part)
            elif key in ("oneOf", "anyOf", "allOf"):
                for part in value:
                    yield from _schemas(part)
            elif key == "items":
                yield from _schemas(value)


@given(
    st.dictionaries(st.sampled_from("abc"), SCHEMAS, max_size=3),
    st.sets(st.sampled_from(ALL_FORMS)),
)
def test_any_schema(properties: dict[str, Any], rewrites: set[str]) -> None:
    """Whatever a schema is, nothing of what was refused is left of it."""
    schema = {**_object(**properties), "$defs": {"a": {"type": "string"}}}
    before = orjson.dumps(schema)
    result = rewrite(schema, rewrites)
    assert orjson.dumps(schema) == before
    for part in _schemas(result):
        for name in rewrites:
            if name.startswith("-") and name != "-depth":
                assert name[1:] not in part or name[1:] == "description"
        if {"$ref", SIMPLE} & rewrites:
            assert "$ref" not in part
        if {"type", SIMPLE} & rewrites:
            assert not isinstance(part.get("type"), list)
        if {"enum", SIMPLE} & rewrites:
            assert all(isinstance(v, str) and v for v in part.get("enum", ()))
        if SIMPLE in rewrites:
            assert part.keys() <= {
                *("type", "description", "properties", "required", "items", "enum")
            }


USED = {
    *("$defs", "$ref", "additionalProperties", "allOf", "const", "default", "enum"),
    *("exclusiveMinimum", "format", "items", "minItems", "oneOf", "pattern", "title"),
    *("properties", "required", "type"),
}
GEMINI = "GenerateContentRequest.tools[0].function_declarations[22].parameters"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f"* {GEMINI}.properties[domain].items.enum[1]: cannot be empty\n", ["enum"]),
        (f"* {GEMINI}.properties[x].enum: only allowed for STRING type", ["enum"]),
        (f"* {GEMINI}.properties[format].items: missing field.", ["items"]),
        (f"* {GEMINI}.properties: should be non-empty for OBJECT type", ["properties"]),
        (f"* {GEMINI}.required[0]: property is not defined", ["required"]),
        (
            (
                'Invalid JSON payload received. Unknown name "const" at \'tools[0].'
                "function_declarations[3].parameters.properties[0].value': Cannot find field."
            ),
            ["const"],
        ),
        (
            (
                'Unknown name "exclusiveMinimum" at '
                f"'{GEMINI}.properties[1].value.items': Cannot find field."
            ),
            ["exclusiveMinimum"],
        ),
        (
            (
                'litellm.BadRequestError: GeminiException - {\\n "message": "Unknown name '
                f'\\"additional_properties\\" at \'{GEMINI}\': Cannot find field."}}'
            ),
            ["additionalProperties"],
        ),
        (
            (
                "Invalid value at 'tools.function_declarations[1].parameters.properties[1]."
                'value.type\' (type.googleapis.com/google.ai.Type), "enum"'
            ),
            ["type"],
        ),
        (
            (
                "Proto field is not repeating, cannot start list. at "
                f"'{GEMINI}.properties[0].value.type'"
            ),
            ["type"],
        ),
        (
            (
                "Unable to submit request because `f` functionDeclaration `parameters.b` "
                "schema specified other fields alongside any_of."
            ),
            ["oneOf"],
        ),
        (
            "JSON schema conversion failed:\nPattern must start with '^' and end with '$'",
            ["pattern"],
        ),
        ("parse: error parsing grammar: unknown escape at \\d", ["pattern"]),
        ("Error resolving ref #/$defs/X: not in tools", ["$ref"]),
        (
            (
                "Invalid schema for function 'f': In context=('properties', 'items'), 'uri' "
                "is not a valid format."
            ),
            ["format"],
        ),
        (
            (
                "Invalid schema for function 'f': In context=(), 'additionalProperties' is "
                "required to be supplied and to be false."
            ),
            ["additionalProperties"],
        ),
        (
            (
                "invalid schema for response format: response_format/json_schema/step: "
                "minItems is not supported"
            ),
            ["minItems"],
        ),
        (
            "Unsupported JSON schema fields: {'minItems', 'title'}",
            ["minItems", "title"],
        ),
        (
            (
                "[{'type': 'extra_forbidden', 'loc': ['body', 'tools', 1, 'function', "
                "'parameters', 'properties', 'title', 'format'], 'msg': 'no'}]"
            ),
            ["format"],
        ),
        ("[{'type': 'missing', 'loc': ['body', 'tools', 1, 'function']}]", []),
        (
            (
                "json: cannot unmarshal array into Go struct field "
                ".tools.function.parameters.properties.type of type string"
            ),
            ["type"],
        ),
        ("schema has too many levels of nesting", ["depth"]),
        (
            (
                "Invalid 'tools[3].function.description': string too long. Expected a "
                "string with maximum length 1024, but got a string with length 1800."
            ),
            ["description"],
        ),
        ("tools.0.custom.input_schema: JSON schema is invalid", []),
        ("the model does not support tools", []),
        ("Unsupported parameter: 'format'", []),
        ("messages[2].tool_calls[0].type: must be 'function'", []),
        ("This model's maximum context length is 9", []),
        ("Unsupported value: 'messages[0].role' does not support 'system'", []),
    ],
)
def test_named_keywords(words: str, expected: list[str]) -> None:
    """A refusal is about the keyword at the end of a path, quoted, or in words."""
    assert named_keywords(words, USED) == expected


TOOLS = [f"tool_{n}" for n in range(30)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f"{GEMINI}.properties[x].enum[1]: cannot be empty", [22]),
        (f"{GEMINI}.a: no\n{GEMINI.replace('22', '3')}.b: no", [3, 22]),
        ("tools[0].functionDeclarations[4].name: invalid", [4]),
        ("tools.function_declarations[1].parameters: invalid", [1]),
        ("tools[0].function_declarations: at most 20", []),
        ("tools[7].function.parameters: invalid", [7]),
        ("tools.3.custom.input_schema: JSON schema is invalid", [3]),
        ("[{'loc': ['body', 'tools', 5, 'function']}]", [5]),
        ("Value at 'toolConfig.tools.1.member.toolSpec.name' is wrong", [0]),
        ("tools[99].function: invalid", []),
        ("Invalid schema for function 'tool_9': bad", [9]),
        ("Invalid schema for function 'tool_29x': bad", []),
        ("messages[3].content: invalid", []),
    ],
)
def test_named_tools(words: str, expected: list[int]) -> None:
    """An index is that of the list that it stands behind."""
    assert named_tools(words, TOOLS) == [TOOLS[index] for index in expected]


@pytest.mark.parametrize(
    ("words", "is_named"),
    [
        ("Invalid schema for function 'search': bad", True),
        ("function search: bad schema", True),
        ("The search for a schema failed", False),
        ("search", False),
    ],
)
def test_tool_named_like_a_word(words: str, *, is_named: bool) -> None:
    """A tool whose name is an ordinary word has to be named as a tool."""
    assert named_tools(words, ["search"]) == (["search"] if is_named else [])
