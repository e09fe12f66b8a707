"""Hypothesis strategies for the bytes of valid and invalid responses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
import json
import re
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

type Draw = Callable[[SearchStrategy[Any]], Any]
type Json = Any

TOOLS = ("intent__HassTurnOn", "intent__HassLightSet", "GetLiveContext", "get")


@dataclass(frozen=True)
class Piece:
    """Complete lines of a stream."""

    data: bytes
    text: str = ""
    """Text that must be decoded, marked by unusual brackets."""
    reasoning: str = ""

    @property
    def last(self) -> bool:
        """Return whether it ends the stream, so that later bytes are ignored."""
        lines = self.data.splitlines()
        return any(
            line[5:].strip() == b"[DONE]" for line in lines if line[:5] == b"data:"
        )

    def __repr__(self) -> str:
        """Return the bytes only, for short failure reports."""
        return repr(self.data)


ENDS = st.sampled_from([b"\n\n", b"\n\n", b"\r\n\r\n", b"\n", b"\r\n", b"\r\r", b"\r"])
WORDS = st.text(
    st.sampled_from('ab0 \n\r\t\0"\\:{}[]<é中😀\u2028\x85\ufeff'), max_size=12
)
NAMES = st.sampled_from([*TOOLS, *TOOLS, "", " ", "küche: licht", "a" * 70, "x" * 300])
DEPTHS = st.sampled_from([3, 60, 130, 200, 260, 400, 600, 1100, 5000])
NESTS = [
    ("[", "]"),
    ('{"a":', "}"),
    ('[{"text":', "}]"),
    ('[{"summary":', "}]"),
    ('[{"thinking":', "}]"),
]
SCALARS = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        -1,
        63,
        2**31,
        2**63,
        2**64,
        -(10**30),
        10**400,
        1.5,
        -0.0,
        1e308,
        float("nan"),
        float("inf"),
        float("-inf"),
        "",
        " ",
        "0",
        "429",
        "stop",
        "length",
        "tool_calls",
        "content_filter",
        "null",
        "{}",
        "[]",
        '{"a": 1}',
        '{"a": ',
        '"{}"',
        '{"a": 1e999}',
        '{"a": 100000000000000000000}',
        '{"a": NaN}',
        '{"a": "\\ud83d"}',
        "\ud83d",
        "\ude00",
        "a\0b",
        "x" * 5000,
        "<think>",
        "The model is still loading",
    ]
)
WEIRD: SearchStrategy[Json] = st.one_of(
    SCALARS,
    # A placeholder that `dumped` expands: `json.dumps` cannot nest this deep
    st.builds(
        lambda nest, depth: f"@nest:{nest}:{depth}@",
        st.integers(0, len(NESTS) - 1),
        DEPTHS,
    ),
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["text", "summary", "thinking", "type", "error", "message", "a"]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=5,
    ),
)
OBJECTS = st.dictionaries(
    WORDS,
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | WORDS
    | st.lists(WORDS, max_size=2)
    | st.dictionaries(WORDS, WORDS, max_size=2),
    max_size=4,
)


def _expand_placeholder(found: re.Match[str]) -> str:
    """Return the nested JSON for a placeholder."""
    begin, end = NESTS[int(found[1])]
    depth = int(found[2])
    return begin * depth + '"x"' + end * depth


def dumped(value: Json, *, ascii_only: bool = True, tight: bool = False) -> str:
    """Return a value as JSON, with placeholders expanded."""
    try:
        text = json.dumps(
            value,
            ensure_ascii=ascii_only,
            separators=(",", ":") if tight else None,
        )
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value)
    return re.sub(r'"@nest:(\d+):(\d+)@"', _expand_placeholder, text)


def wrapped(delta: Json, finish: Json = None, **extra: Json) -> dict[str, Json]:
    """Return a chunk with a delta."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **extra,
    }


@st.composite
def event(draw: Draw, payload: Json) -> bytes:
    """Draw an event with a payload, in one of the notations that servers use."""
    text = dumped(payload, ascii_only=draw(st.booleans()), tight=draw(st.booleans()))
    before = draw(st.sampled_from([b"", b"", b"", b"event: message\n", b"id: 1\r\n"]))
    name = draw(st.sampled_from([b"data: ", b"data: ", b"data:"]))
    return bytes(before + name + text.encode() + draw(ENDS))


