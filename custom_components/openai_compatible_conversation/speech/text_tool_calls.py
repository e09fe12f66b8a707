"""Tool calls that models write into their text instead of making them."""

import ast
from collections.abc import Iterator
from itertools import islice
import json
import re
from typing import Any

MAX_CALLS = 16
MAX_NAME = 200
"""Characters before the arguments of a call in which its name stands."""
MAX_MISSES = 50
"""Braces that may turn out to begin no object, for each may be read to the end."""

type Call = tuple[str, dict[str, Any]]

_DECODER = json.JSONDecoder()
_NAMED = re.compile(
    # A name before its arguments: Kimi's "functions.f:0", Mistral's "f[ARGS]",
    # DeepSeek's "f" with a separator and perhaps a code fence.
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
    """Return the calls, name and arguments, that the inside of a block stands for.

    Forms: JSON objects with a name (Hermes, Qwen, Granite, Mistral), a name before
    its JSON (Kimi, DeepSeek), tags for function and parameters (Llama, Qwen Coder),
    tags for keys and values (GLM), and Python (Llama 4).
    """
    for form in (_tagged, _pairs, _objects, _python):
        if calls := list(islice(form(text), MAX_CALLS)):
            return calls
    return []


def _tagged(text: str) -> Iterator[Call]:
    """Yield calls as `<function=f>` with JSON or with a tag for each parameter."""
    for found in _FUNCTION.finditer(text):
        inner = found["inner"].strip()
        arguments = {
            m["key"].strip(): _value(m["value"]) for m in _PARAMETER.finditer(inner)
        }
        if not arguments and inner:
            given = _json(inner)
            if not isinstance(given, dict):
                continue
            arguments = given
        yield found["name"].strip().strip("\"'"), arguments


def _pairs(text: str) -> Iterator[Call]:
    """Yield calls as a name with a tag for each key and each value."""
    arguments = {m["key"].strip(): _value(m["value"]) for m in _ARGUMENT.finditer(text)}
    name = text.partition("<arg_key>")[0].strip()
    if arguments and re.fullmatch(r"[\w.-]+", name):
        yield name, arguments


def _objects(text: str) -> Iterator[Call]:
    """Yield calls as JSON objects that hold their name, or follow it."""
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
    """Return the call that an object holds with its arguments."""
    inner = value.get("function")
    if isinstance(inner, dict):
        value = inner
    name = value.get("name") or value.get("tool_name") or value.get("tool") or inner
    for key in ("arguments", "parameters", "args", "input"):
        if key in value:
            arguments = value[key]
            if isinstance(arguments, str):
                arguments = _json(arguments)
            if isinstance(name, str) and isinstance(arguments, dict | None):
                return name, arguments or {}
            return None
    return None


def _python(text: str) -> Iterator[Call]:
    """Yield calls as Python writes them, with keywords and plain values."""
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


def _value(text: str) -> Any:
    """Return a value that stands in a tag: JSON if it is, else the text."""
    value = _json(text.strip())
    return text.strip() if value is None else value


def _json(text: str) -> Any:
    """Return what JSON text holds, None if it is none."""
    try:
        return json.loads(text)
    except ValueError, RecursionError:
        return None
