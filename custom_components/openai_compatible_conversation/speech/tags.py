"""The tags, control tokens and marker that models write into their text.

Which of them are removed depends on where they stand. Decision record:
docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

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
HARMONY_PAIR = ("<|channel|>analysis<|message|>", "<|end|>")
"""Its end also ends answers, so on its own it is just a control token."""
REASONING_PAIRS = (
    ("◁think▷", "◁/think▷"),
    ("[THINK]", "[/THINK]"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    HARMONY_PAIR,
)
CALL_TAGS = ("tool_call", "tool_calls", "function_call", "tool_use", "toolcall")
CALL_PAIRS = (
    ("<|tool_call|>", "<|/tool_call|>"),
    ("<|tool_call_start|>", "<|tool_call_end|>"),
    ("<|tool_call>", "<tool_call|>"),
    ("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"),
    ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"),
    ("<tool▁calls▁begin>", "<tool▁calls▁end>"),
    ("<|START_ACTION|>", "<|END_ACTION|>"),
)
CALLS_TO_THE_END = ("[TOOL_CALLS]", "<|python_tag|>")
SPECIAL = (
    # The header of the answer after harmony's analysis.
    "<|start|>assistant<|channel|>final<|message|>",
    "<|channel|>final<|message|>",
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


def _tag(name: str, slash: str = "") -> list[Element]:
    """Return the pattern of a tag."""
    return [*literal(f"<{slash}{name}"), _BLANKS, *literal(">")]


_REASONING_ENDS = [
    *(_tag(name, "/") for name in REASONING_TAGS),
    *(literal(end) for _, end in REASONING_PAIRS),
]
_LATE_ENDS = [end for end in _REASONING_ENDS if end != literal(HARMONY_PAIR[1])]
_REASONING = {
    "think": [
        *(_tag(name) for name in REASONING_TAGS),
        *(literal(begin) for begin, _ in REASONING_PAIRS),
    ],
    "late": _LATE_ENDS,
}
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
    "stray": [*_CALL_ENDS, _tag("function", "/")],
    "control": [*(literal(token) for token in SPECIAL), _SPECIAL_TOKEN],
}
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
CALLS = PatternSet(_CALLS)
"""The start of tool calls."""

CLOSERS = {
    "first": PatternSet({"end": _LATE_ENDS}),
    "think": PatternSet({"end": _REASONING_ENDS}),
    "generic": PatternSet(
        {"end": [*(_tag(name, "/") for name in GENERIC_TAGS), *_REASONING_ENDS]}
    ),
    "call": PatternSet({"end": _CALL_ENDS}),
    "function": PatternSet({"end": [_tag("function", "/")]}),
}
"""The ends of a block by its kind; one of the kind "rest" has none."""