@st.composite
def spread(draw: Draw, payload: Json) -> bytes:
    """Draw an event with a payload over several data lines, after a blank line."""
    lines = json.dumps(payload, indent=draw(st.sampled_from([0, 1]))).split("\n")
    end = draw(st.sampled_from([b"\n", b"\r\n", b"\r"]))
    return bytes(
        2 * end + b"".join(b"data: " + line.encode() + end for line in lines) + end
    )


@st.composite
def good_text(draw: Draw, mark: str) -> Piece:
    """Draw a chunk with text or reasoning."""
    words = f"⟦{mark}:{draw(WORDS)}⟧"
    kind = draw(
        st.sampled_from(["text"] * 6 + ["parts", "message", "refusal", "think"])
    )
    delta: dict[str, Json] = {"content": words}
    if draw(st.booleans()):
        delta["role"] = "assistant"
    if kind == "parts":
        delta["content"] = [{"type": "text", "text": words}]
    elif kind == "refusal":
        delta = {"content": None, "refusal": words}
    elif kind == "think":
        name = draw(st.sampled_from(["reasoning_content", "reasoning"]))
        delta = {"content": draw(st.sampled_from([None, ""])), name: words}
    payload = wrapped(delta)
    if kind == "message":
        choice = payload["choices"][0]
        choice["message"] = choice.pop("delta")
    if draw(st.booleans()):
        payload["usage"] = None
    data = draw(
        st.one_of(event(payload), event(payload), event(payload), spread(payload))
    )
    return Piece(data, reasoning=words) if kind == "think" else Piece(data, words)


