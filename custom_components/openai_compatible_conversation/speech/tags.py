"""The tags, control tokens and marker that models write into their text.

Which of them are removed depends on where they stand. Decision record:
docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from .call_blocks import LINE_WRAPPERS, WRAPPERS
from .patterns import Element, PatternSet, literal
from .tag_names import (
    CALL_PAIRS,
    CALL_TAGS,
    CALLS_TO_THE_END,
    GENERIC_TAGS,
    HARMONY_ENDS,
    INNER_CALL_PAIRS,
    INVOCATIONS,
    OTHER_HEADERS,
    REASONING_PAIRS,
    REASONING_TAGS,
    ROLE_HEADERS,
    SPECIAL,
)

_GAP: Element = (r"[\s*_~`\\-]", 0, 4)
_FORMATTING: Element = (r"[*_~`]", 0, 3)
_BLANKS: Element = (r"\s", 0, 3)
_MARKER = [
    _FORMATTING,
    *literal("["),
    _GAP,
    *literal("CONTINUE"),
    _GAP,
    *literal("LISTENING"),
    _GAP,
    *literal("]"),
]
_SPECIAL_TOKEN = [
    (r"<", 1, 1),
    (r"[|｜]", 1, 1),
    # Not "<| and |>", the operators of some languages.
    (r"[^|｜<>`\s]", 1, 1),
    (r"[^|｜<>`\n]", 0, 39),
    (r"[|｜]", 1, 1),
    (r">", 1, 1),
]


_NAME: Element = (r"[\w.:-]", 1, 80)
_RECIPIENT = [*literal(" to="), _NAME]
_BLANK: Element = (r" ", 0, 1)
_CHANNELS = [
    # Harmony's header: a role, a channel, a recipient and a format.
    [
        *start,
        *literal("<|channel|>"),
        (r"[a-z]", 5, 12),
        *recipient,
        _BLANK,
        *form,
        *literal("<|message|>"),
    ]
    for start in (
        [],
        literal("<|start|>assistant"),
        [*literal("<|start|>assistant"), *_RECIPIENT],
        [*literal("<|start|>functions."), _NAME],
        [*literal("<|start|>functions."), _NAME, *literal(" to=assistant")],
    )
    for recipient in ([], _RECIPIENT)
    for form in ([], [*literal("<|constrain|>"), (r"\w", 0, 10)], [(r"[a-z]", 4, 6)])
]


def _tag(name: str, slash: str = "") -> list[Element]:
    """Return the pattern of a tag."""
    return [*literal(f"<{slash}{name}"), _BLANKS, *literal(">")]


_REASONING_ENDS = [
    *(_tag(name, "/") for name in REASONING_TAGS),
    *(literal(end) for _, end in REASONING_PAIRS),
]
_REASONING_STARTS = [
    *(_tag(name) for name in REASONING_TAGS),
    *(literal(begin) for begin, _ in REASONING_PAIRS),
]
_REASONING = {"channel": _CHANNELS, "think": _REASONING_STARTS, "late": _REASONING_ENDS}
_GENERIC = {
    "raw": [[*literal("analysis"), (r"[A-Z]", 1, 1)]],
    "generic": [_tag(name) for name in GENERIC_TAGS],
    "role": [literal("assistant\n")],
}
_ASIDES = {"aside": _GENERIC["generic"]}
_CALLS = {
    "call": [
        *(_tag(name) for name in CALL_TAGS),
        *(literal(begin) for begin, _ in CALL_PAIRS),
    ],
    "inner": [literal(begin) for begin, _ in INNER_CALL_PAIRS],
    "function": [[*literal("<function="), (r"[^<>\n]", 1, 64), *literal(">")]],
    "invoke": [literal(begin) for begin, _ in INVOCATIONS],
    "rest": [literal(begin) for begin in CALLS_TO_THE_END],
}
_CALL_ENDS = [
    *(_tag(name, "/") for name in CALL_TAGS),
    *(literal(end) for _, end in CALL_PAIRS),
]
_INNER_ENDS = [literal(end) for _, end in INNER_CALL_PAIRS]
_TOKENS = {
    "header": [literal(header) for header in ROLE_HEADERS],
    "other": [literal(header) for header in OTHER_HEADERS],
    "stray": [
        *_CALL_ENDS,
        *_INNER_ENDS,
        _tag("function", "/"),
        *(literal(end) for _, end in INVOCATIONS),
    ],
    "control": [*(literal(token) for token in SPECIAL), _SPECIAL_TOKEN],
}
_HARMONY_ENDS = {
    "next": _CHANNELS,
    "end": [*(literal(end) for end in HARMONY_ENDS), *_REASONING_ENDS],
}
_OPENINGS = {
    "opening": [
        *(_tag(name) for name in (*WRAPPERS, *LINE_WRAPPERS)),
        literal("<invoke "),
    ],
    "result": [
        _tag("tool_response"),
        [*literal("```tool_output"), ("s", 0, 1), *literal("\n")],
    ],
    "rest_of_call": [_tag(name, "/") for name in (*WRAPPERS, *LINE_WRAPPERS)],
}
"""What models write around calls in an ordinary notation, and after them."""
_CODE = {"tick": [[("`", 1, 3)], [("~", 1, 3)]]}
_LINE = {"line": [literal("\n")]}

MARKERS = PatternSet({"marker": [_MARKER]})
"""The marker alone, for text where it has no effect and is only removed."""

TEXT = PatternSet(
    # The first kind that matches wins, and control tokens match nearly anything.
    {**_REASONING, **_ASIDES, **_CALLS, **_TOKENS, "marker": [_MARKER], **_CODE}
)
"""What has a meaning in text."""
START = PatternSet(
    {**_REASONING, **_GENERIC, **_CALLS, **_TOKENS, "marker": [_MARKER], **_CODE}
)
"""What has a meaning before the first visible character of a text."""
CALL_TEXT = PatternSet(
    {
        **_REASONING,
        **_ASIDES,
        **_CALLS,
        **_OPENINGS,
        **_TOKENS,
        "marker": [_MARKER],
        **_CODE,
        **_LINE,
    }
)
"""What has a meaning in text if the model may call tools."""
CALL_START = PatternSet(
    {
        **_REASONING,
        **_GENERIC,
        **_CALLS,
        **_OPENINGS,
        **_TOKENS,
        "marker": [_MARKER],
        **_CODE,
        **_LINE,
    }
)
"""What has a meaning at the start of a text if the model may call tools."""
SPAN = PatternSet(
    {**_REASONING, **_CALLS, **_TOKENS, "marker": [_MARKER], **_CODE, **_LINE}
)
"""What has a meaning after a backtick, which may open a code span."""
FENCE = PatternSet({**_CALLS, "marker": [_MARKER], **_CODE})
"""What has a meaning in a fenced code block."""
OUTLINE = PatternSet({**_REASONING, **_GENERIC, **_CODE, **_LINE})
"""The reasoning and the code of a text."""
EDGES = PatternSet({**_REASONING, **_CALLS, **_TOKENS, "marker": [_MARKER]})
"""What may stand before and after data."""
CALLS = PatternSet({"channel": _CHANNELS, **_CALLS})
"""The start of tool calls."""

_GENERIC_CLOSER = PatternSet(
    {"end": [*(_tag(name, "/") for name in GENERIC_TAGS), *_REASONING_ENDS]}
)
CLOSERS = {
    "first": PatternSet(
        {"end": _REASONING_ENDS, "next": [*_CHANNELS, *_REASONING_STARTS]}
    ),
    "think": PatternSet({"end": _REASONING_ENDS}),
    "analysis": PatternSet(_HARMONY_ENDS),
    "recipient": PatternSet(_HARMONY_ENDS),
    "generic": _GENERIC_CLOSER,
    "aside": _GENERIC_CLOSER,
    "call": PatternSet({"end": _CALL_ENDS}),
    "inner": PatternSet({"end": [*_INNER_ENDS, *_CALL_ENDS]}),
    "function": PatternSet({"end": [_tag("function", "/")]}),
    "invoke": PatternSet({"end": [literal(end) for _, end in INVOCATIONS]}),
    "result": PatternSet({"end": [_tag("tool_response", "/"), literal("```")]}),
    "raw": PatternSet(
        {"end": [literal("assistantfinal")], "next": [literal("assistantcommentary")]}
    ),
}
"""The ends of a block by its kind; one of the kind "rest" has none."""


def channel_of(header: str) -> str:
    """Return what follows a header of harmony: "text", "analysis" or "recipient"."""
    start, _, channel = header.lower().rpartition("<|channel|>")
    if start.startswith("<|start|>functions."):
        # The result that the model expects.
        return "analysis"
    if " to=" in header:
        return "recipient"
    return "analysis" if channel.startswith(("analysis", "th")) else "text"
