"""Streaming filter that splits model text into speech, reasoning and tool calls.

Servers split the text anywhere, even within a tag or the marker. Whatever may still
become one of the patterns is held back until more text decides it, so the result
does not depend on how the text was split.

Decision record: docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from collections.abc import Generator, Iterator

from .parts import (
    ContinueListening,
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)
from .patterns import Element, PatternSet, literal

MARKER = "[CONTINUE_LISTENING]"
"""Marker that asks the satellite to listen again; never spoken."""

MIN_TRUNCATED = 4
"""Characters from which a pattern prefix at the end counts as a truncated pattern."""

REASONING_TAGS = (
    "think",
    "thinking",
    "thought",
    "thoughts",
    "reasoning",
    "reason",
    "reflection",
    "analysis",
    "scratchpad",
    "antthinking",
    "seed:think",
)
REASONING_PAIRS = (
    ("◁think▷", "◁/think▷"),
    ("[THINK]", "[/THINK]"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
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
    (r"[^|｜<>\n]", 1, 40),
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
_OPENERS = PatternSet(
    {
        "think": [
            *(_tag(name) for name in REASONING_TAGS),
            *(literal(begin) for begin, _ in REASONING_PAIRS),
        ],
        "call": [
            *(_tag(name) for name in CALL_TAGS),
            *(literal(begin) for begin, _ in CALL_PAIRS),
        ],
        "function": [[*literal("<function="), (r"[^<>\n]", 1, 64), *literal(">")]],
        "rest": [literal(begin) for begin in CALLS_TO_THE_END],
        "late": _REASONING_ENDS,
        "stray": [
            *(_tag(name, "/") for name in (*CALL_TAGS, "function")),
            *(literal(end) for _, end in CALL_PAIRS),
            *(literal(token) for token in SPECIAL),
            _SPECIAL_TOKEN,
        ],
        "marker": [_MARKER],
    }
)
_CLOSERS = {
    "first": PatternSet({"end": _REASONING_ENDS}),
    "think": PatternSet({"end": _REASONING_ENDS}),
    "call": PatternSet(
        {
            "end": [
                *(_tag(name, "/") for name in CALL_TAGS),
                *(literal(end) for _, end in CALL_PAIRS),
            ]
        }
    ),
    "function": PatternSet({"end": [_tag("function", "/")]}),
}

MARKERS = PatternSet({"marker": [_MARKER]})
"""The marker alone, for text where it has no effect and is only removed."""

_PUNCTUATION = ".,;:!。、，；：！"
_ENDINGS = f"{_PUNCTUATION}?？…"
_WHITE = " \t\r\n\u00a0\u3000"


def is_reasoning_first(text: str) -> bool:
    """Return whether a complete text has an end of reasoning before any start of it."""
    position, kind = 0, None
    while position < len(text) and kind not in ("late", "think"):
        _, position, kind = _OPENERS.find(text, position, final=True)
    return kind == "late"


class SpeechFilter:
    """Split streamed model text into speech parts.

    Create one for each response, feed it chunks of any size, then flush it. Holds
    back no more than what may still turn out not to be speech. The result does not
    depend on the chunk boundaries.
    """

    def __init__(self, *, starts_in_reasoning: bool = False) -> None:
        """Initialize for a response, which may start inside a reasoning block."""
        self.started_in_reasoning: bool | None = None
        """Whether the response started inside a reasoning block; None if unknown."""
        self.is_verbatim = True
        """Whether the text can be sent back unchanged: no calls, no special tokens."""
        self._held = ""
        self._inside: str | None = "first" if starts_in_reasoning else None
        self._block: list[str] = []
        self._last = ""
        """The last character emitted as speech."""
        self._strip = ""
        """Characters to strip from speech right after the marker."""

    def feed(self, text: str) -> Iterator[SpeechPart]:
        """Yield the parts that are certain after one more chunk."""
        self._held += text
        yield from self._parse_held(final=False)

    def flush(self) -> Iterator[SpeechPart]:
        """Yield the remaining parts at the end of the text."""
        if self._inside is None:
            yield from self._flush_text()
            return
        yield from self._parse_held(final=True)
        block = "".join(self._block)
        self._block.clear()
        if self._inside == "first":
            # Without an end of reasoning, the text was the response itself.
            self.started_in_reasoning = False
            self._inside, self._held = None, block
            yield from self._parse_held(final=False)
            yield from self._flush_text()
        elif block:
            yield TextToolCall(block)
        self._inside = None

    def _flush_text(self) -> Iterator[SpeechPart]:
        """Yield the text held outside of a block, unless it is a truncated pattern."""
        held = self._held
        if len(held) >= MIN_TRUNCATED and any(map(str.isalnum, held)):
            self._held = ""
        yield from self._parse_held(final=True)

    def _parse_held(self, *, final: bool) -> Iterator[SpeechPart]:
        """Yield parts until the held text needs more input."""
        needs_more = False
        while self._held and not needs_more:
            if self._inside is None:
                needs_more = yield from self._parse_text(final=final)
            else:
                needs_more = yield from self._parse_block(self._inside, final=final)

    def _parse_text(self, *, final: bool) -> Generator[SpeechPart, None, bool]:
        """Yield the text before the next pattern, and enter the block it opens.

        Return whether the rest needs more input.
        """
        text = self._held
        start, end, kind = _OPENERS.find(text, final=final)
        yield from self._emit_speech(text[:start])
        if kind is None:
            self._held = text[start:]
            return True
        self._held = text[end:]
        if kind not in ("marker", "late", "think"):
            self.is_verbatim = False
        if kind == "marker":
            self._strip = self._strippable(text[start:end])
            yield ContinueListening()
        elif kind == "late":
            self.started_in_reasoning = True
        elif kind != "stray":
            self._inside = kind
            if kind in ("function", "rest"):
                # The opening is part of the call: `<function=f>` names the tool.
                self._block.append(text[start:end])
        return False

    def _parse_block(
        self, kind: str, *, final: bool
    ) -> Generator[SpeechPart, None, bool]:
        """Yield the content of a block; return whether the rest needs more input."""
        text = self._held
        start, end, found = len(text), len(text), None
        if closer := _CLOSERS.get(kind):
            start, end, found = closer.find(text, final=final)
        inner = text[:start]
        if kind == "think":
            if inner:
                yield ReasoningText(inner)
        else:
            self._block.append(inner)
        if found is None:
            self._held = text[start:]
            return True
        self._held = text[end:]
        self._inside = None
        block = "".join(self._block)
        self._block.clear()
        if kind == "first":
            self.started_in_reasoning = True
            yield ReasoningText(block)
        elif kind != "think":
            yield TextToolCall(block)
        return False

    def _strippable(self, marker: str) -> str:
        """Return the characters around the marker that are stripped with it."""
        strip = marker[: marker.index("[")]
        if not self._last.strip() or self._last in _ENDINGS:
            strip += _PUNCTUATION
        if not self._last.strip():
            strip += _WHITE
        return strip

    def _emit_speech(self, text: str) -> Iterator[SpeechPart]:
        """Yield speech, without the characters that a removed pattern leaves behind."""
        if self._strip:
            text = text.lstrip(self._strip)
        elif not self._last:
            # Blank lines usually follow reasoning.
            text = text.lstrip()
        if text:
            self._strip = ""
            self._last = text[-1]
            yield SpeechText(text)
