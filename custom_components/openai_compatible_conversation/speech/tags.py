"""The tags, control tokens and marker that models write into their text.

Which of them are removed depends on where they stand. Decision record:
docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from .call_blocks import WRAPPERS
from .patterns import Element, PatternSet, literal

REASONING_TAGS = ("think", "thinking", "antthinking", "seed:think")
"""Tags that are reasoning wherever they stand outside of code."""
GENERIC_TAGS = (
    "thought",
    "thoughts",
    "reasoning",
    "reason",
    "reflection",
    "analysis",
    "scratchpad",
)
"""Tags that are also ordinary markup, so they are reasoning only at the start."""
HARMONY_ENDS = ("<|end|>", "<|call|>", "<|return|>")
"""They also end answers, so on their own they are just control tokens."""
REASONING_PAIRS = (
    ("◁think▷", "◁/think▷"),
    ("[THINK]", "[/THINK]"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel>thought", "<channel|>"),
)
CALL_WRAPPERS = ("function_calls", "tool_calls")
CALL_TAGS = (
    *("tool_call", "tool_calls", "function_call", "tool_use", "toolcall"),
    "minimax:tool_call",
)
_DSML = (f"{pipe}DSML{pipe}{name}" for pipe in "｜|" for name in CALL_WRAPPERS)
CALL_PAIRS = (
    ("<|tool_call|>", "<|/tool_call|>"),
    ("<|tool_call_start|>", "<|tool_call_end|>"),
    ("<|tool_call>", "<tool_call|>"),
    ("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"),
    ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"),
    ("<tool▁calls▁begin>", "<tool▁calls▁end>"),
    ("<|START_ACTION|>", "<|END_ACTION|>"),
    *((f"<{name}>", f"</{name}>") for name in _DSML),
)
CALLS_TO_THE_END = ("[TOOL_CALLS]", "<|python_tag|>")
ROLE_HEADERS = (
    "<|im_start|>assistant",
    "<|start_header_id|>assistant<|end_header_id|>",
    "<|start_of_role|>assistant<|end_of_role|>",
    "<|im_assistant|>assistant<|im_middle|>",
    "<|start|>assistant<|message|>",
    "<|start|>assistant",
    "<start_of_turn>model",
    "<|turn>model",
    "<|assistant|>",
    "<｜assistant｜>",
)
"""What begins an answer in a prompt."""
SPECIAL = (
    "</s>",
    "<s>",
    "<eos>",
    "<bos>",
    "<pad>",
    "<unk>",
    "<end_of_turn>",
    "<start_of_turn>",
    "<end_of_utterance>",
    "<turn|>",
    "<|turn>",
    "<|tool_response>",
    "[INST]",
    "[/INST]",
    "[BOS]",
    "[EOS]",
    "<<SYS>>",
    "<</SYS>>",
    "[gMASK]",
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
_GENERIC = {"generic": [_tag(name) for name in GENERIC_TAGS]}
_CALLS = {
    "call": [
        *(_tag(name) for name in CALL_TAGS),
        *(literal(begin) for begin, _ in CALL_PAIRS),
    ],
    "function": [[*literal("<function="), (r"[^<>\n]", 1, 64), *literal(">")]],
    "rest": [literal(begin) for begin in CALLS_TO_THE_END],
}
_CALL_ENDS = [
    *(_tag(name, "/") for name in CALL_TAGS),
    *(literal(end) for _, end in CALL_PAIRS),
]
_TOKENS = {
    "header": [literal(header) for header in ROLE_HEADERS],
    "stray": [*_CALL_ENDS, _tag("function", "/")],
    "control": [*(literal(token) for token in SPECIAL), _SPECIAL_TOKEN],
}
_HARMONY_ENDS = {
    "next": _CHANNELS,
    "end": [*(literal(end) for end in HARMONY_ENDS), *_REASONING_ENDS],
}
_OPENINGS = {"opening": [*(_tag(name) for name in WRAPPERS), literal("<invoke ")]}
_CODE = {"tick": [[("`", 1, 3)], [("~", 1, 3)]]}
_LINE = {"line": [literal("\n")]}

MARKERS = PatternSet({"marker": [_MARKER]})
"""The marker alone, for text where it has no effect and is only removed."""

TEXT = PatternSet(
    # The first kind that matches wins, and control tokens match nearly anything.
    {**_REASONING, **_CALLS, **_TOKENS, "marker": [_MARKER], **_CODE}
)
"""What has a meaning in text."""
START = PatternSet(
    {**_REASONING, **_GENERIC, **_CALLS, **_TOKENS, "marker": [_MARKER], **_CODE}
)
"""What has a meaning before the first visible character of a text."""
CALL_TEXT = PatternSet(
    {
        **_REASONING,
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
EDGES = PatternSet({**_REASONING, **_CALLS, **_TOKENS})
"""What may stand before and after data."""
CALLS = PatternSet({"channel": _CHANNELS, **_CALLS})
"""The start of tool calls."""

CLOSERS = {
    "first": PatternSet(
        {"end": _REASONING_ENDS, "next": [*_CHANNELS, *_REASONING_STARTS]}
    ),
    "think": PatternSet({"end": _REASONING_ENDS}),
    "analysis": PatternSet(_HARMONY_ENDS),
    "recipient": PatternSet(_HARMONY_ENDS),
    "generic": PatternSet(
        {"end": [*(_tag(name, "/") for name in GENERIC_TAGS), *_REASONING_ENDS]}
    ),
    "call": PatternSet({"end": _CALL_ENDS}),
    "function": PatternSet({"end": [_tag("function", "/")]}),
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