FRAGMENTS = st.fixed_dictionaries(
    {},
    optional={
        "index": st.sampled_from([0, 0, 1, 2, None, -1]) | SCALARS,
        "id": st.sampled_from(["call_0", "call_0", "call_1", "", None]) | SCALARS,
        "type": st.just("function"),
        "function": st.fixed_dictionaries(
            {},
            optional={
                "name": NAMES,
                "arguments": st.sampled_from(
                    [
                        '{"na',
                        'me": "Lamp"}',
                        "{}",
                        '{"name": "Lamp"}',
                        "",
                        "null",
                        "[1]",
                    ]
                )
                | WEIRD
                | OBJECTS,
            },
        ),
        "name": NAMES,
        "arguments": st.just('{"name": "Lamp"}') | WEIRD,
    },
)
USAGES = st.builds(
    lambda usage: {"choices": [], "usage": usage},
    st.fixed_dictionaries(
        {},
        optional={
            "prompt_tokens": st.integers(0, 10**6) | SCALARS,
            "completion_tokens": st.integers(0, 10**6) | SCALARS,
            "prompt_tokens_details": st.just({"cached_tokens": 3}) | WEIRD,
        },
    ),
)
CHUNKS: SearchStrategy[Json] = st.one_of(
    st.just(wrapped({"role": "assistant", "content": ""})),
    st.builds(
        lambda calls: wrapped({"tool_calls": calls}), st.lists(FRAGMENTS, max_size=3)
    ),
    USAGES,
    st.builds(
        lambda finish: wrapped({}, finish),
        st.sampled_from(["stop", "length", "tool_calls", "content_filter"]),
    ),
    st.just(wrapped({"content": "plain", "reasoning_content": "hm"})),
    st.just(wrapped({"function_call": {"name": "get", "arguments": "{}"}})),
    st.just(wrapped({"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]})),
    st.just({"object": "error", "message": "bad", "code": 400}),
)
ERRORS: SearchStrategy[Json] = st.builds(
    lambda error: {"error": error},
    st.fixed_dictionaries(
        {},
        optional={
            "message": st.sampled_from(
                ["context length exceeded", "Loading model", "no such model", "boom"]
            )
            | WEIRD,
            "code": st.sampled_from([400, 401, 429, 500, 503, "context"]) | WEIRD,
            "type": WEIRD,
            "status": WEIRD,
        },
    )
    | WEIRD,
)


def _paths(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each value nested in a value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else ()
    for key, inner in enumerate(value) if isinstance(value, list) else items:
        yield from _paths(inner, (*path, key))


@st.composite
def mangled(draw: Draw) -> Json:
    """Draw a chunk with one or two values replaced by unexpected ones."""
    value = json.loads(json.dumps(draw(CHUNKS)))
    for _ in range(draw(st.integers(1, 2))):
        *path, key = draw(st.sampled_from(list(_paths(value))))
        holder = value
        for step in path:
            holder = holder[step]
        holder[key] = draw(WEIRD)
    return value


@st.composite
def junk(draw: Draw) -> Piece:
    """Draw lines that are invalid or have no meaning."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        data = draw(st.binary(max_size=30))
    elif kind == 1:
        data = b"data: " + draw(st.binary(max_size=30))
    elif kind == 2:
        text = dumped(draw(CHUNKS)).encode()
        data = b"data: " + text[: draw(st.integers(0, len(text)))]
    elif kind == 3:
        data = draw(
            st.sampled_from(
                [
                    b": ping",
                    b"data",
                    b"data:",
                    b"data :x",
                    b"event: error",
                    b"retry: 10",
                    b"",
                    b"data: null",
                    b"data: []",
                    b"data: {}",
                    b"data: [DONE",
                    b"{}",
                    b"<html>",
                    b"\xef\xbb\xbf",
                    b"data: \xff\xfe",
                    b'data: {"choices": [{"delta": {"content": "\xff\xc3("}}]}',
                ]
            )
        )
    elif kind == 4:
        begin, end = draw(st.sampled_from(NESTS))
        depth = draw(DEPTHS)
        data = b"data: " + (begin * depth + "1" + end * depth).encode()
    elif kind == 5:
        first, second = dumped(draw(CHUNKS)), dumped(draw(mangled()))
        data = b"data: " + f"{first[:-1]}, {second[1:]}".encode()
    elif kind == 6:
        # A complete JSON body among the events
        data = dumped(draw(CHUNKS)).encode()
    else:
        return Piece(draw(event(draw(mangled()))))
    return Piece(data + draw(ENDS))


@st.composite
def stream(draw: Draw, *, errors: bool = True) -> list[Piece]:
    """Draw a stream as a list of pieces."""
    kinds = ["text"] * 4 + ["chunk"] * 3 + ["junk"] * 4 + ["burst", "done"]
    kinds += ["error"] if errors else []
    # A byte order mark is only allowed at the start
    pieces = [Piece(b"\xef\xbb\xbf")] if draw(st.integers(0, 19)) == 19 else []
    for number, kind in enumerate(draw(st.lists(st.sampled_from(kinds), max_size=10))):
        match kind:
            case "text":
                pieces.append(draw(good_text(str(number))))
            case "chunk":
                pieces.append(Piece(draw(event(draw(CHUNKS)))))
            case "junk":
                pieces.append(draw(junk()))
            case "burst":
                # The same event many times
                data = draw(event(draw(CHUNKS | mangled())))
                times = draw(st.sampled_from([2, 70, 1500]))
                pieces.append(Piece(data * min(times, 100_000 // len(data) + 1)))
            case "error":
                pieces.append(Piece(draw(event(draw(ERRORS)))))
            case _:
                pieces.append(Piece(b"data: [DONE]" + draw(ENDS)))
    return pieces


@st.composite
def cut(draw: Draw, data: bytes) -> list[bytes]:
    """Draw the parts of bytes that are cut at random positions."""
    positions = draw(st.lists(st.integers(0, len(data)), max_size=8))
    # Between CR and LF, and within a character, are the difficult positions
    difficult = [m.start() + 1 for m in re.finditer(rb"\r\n|[\xc0-\xff]", data[:4000])]
    if difficult:
        positions += draw(st.lists(st.sampled_from(difficult), max_size=4))
    positions = [0, *sorted(positions), len(data)]
    return [data[begin:end] for begin, end in pairwise(positions) if begin < end]
