"""Parser for tool calls that models write into their text."""

import ast
from collections.abc import Iterator
from itertools import islice
import json
import re
from typing import Any

MAX_CALLS = 16
"""Maximum tool calls parsed from a block."""
MAX_NAME = 200
"""Maximum characters before the arguments in which the tool name is searched."""
MAX_MISSES = 50
"""Maximum braces that start no JSON object; each may be parsed to the end."""

type Call = tuple[str, dict[str, Any]]
"""Tool name and arguments."""

_DECODER = json.JSONDecoder()
_NAMED = re.compile(
    # A name before its arguments: Kimi's "functions.f:0", Mistral's "f[ARGS]",
    # DeepSeek's "f" with a separator and an optional code fence.
    r"(?P<name>[A-Za-z_][\w.-]*)(:\d+)?\s*"
    r"(\[ARGS\]|<[|｜][^<>\n]{1,40}[|｜]>|```(json)?|\s)*$"
)
_FUNCTION = re.compile(
    r"<function=(?P<name>[^<>\n]+)>(?P<inner>.*?)(?=</function|<function=|\Z)",
    re.DOTALL,
)
_PARAMETER = re.compile(
    r"<parameter=(?P<key>[^<>\n]+)>\n?(?P<value>((?!<parameter=).)*?)\n?</parameter\s*>",
    re.DOTALL,
)
_ARGUMENT = re.compile(
    r"<arg_key>(?P<key>[^<>]*)</arg_key>\s*"
    r"<arg_value>(?P<value>((?!<arg_key>).)*?)</arg_value>",
    re.DOTALL,
)


def parse_tool_calls(text: str) -> list[Call]:
    """Return the tool calls in the content of a block, empty if there are none.

    Formats: JSON objects with a name (Hermes, Qwen, Granite, Mistral), a name before
    its JSON (Kimi, DeepSeek), tags for function and parameters (Llama, Qwen Coder),
    tags for keys and values (GLM), and Python (Llama 4).
    """
    for parse in (_function_tags, _key_value_tags, _json_objects, _python_calls):
        if calls := list(islice(parse(text), MAX_CALLS)):
            return calls
    return []


def _function_tags(text: str) -> Iterator[Call]:
    """Yield calls in `<function=f>` tags, with JSON or a tag for each parameter."""
    for found in _FUNCTION.finditer(text):
        inner = found["inner"].strip()
        arguments = {
            m["key"].strip(): _parse_value(m["value"])
            for m in _PARAMETER.finditer(inner)
        }
        if not arguments and inner:
            parsed = _parse_json(inner)
            if not isinstance(parsed, dict):
                continue
            arguments = parsed
        yield found["name"].strip().strip("\"'"), arguments


def _key_value_tags(text: str) -> Iterator[Call]:
    """Yield a call given as a name with a tag for each key and each value."""
    arguments = {
        m["key"].strip(): _parse_value(m["value"]) for m in _ARGUMENT.finditer(text)
    }
    name = text.partition("<arg_key>")[0].strip()
    if arguments and re.fullmatch(r"[\w.-]+", name):
        yield name, arguments


def _json_objects(text: str) -> Iterator[Call]:
    """Yield calls given as JSON objects that contain or follow the tool name."""
    position = misses = 0
    while (start := text.find("{", position)) >= 0 and misses < MAX_MISSES:
        try:
            value, end = _DECODER.raw_decode(text, start)
        except ValueError, RecursionError:
            position = start + 1
            misses += 1
            continue
        found = _NAMED.search(text[max(position, start - MAX_NAME) : start])
        if call := _call_from_object(value):
            yield call
        elif found:
            yield found["name"].removeprefix("functions."), value
        elif isinstance(name := value.get("name"), str) and len(value) == 1:
            yield name, {}
        position = end


def _call_from_object(value: dict[str, Any]) -> Call | None:
    """Return the call if the object has both tool name and arguments."""
    inner = value.get("function")
    if isinstance(inner, dict):
        value = inner
    name = value.get("name") or value.get("tool_name") or value.get("tool") or inner
    for key in ("arguments", "parameters", "args", "input"):
        if key in value:
            arguments = value[key]
            if isinstance(arguments, str):
                arguments = _parse_json(arguments)
            if isinstance(name, str) and isinstance(arguments, dict | None):
                return name, arguments or {}
            return None
    return None


def _python_calls(text: str) -> Iterator[Call]:
    """Yield calls in Python syntax, with keyword arguments and literals."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError, ValueError, RecursionError, MemoryError:
        return
    calls = tree.body.elts if isinstance(tree.body, ast.List) else [tree.body]
    for call in calls:
        if isinstance(call, ast.Call) and not call.args:
            try:
                name = ast.unparse(call.func)
                arguments = {
                    keyword.arg: ast.literal_eval(keyword.value)
                    for keyword in call.keywords
                    if keyword.arg
                }
            except ValueError, TypeError, RecursionError:
                continue
            yield name, arguments


def _parse_value(text: str) -> Any:
    """Return the value in a tag: parsed if it is JSON, else as text."""
    value = _parse_json(text.strip())
    return text.strip() if value is None else value


def _parse_json(text: str) -> Any:
    """Return parsed JSON, None if it is invalid."""
    try:
        return json.loads(text)
    except ValueError, RecursionError:
        return None
