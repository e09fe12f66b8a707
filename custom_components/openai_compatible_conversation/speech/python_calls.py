"""Tool calls in Python syntax."""

import ast
from collections.abc import Iterator
import re
from typing import Any

_OPENING = re.compile(
    # A fence with its label, the tokens of a notation, or the tag around a call.
    r"```+[^\n`(\[]*\n?|~~~+[^\n]*\n|<[^<>\n]{1,40}>|\[TOOL_CALLS\]"
)
_MAX_TAG = 42


def python_calls(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield calls in Python syntax, with keyword arguments and literals."""
    text = _without_tags(text)
    # Words may follow the calls.
    end = max(text.rfind(")"), text.rfind("]")) + 1
    try:
        tree = ast.parse(text[:end])
    except SyntaxError, ValueError, RecursionError, MemoryError:
        return
    for statement in tree.body:
        if isinstance(statement, ast.Expr):
            value = statement.value
            calls = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
            for call in calls:
                if isinstance(call, ast.Call):
                    yield from _call(call)


def _without_tags(text: str) -> str:
    """Return a text without the fences and tags around it."""
    text = text.strip()
    while found := _OPENING.match(text):
        text = text[found.end() :].lstrip()
    while text.endswith((">", "```", "~~~")):
        if text[-1] != ">":
            text = text.rstrip("`~").rstrip()
            continue
        start = text.rfind("<", -_MAX_TAG)
        if start < 0:
            break
        text = text[:start].rstrip()
    return text


def _call(call: ast.Call) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a call if its arguments are literals, which have names."""
    try:
        arguments = {
            keyword.arg: ast.literal_eval(keyword.value)
            for keyword in call.keywords
            if keyword.arg
        }
        for argument in call.args:
            value = ast.literal_eval(argument)
            if not isinstance(value, dict):
                return
            arguments |= value
        yield ast.unparse(call.func), arguments
    except ValueError, TypeError, RecursionError:
        return
