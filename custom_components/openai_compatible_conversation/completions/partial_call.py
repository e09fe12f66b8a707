"""A tool call that is being assembled, and whether it is one that was sent before."""

from dataclasses import dataclass, field, replace
import re
from typing import Any

import orjson

from ..repetition.detector import COUNTING_BLOCK, RepetitionDetector
from .events import ToolCall
from .tool_arguments import NOT_JSON, is_json_of, is_sendable, parse_arguments

TRUNCATED = "The arguments were cut off: the answer reached its length limit."
NO_NAME = "The call names no tool."
REPETITIVE = "The arguments repeat themselves."

_CHANNEL = re.compile(r"\s*<[|｜].*", re.DOTALL)
"""What gpt-oss's channels leave behind a name: `f<|channel|>commentary`."""


@dataclass(slots=True)
class PartialCall:
    """A tool call that is being assembled."""

    index: int | None
    id: str | None
    name: str = ""
    size: int = 0
    """The length of the text of the arguments so far."""
    arguments_object: dict[str, Any] | None = None
    """Arguments that arrived as an object instead of text."""
    extra: dict[str, Any] | None = None
    """The `extra_content` that the server requires back with the call."""
    is_repetitive: bool = False
    """Whether the arguments repeat themselves without end."""
    _pieces: list[str] = field(default_factory=list)
    _unjudged: list[str] = field(default_factory=list)
    """The last pieces, which were not searched for repetitions yet."""
    _detector: RepetitionDetector = field(
        default_factory=lambda: RepetitionDetector(COUNTING_BLOCK)
    )

    def add_text(self, text: str) -> None:
        """Add a piece of the arguments."""
        blocks = self.size // COUNTING_BLOCK
        self.size += len(text)
        self._pieces.append(text)
        self._unjudged.append(text)
        if self.size // COUNTING_BLOCK > blocks:
            self.is_repetitive = self._detector.feed("".join(self._unjudged))
            self._unjudged.clear()

    @property
    def has_arguments(self) -> bool:
        """Return whether any arguments have arrived."""
        return self.arguments_object is not None or self.size > 0

    @property
    def complete(self) -> bool:
        """Return whether the arguments may be complete."""
        if self.arguments_object is not None:
            return True
        # Parsing an unfinished text with each fragment would take quadratic time.
        return self._may_end() and parse_arguments(self._text)[1] is None

    def to_tool_call(self, *, cut: bool) -> ToolCall:
        """Return the call, with the server's id or an empty one.

        `cut` means that the response ended at its length limit.
        """
        arguments, problem = self._arguments(cut=cut)
        text = self._text
        if self.arguments_object is not None or not is_json_of(text, arguments):
            text = orjson.dumps(arguments).decode()
        return ToolCall(
            self.id or "",
            _CHANNEL.sub("", self.name) or self.name,
            arguments,
            # Verbatim if valid, for the prompt cache.
            text,
            problem if self.name else NO_NAME,
            self.extra,
        )

    @property
    def _text(self) -> str:
        """Return the text of the arguments so far."""
        return "".join(self._pieces)

    def _may_end(self) -> bool:
        """Return whether the last piece may end an object, or a string with one."""
        return bool(self._pieces) and self._pieces[-1].rstrip()[-1:] in ("}", '"')

    def _arguments(self, *, cut: bool) -> tuple[dict[str, Any], str | None]:
        """Return the arguments, and what is wrong with them, None if valid."""
        if self.is_repetitive:
            return {}, REPETITIVE
        if self.arguments_object is not None:
            arguments, problem = self.arguments_object, None
        else:
            arguments, problem = parse_arguments(self._text)
            if problem and cut:
                problem = TRUNCATED
        return (arguments, problem) if is_sendable(arguments) else ({}, NOT_JSON)


@dataclass(frozen=True, slots=True)
class AssembledCall:
    """An assembled call, with what the server said of it."""

    call: ToolCall
    index: int | None
    has_arguments: bool

    def is_same(self, other: AssembledCall) -> bool:
        """Return whether another call is this one, sent once more.

        It has the same id, name and arguments then. One of the two may lack the
        arguments, and one may lack the id if the index does not tell them apart.
        """
        if not self._has_same_id(other) or self.call.name != other.call.name:
            return False
        if not (self.has_arguments and other.has_arguments):
            return True
        is_valid = not (self.call.problem or other.call.problem)
        return is_valid and self.call.arguments == other.call.arguments

    def merged(self, other: AssembledCall) -> AssembledCall:
        """Return the call with what it has only when it was sent once more."""
        if not self.has_arguments and other.has_arguments:
            return other.merged(self)
        call = replace(
            self.call,
            id=self.call.id or other.call.id,
            extra=self.call.extra or other.call.extra,
        )
        return replace(self, call=call)

    def _has_same_id(self, other: AssembledCall) -> bool:
        """Return whether nothing that identifies the two calls tells them apart."""
        if self.call.id and other.call.id:
            return self.call.id == other.call.id
        indexes = {self.index, other.index} - {None}
        return bool(self.call.id or other.call.id) and len(indexes) <= 1
