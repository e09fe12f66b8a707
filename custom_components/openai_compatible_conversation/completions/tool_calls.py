"""Putting tool calls together from the pieces in which servers send them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
import uuid

import orjson

from .errors import AnswerTooLargeError
from .events import ToolCall
from .tool_arguments import NOT_JSON, is_json_of, is_sendable, parse_arguments

MAX_CALLS = 64
MAX_NAME = 256
MAX_ARGUMENTS = 128 * 1024

TRUNCATED = "The arguments were cut off: the answer reached its length limit."
NO_NAME = "The call names no tool."


@dataclass(slots=True)
class _PartialCall:
    """A call that may still grow."""

    index: int | None
    id: str | None
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    given: dict[str, Any] | None = None
    """Arguments that came as an object instead of as text."""
    extra: dict[str, Any] | None = None
    """What the server wants back with the call."""

    @property
    def text(self) -> str:
        """Return the arguments so far."""
        return "".join(self.pieces)

    @property
    def has_arguments(self) -> bool:
        """Return whether any argument came."""
        return self.given is not None or self.size > 0

    @property
    def complete(self) -> bool:
        """Return whether the arguments could be all."""
        if self.given is not None:
            return True
        # To parse each time what so far lacks its end would take for ever.
        return self._ends() and parse_arguments(self.text)[1] is None

    def _ends(self) -> bool:
        """Return whether the last piece may be the end of an object, or of its text."""
        return bool(self.pieces) and self.pieces[-1].rstrip()[-1:] in ("}", '"')


class CallAssembler:
    """Takes the tool call fragments of a stream and gives whole calls at its end.

    Servers differ in how they say which call a fragment belongs to: by index,
    by id, by the order alone, or wrongly. `known` are the names of the tools
    that were offered; they tell a name in pieces from two names.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        """Initialize without a call."""
        self._known = known
        self._calls: list[_PartialCall] = []

    def feed(self, fragments: object) -> bool:
        """Take a chunk's `tool_calls`; return whether the calls grew by it."""
        if isinstance(fragments, Mapping):
            fragments = [fragments]
        if not isinstance(fragments, list):
            return False
        before = self._size()
        touched: list[_PartialCall] = []
        for fragment in fragments:
            if isinstance(fragment, Mapping):
                touched.append(self._take(fragment, touched))
        return self._size() > before

    def finish(self, *, cut: bool) -> list[ToolCall]:
        """Return the calls in the order they began, each with an id of its own.

        `cut` says that the answer ended at its length limit, so that what is
        not whole was cut rather than wrong.
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
            text = _text(call, arguments)
            calls.append(
                ToolCall(call_id, call.name, arguments, text, problem, call.extra)
            )
        self._calls.clear()
        return calls

    def _size(self) -> int:
        """Return a measure of all that was taken."""
        return sum(1 + len(call.name) + call.size for call in self._calls)

    def _take(
        self, fragment: Mapping[str, Any], touched: list[_PartialCall]
    ) -> _PartialCall:
        """Add a fragment to its call, and return the call."""
        function = fragment.get("function")
        if not isinstance(function, Mapping):
            # Some put name and arguments beside the id.
            function = fragment
        name = function.get("name")
        # Half characters could not be sent back.
        name = name.encode(errors="replace").decode() if isinstance(name, str) else ""
        name = name.strip()
        arguments = function.get("arguments")
        index = fragment.get("index")
        index = index if isinstance(index, int) else None
        call_id = _id(fragment.get("id"))

        call = self._find(index, call_id, name, arguments, touched)
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
            call.given = {**(call.given or {}), **arguments}
        elif isinstance(arguments, str) and arguments:
            call.size += len(arguments)
            if call.size > MAX_ARGUMENTS:
                raise AnswerTooLargeError
            call.pieces.append(arguments)
        return call

    def _find(
        self,
        index: int | None,
        call_id: str | None,
        name: str,
        arguments: object,
        touched: list[_PartialCall],
    ) -> _PartialCall | None:
        """Return the call that a fragment continues, None if it begins one."""
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
            # A name after the arguments begins a call, unless it is repeated
            # with each piece of them.
            repeated = name == call.name and not (arguments and call.complete)
            return call if repeated else None
        if name in self._known and call.name in self._known and name != call.name:
            return None
        return call


def _joined_name(name: str, piece: str) -> str:
    """Return a name with one more piece, which may repeat what there is."""
    if not piece or piece == name:
        return name
    return piece if piece.startswith(name) else name + piece


def _arguments(call: _PartialCall, *, cut: bool) -> tuple[dict[str, Any], str | None]:
    """Return a call's arguments, and what is wrong with them."""
    if call.given is not None:
        arguments, problem = call.given, None
    else:
        arguments, problem = parse_arguments(call.text)
        if problem and cut:
            problem = TRUNCATED
    return (arguments, problem) if is_sendable(arguments) else ({}, NOT_JSON)


def _text(call: _PartialCall, arguments: dict[str, Any]) -> str:
    """Return a call's arguments as JSON: as they came, for a server's prompt cache."""
    if call.given is None and is_json_of(call.text, arguments):
        return call.text
    return orjson.dumps(arguments).decode()


def _id(value: object) -> str | None:
    """Return an id that can be used, None if there is none."""
    text = str(value) if isinstance(value, str | int) else ""
    usable = text.isascii() and text.isprintable()
    return text if usable and 0 < len(text) <= MAX_NAME else None
