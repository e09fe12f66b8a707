"""Tool calls in Python syntax."""

import ast
from collections.abc import Iterator
import re
from typing import Any, override

_OPENING = re.compile(
    # A fence with its label, the tokens of a notation, or the tag around a call.
    r"```++[^\n`(\[]*+\n?|~~~++[^\n]*+\n|<[^<>\n]{1,40}>|\[TOOL_CALLS\]|`{1,2}"
)
_MAX_TAG = 42
_PROGRAM = "tool_c"
"""How the label of a fence begins in which results are assigned to variables."""
_JSON_WORDS = {"true": True, "false": False, "null": None}


def python_calls(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield calls in Python syntax, with keyword arguments and literals."""
    is_program = text.lstrip(" \n`~").startswith(_PROGRAM)
    text = _without_tags(text)
    # Words may follow the calls.
    end = max(text.rfind(")"), text.rfind("]")) + 1
    try:
        tree = ast.parse(text[:end])
    except SyntaxError, ValueError, RecursionError, MemoryError:
        return
    for statement in tree.body:
        if isinstance(statement, ast.Expr) or (
            is_program and isinstance(statement, ast.Assign)
        ):
            value = statement.value
            calls = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
            for call in calls:
                if isinstance(call, ast.Call):
                    yield from _call(_unprinted(call))


def _without_tags(text: str) -> str:
    """Return a text without the fences and tags around it."""
    text = text.strip()
    while found := _OPENING.match(text):
        text = text[found.end() :].lstrip()
    while text.endswith((">", "`", "~~~")):
        if text[-1] != ">":
            text = text.rstrip("`~").rstrip()
            continue
        start = text.rfind("<", -_MAX_TAG)
        if start < 0:
            break
        text = text[:start].rstrip()
    return text


def _unprinted(call: ast.Call) -> ast.Call:
    """Return the call whose result a call prints, else the call itself."""
    match call:
        case ast.Call(
            func=ast.Name(id="print"), args=[ast.Call() as inner], keywords=[]
        ):
            return inner
    return call


class _JsonWords(ast.NodeTransformer):
    """Replaces the words for literals that JSON has and Python has not."""

    @override
    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Return the literal that a name stands for."""
        if node.id in _JSON_WORDS:
            return ast.Constant(_JSON_WORDS[node.id])
        return node


def _call(call: ast.Call) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a call if its arguments are literals, which have names."""
    try:
        call = _JsonWords().visit(call)
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
