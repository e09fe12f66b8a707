"""Assemble tool calls from the fragments in which servers stream them.

Servers differ in how they say which call a fragment belongs to: by index, by id, by
order alone, or wrongly. So neither index nor id is trusted: a fragment with a name may
start a new call even if it repeats the index or id of another call.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
import re
from typing import Any
import uuid

import orjson

from .errors import AnswerTooLargeError
from .events import ToolCall
from .tool_arguments import NOT_JSON, is_json_of, is_sendable, parse_arguments

MAX_CALLS = 64
MAX_NAME = 256
MAX_ARGUMENTS = 128 * 1024

_CHANNEL = re.compile(r"\s*<[|｜].*", re.DOTALL)
"""What gpt-oss's channels leave behind a name: `f<|channel|>commentary`."""

TRUNCATED = "The arguments were cut off: the answer reached its length limit."
NO_NAME = "The call names no tool."


@dataclass(slots=True)
class _PartialCall:
    """A tool call that is being assembled."""

    index: int | None
    id: str | None
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    arguments_object: dict[str, Any] | None = None
    """Arguments that arrived as an object instead of text."""
    extra: dict[str, Any] | None = None
    """The `extra_content` that the server requires back with the call."""

    @property
    def text(self) -> str:
        """Return the text of the arguments so far."""
        return "".join(self.pieces)

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
        return self._may_end() and parse_arguments(self.text)[1] is None

    def _may_end(self) -> bool:
        """Return whether the last piece may end an object, or a string with one."""
        return bool(self.pieces) and self.pieces[-1].rstrip()[-1:] in ("}", '"')


class CallAssembler:
    """Assembles the tool calls of one response.

    Feed it the fragments of each chunk, and finish it at the end of the response.
    `known` are the names of the offered tools, which distinguish a name in pieces
    from two names.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        """Initialize without calls."""
        self._known = known
        self._calls: list[_PartialCall] = []

    def feed(self, fragments: object) -> bool:
        """Add the `tool_calls` of a chunk and return whether the calls grew.

        Raises `AnswerTooLargeError` if a name, the arguments or the number of calls
        exceed their limit.
        """
        if isinstance(fragments, Mapping):
            fragments = [fragments]
        if not isinstance(fragments, list):
            return False
        before = self._size()
        touched: list[_PartialCall] = []
        for fragment in fragments:
            if isinstance(fragment, Mapping):
                touched.append(self._add_fragment(fragment, touched))
        return self._size() > before

    def finish(self, *, cut: bool) -> list[ToolCall]:
        """Return the calls in the order in which they began, each with a unique id.

        `cut` means that the response ended at its length limit, so that incomplete
        arguments are reported as truncated rather than invalid.
        """
        seen: set[str] = set()
        calls = []
        for call in self._calls:
            arguments, problem = _arguments(call, cut=cut)
            if not call.name:
                problem = NO_NAME
            call_id = call.id
            if not call_id or call_id in seen:
                call_id = f"call_{uuid.uuid4().hex[:24]}"
            seen.add(call_id)
            text = _arguments_text(call, arguments)
            name = _CHANNEL.sub("", call.name) or call.name
            calls.append(ToolCall(call_id, name, arguments, text, problem, call.extra))
        self._calls.clear()
        return calls

    def _size(self) -> int:
        """Return the total size of the calls, to detect growth."""
        return sum(1 + len(call.name) + call.size for call in self._calls)

    def _add_fragment(
        self, fragment: Mapping[str, Any], touched: list[_PartialCall]
    ) -> _PartialCall:
        """Add a fragment to its call and return the call."""
        function = fragment.get("function")
        if not isinstance(function, Mapping):
            # Some servers put name and arguments next to the id.
            function = fragment
        name = function.get("name")
        # Lone surrogates could not be sent back.
        name = name.encode(errors="replace").decode() if isinstance(name, str) else ""
        name = name.strip()
        arguments = function.get("arguments")
        index = fragment.get("index")
        index = index if isinstance(index, int) else None
        call_id = _usable_id(fragment.get("id"))

        call = self._find_call(index, call_id, name, arguments, touched)
        if call is None:
            if len(self._calls) >= MAX_CALLS:
                raise AnswerTooLargeError
            call = _PartialCall(index, call_id)
            self._calls.append(call)
        call.id = call.id or call_id
        call.name = _joined_name(call.name, name)
        if len(call.name) > MAX_NAME:
            raise AnswerTooLargeError
        extra = fragment.get("extra_content")
        if isinstance(extra, dict) and is_sendable(extra):
            call.extra = extra
        if isinstance(arguments, Mapping):
            call.arguments_object = {**(call.arguments_object or {}), **arguments}
        elif isinstance(arguments, str) and arguments:
            call.size += len(arguments)
            if call.size > MAX_ARGUMENTS:
                raise AnswerTooLargeError
            call.pieces.append(arguments)
        return call

    def _find_call(
        self,
        index: int | None,
        call_id: str | None,
        name: str,
        arguments: object,
        touched: list[_PartialCall],
    ) -> _PartialCall | None:
        """Return the call that a fragment continues, None if it begins a new one."""
        if index is not None:
            candidates = [call for call in self._calls if call.index == index]
        elif call_id is not None:
            candidates = [call for call in self._calls if call.id == call_id]
        else:
            candidates = self._calls
        if not candidates:
            return None
        call = candidates[-1]
        if not name:
            return call
        if call_id and call.id and call_id != call.id:
            return None
        if not call.name:
            return call
        if call in touched and index is None:
            return None
        if call.has_arguments:
            # A name after the arguments begins a new call, unless the server
            # repeats the name with each fragment.
            repeated = name == call.name and not (arguments and call.complete)
            return call if repeated else None
        if name in self._known and call.name in self._known and name != call.name:
            return None
        return call


def _joined_name(name: str, piece: str) -> str:
    """Return a name with a piece appended, which may repeat the name so far."""
    if not piece or piece == name:
        return name
    return piece if piece.startswith(name) else name + piece


def _arguments(call: _PartialCall, *, cut: bool) -> tuple[dict[str, Any], str | None]:
    """Return a call's arguments, and what is wrong with them, None if valid."""
    if call.arguments_object is not None:
        arguments, problem = call.arguments_object, None
    else:
        arguments, problem = parse_arguments(call.text)
        if problem and cut:
            problem = TRUNCATED
    return (arguments, problem) if is_sendable(arguments) else ({}, NOT_JSON)


def _arguments_text(call: _PartialCall, arguments: dict[str, Any]) -> str:
    """Return a call's arguments as JSON, verbatim if valid, for the prompt cache."""
    if call.arguments_object is None and is_json_of(call.text, arguments):
        return call.text
    return orjson.dumps(arguments).decode()


def _usable_id(value: object) -> str | None:
    """Return an id as text, None if it cannot be used."""
    text = str(value) if isinstance(value, str | int) else ""
    usable = text.isascii() and text.isprintable()
    return text if usable and 0 < len(text) <= MAX_NAME else None
