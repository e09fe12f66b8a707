"""Parser for tool calls that models write into their text."""

from collections.abc import Iterator
from itertools import islice
import json
import re
from typing import Any

from .arriving_text import MalformedError
from .call_objects import Call, calls_by_key, calls_in, parse_object
from .lenient_json import parse
from .python_calls import python_calls

MAX_CALLS = 16
"""Maximum tool calls parsed from a block."""
MAX_NAME = 200
"""Maximum characters before the arguments in which the tool name is searched."""
MAX_MISSES = 50
"""Maximum braces that start no JSON object; each may be parsed to the end."""

_DECODER = json.JSONDecoder()
_NAMED = re.compile(
    # A name before its arguments: Kimi's "functions.f:0", Mistral's "f[ARGS]",
    # DeepSeek's "f" with a separator and an optional code fence, "f(", ReAct.
    r"(?P<name>[A-Za-z_][\w.\\-]*)(:\d+)?\s*"
    r"(\[CALL_ID\]\w*|\[ARGS\]|<[|｜][^<>\n]{1,40}[|｜]>|```(json)?"
    r"|\((?=\s*$)|(?<=\s)(json|code)(?=\s*$)|Action Input:|\s)*$"
)
_RECIPIENT = re.compile(r"\bto=(?P<name>[\w.-]+)")
"""Who is addressed in the header of harmony's channels."""
_HEADER_END = "<|message|>"
_NO_RECIPIENT = ("(", ":", ",", "=")
"""What stands before an object that is a value."""
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_STUCK = re.compile(r"<\|channel\|>\w+")
"""A channel behind a name."""
_FUNCTION = re.compile(
    r"<function=(?P<name>[^<>\n]+)>(?P<inner>.*?)(?=</function|<function=|\Z)",
    re.DOTALL,
)
_PARAMETER = re.compile(
    # Some models forget its end.
    r"<parameter=(?P<key>[^<>\n]+)>\n?(?P<value>.*?)\n?"
    r"(?P<end></parameter\s*>|(?=<parameter=)|\Z)",
    re.DOTALL,
)
_ARGUMENT = re.compile(
    r"<arg_key>(?P<key>[^<>]*)</arg_key>\s*"
    r"<arg_value>(?P<value>((?!<arg_key>).)*?)</arg_value>",
    re.DOTALL,
)
_DSML = re.compile(r"(?<=[</])[|｜]DSML[|｜]")
_INVOKE = re.compile(
    r"<invoke\s+name=[\"']?(?P<name>[^<>\"'\n]++)[\"']?\s*"
    r"(/>|>(?P<inner>.*?)(?=</invoke|<invoke\s|\Z))",
    re.DOTALL,
)
_NAMED_PARAMETER = re.compile(
    r"<parameter\s+name=[\"']?(?P<key>[^<>\"'\n]{1,200}?)[\"']?"
    r"(\s{1,20}string=[\"'](?P<string>true|false)[\"'])?\s{0,20}>"
    r"(?P<value>((?!<parameter\s).)*?)</parameter\s*>",
    re.DOTALL,
)
_GEMMA_QUOTES = ('<|"|>', "<escape>")


def parse_tool_calls(text: str, *, repair: bool = True) -> list[Call]:
    """Return the tool calls in the content of a block, empty if there are none.

    Formats: JSON objects with a name (Hermes, Qwen, Granite, Mistral), a name before
    its JSON (Kimi, DeepSeek, harmony, Gemma), tags for function and parameters (Llama,
    Qwen Coder, MiniMax, DSML), tags for keys and values (GLM), and Python (Llama 4).
    With `repair`, JSON that is cut is closed.
    """
    text = _without_quotes(text)
    for calls in (
        _function_tags(text, repair=repair),
        _invoke_tags(_DSML.sub("", text)),
        _key_value_tags(text),
        _json_objects(text, repair=repair),
        python_calls(text),
        _names(text),
    ):
        if found := list(islice(calls, MAX_CALLS)):
            return found
    return []


