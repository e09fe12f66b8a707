"""The filter between what a model writes and what is said, for text that still arrives."""

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
"""Asks the satellite to listen again. It is never said."""

MIN_CUT = 4
"""Characters from which on the beginning of a token is taken for one that was cut."""

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


_END_OF_THOUGHT = [
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
        "late": _END_OF_THOUGHT,
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
    "first": PatternSet({"end": _END_OF_THOUGHT}),
    "think": PatternSet({"end": _END_OF_THOUGHT}),
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
"""The marker alone, where it asks for nothing and is only not to be seen."""

_PUNCTUATION = ".,;:!。、，；：！"
_ENDINGS = f"{_PUNCTUATION}?？…"
_WHITE = " \t\r\n\u00a0\u3000"


def is_reasoning_first(text: str) -> bool:
    """Return whether a whole text has an end of thoughts before any beginning."""
    position, kind = 0, None
    while position < len(text) and kind not in ("late", "think"):
        _, position, kind = _OPENERS.find(text, position, final=True)
    return kind == "late"


class SpeechFilter:
    """Takes a model's text in pieces of any cut, and tells what each part of it is.

    No more is held back than what could still turn out not to be for ears. How
    the text was cut makes no difference to what comes out.
    """

    def __init__(self, *, starts_in_reasoning: bool = False) -> None:
        """Initialize at the start of an answer, which may begin within thoughts."""
        self.started_in_reasoning: bool | None = None
        """Whether the answer began within thoughts, as far as it is known."""
        self.is_verbatim = True
        """Whether the text can go back as it came: it held no calls and no tokens."""
        self._held = ""
        self._inside: str | None = "first" if starts_in_reasoning else None
        self._block: list[str] = []
        self._last = ""
        """The last character that was said."""
        self._strip = ""
        """Characters that are not said just after the marker."""

    def feed(self, text: str) -> Iterator[SpeechPart]:
        """Yield what has become certain with some more text."""
        self._held += text
        yield from self._run(final=False)

    def flush(self) -> Iterator[SpeechPart]:
        """Yield what is left when the text has ended."""
        if self._inside is None:
            yield from self._end()
            return
        yield from self._run(final=True)
        block = "".join(self._block)
        self._block.clear()
        if self._inside == "first":
            # There was no end of thoughts: it was the answer.
            self.started_in_reasoning = False
            self._inside, self._held = None, block
            yield from self._run(final=False)
            yield from self._end()
        elif block:
            yield TextToolCall(block)
        self._inside = None

    def _end(self) -> Iterator[SpeechPart]:
        """Yield what is held outside of a block, unless it is a token that was cut."""
        cut = self._held
        if len(cut) >= MIN_CUT and any(map(str.isalnum, cut)):
            self._held = ""
        yield from self._run(final=True)

    def _run(self, *, final: bool) -> Iterator[SpeechPart]:
        """Yield pieces until what is held has to wait for more."""
        waits = False
        while self._held and not waits:
            if self._inside is None:
                waits = yield from self._outside(final=final)
            else:
                waits = yield from self._within(self._inside, final=final)

    def _outside(self, *, final: bool) -> Generator[SpeechPart, None, bool]:
        """Yield what comes before the next token, and step into what it opens.

        Returns whether the rest has to wait for more.
        """
        text = self._held
        start, end, kind = _OPENERS.find(text, final=final)
        yield from self._say(text[:start])
        if kind is None:
            self._held = text[start:]
            return True
        self._held = text[end:]
        if kind not in ("marker", "late", "think"):
            self.is_verbatim = False
        if kind == "marker":
            self._strip = self._around(text[start:end])
            yield ContinueListening()
        elif kind == "late":
            self.started_in_reasoning = True
        elif kind != "stray":
            self._inside = kind
            if kind in ("function", "rest"):
                # The opening itself says what is called.
                self._block.append(text[start:end])
        return False

    def _within(self, kind: str, *, final: bool) -> Generator[SpeechPart, None, bool]:
        """Yield what comes before the end of a block; return whether more has to come."""
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

    def _around(self, marker: str) -> str:
        """Return the characters that the marker would leave behind alone."""
        strip = marker[: marker.index("[")]
        if not self._last.strip() or self._last in _ENDINGS:
            strip += _PUNCTUATION
        if not self._last.strip():
            strip += _WHITE
        return strip

    def _say(self, text: str) -> Iterator[SpeechPart]:
        """Yield text without what a token left behind around it."""
        if self._strip:
            text = text.lstrip(self._strip)
        elif not self._last:
            # Blank lines before the first word, as they follow thoughts.
            text = text.lstrip()
        if text:
            self._strip = ""
            self._last = text[-1]
            yield SpeechText(text)