def _without_quotes(text: str) -> str:
    """Return a text with Gemma's quotes replaced by those of JSON."""
    for quote in _GEMMA_QUOTES:
        if quote in text:
            text = "".join(
                json.dumps(piece, ensure_ascii=False) if index % 2 else piece
                for index, piece in enumerate(text.split(quote))
            )
    return text


def _function_tags(text: str, *, repair: bool) -> Iterator[Call]:
    """Yield calls in `<function=f>` tags, with JSON or a tag for each parameter."""
    for found in _FUNCTION.finditer(text):
        inner = found["inner"].strip()
        parameters = list(_PARAMETER.finditer(inner))
        arguments = {m["key"].strip(): _parse_value(m["value"]) for m in parameters}
        if parameters and not (repair or parameters[-1]["end"]):
            continue
        if not arguments and inner:
            parsed = parse_object(inner)
            if parsed is None:
                continue
            arguments = parsed
        yield found["name"].strip().strip("\"'"), arguments


def _invoke_tags(text: str) -> Iterator[Call]:
    """Yield calls in `<invoke name="f">` tags, with a tag for each parameter."""
    for found in _INVOKE.finditer(text):
        inner = (found["inner"] or "").strip()
        arguments = {
            m["key"].strip(): (
                m["value"] if m["string"] == "true" else _parse_value(m["value"])
            )
            for m in _NAMED_PARAMETER.finditer(inner)
        }
        if not arguments and (parsed := parse_object(inner)) is not None:
            arguments = parsed
        yield found["name"].strip(), arguments


def _key_value_tags(text: str) -> Iterator[Call]:
    """Yield a call given as a name with a tag for each key and each value."""
    arguments = {
        m["key"].strip(): _parse_value(m["value"]) for m in _ARGUMENT.finditer(text)
    }
    name = text.partition("<arg_key>")[0].strip()
    if arguments and re.fullmatch(r"[\w.-]+", name):
        yield name, arguments


def _json_objects(text: str, *, repair: bool) -> Iterator[Call]:
    """Yield calls given as JSON objects that contain or follow the tool name."""
    position = misses = 0
    while (start := text.find("{", position)) >= 0 and misses < MAX_MISSES:
        value, end = _object_at(text, start, repair=repair)
        if value is None:
            position = start + 1
            misses += 1
            continue
        before = _STUCK.sub("", text[max(position, start - MAX_NAME) : start])
        if calls := list(calls_in(value)):
            yield from calls
        elif found := _recipient(before) or _NAMED.search(before):
            yield found["name"].removeprefix("functions."), value
        elif calls := list(calls_by_key(value)):
            yield from calls
        elif (
            isinstance(name := value.get("name"), str)
            and len(value) == 1
            and end > 0
            and not before.rstrip().endswith(_NO_RECIPIENT)
        ):
            yield name, {}
        position = abs(end)


def _object_at(
    text: str, start: int, *, repair: bool
) -> tuple[dict[str, Any] | None, int]:
    """Return the object at a position of a text, and its end.

    The end is negative if the text cuts the object.
    """
    try:
        return _DECODER.raw_decode(text, start)
    except ValueError, RecursionError:
        pass
    try:
        value, end, is_cut = parse(text, start)
    except MalformedError:
        return None, start
    if is_cut and not repair:
        return None, start
    return value, -end if is_cut else end


def _names(text: str) -> Iterator[Call]:
    """Yield a call without arguments, of which only the name is given."""
    if found := _recipient(text):
        yield found["name"].removeprefix("functions."), {}
    elif found := _NAME.fullmatch(text.strip()):
        yield found[0], {}


def _recipient(text: str) -> re.Match[str] | None:
    """Return who is addressed in a header that a text ends with, if it does."""
    text = text.rstrip()
    if not text.endswith(_HEADER_END):
        return None
    return _RECIPIENT.search(text, text.rfind("{") + 1)


def _parse_value(text: str) -> Any:
    """Return the value in a tag: parsed if it is JSON, else as text."""
    text = text.strip()
    try:
        return json.loads(text)
    except ValueError, RecursionError:
        return text
