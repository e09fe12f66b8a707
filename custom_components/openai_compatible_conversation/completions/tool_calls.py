"""Assemble tool calls from the fragments in which servers stream them.

Servers differ in how they say which call a fragment belongs to: by index, by id, by
order alone, or wrongly. So neither index nor id is trusted: a fragment with a name may
start a new call even if it repeats the index or id of another call.

One id is one call: what has the id, the name and the arguments of an earlier call is that
call, sent once more. Servers that give all calls the same id make other calls with it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from .call_ids import new_call_id
from .errors import AnswerTooLargeError
from .events import ToolCall
from .partial_call import AssembledCall, PartialCall
from .tool_arguments import is_sendable

MAX_CALLS = 64
MAX_NAME = 256
MAX_ID = 4096
"""Maximum characters of an id: LiteLLM puts a signature into it."""
MAX_ARGUMENTS = 128 * 1024


class CallAssembler:
    """Assembles the tool calls of one response.

    Feed it the fragments of each chunk, and finish it at the end of the response.
    `known` are the names of the offered tools, which distinguish a name in pieces
    from two names.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        """Initialize without calls."""
        self.is_repetitive = False
        """Whether arguments repeat themselves, so that nothing good can follow."""
        self._known = known
        self._calls: list[PartialCall] = []
        self._size = 0
        """The number of calls, and the size of their names and arguments."""

    def feed(self, fragments: object) -> bool:
        """Add the `tool_calls` of a chunk and return whether the calls grew.

        Raises `AnswerTooLargeError` if a name, the arguments or the number of calls
        exceed their limit.
        """
        if isinstance(fragments, Mapping):
            fragments = [fragments]
        if not isinstance(fragments, list):
            return False
        before = self._size
        touched: list[PartialCall] = []
        for fragment in fragments:
            if isinstance(fragment, Mapping):
                touched.append(self._add_fragment(fragment, touched))
        return self._size > before

    def finish(self, *, cut: bool) -> list[ToolCall]:
        """Return the calls in the order in which they began, each with a unique id.

        `cut` means that the response ended at its length limit, so that incomplete
        arguments are reported as truncated rather than invalid.
        """
        made: list[AssembledCall] = []
        for partial in self._calls:
            call = partial.to_tool_call(cut=cut)
            new = AssembledCall(call, partial.index, partial.has_arguments)
            for number, known in enumerate(made):
                if known.is_same(new):
                    made[number] = known.merged(new)
                    break
            else:
                made.append(new)
        self._calls.clear()
        return _with_unique_ids(known.call for known in made)

    def _add_fragment(
        self, fragment: Mapping[str, Any], touched: list[PartialCall]
    ) -> PartialCall:
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
            call = PartialCall(index, call_id)
            self._calls.append(call)
            self._size += 1
        call.id = call.id or call_id
        if name:
            self._size -= len(call.name)
            call.name = _joined_name(call.name, name)
            self._size += len(call.name)
            if len(call.name) > MAX_NAME:
                raise AnswerTooLargeError
        extra = fragment.get("extra_content")
        if isinstance(extra, dict) and is_sendable(extra):
            call.extra = extra
        if isinstance(arguments, Mapping):
            call.arguments_object = {**(call.arguments_object or {}), **arguments}
        elif isinstance(arguments, str) and arguments:
            if call.size + len(arguments) > MAX_ARGUMENTS:
                raise AnswerTooLargeError
            call.add_text(arguments)
            self._size += len(arguments)
            self.is_repetitive |= call.is_repetitive
        return call

    def _find_call(
        self,
        index: int | None,
        call_id: str | None,
        name: str,
        arguments: object,
        touched: list[PartialCall],
    ) -> PartialCall | None:
        """Return the call that a fragment continues, None if it begins a new one."""
        candidates = self._candidates(index, call_id, name)
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

    def _candidates(
        self, index: int | None, call_id: str | None, name: str
    ) -> list[PartialCall]:
        """Return the calls that a fragment may continue, of which the last one counts."""
        if index is None:
            if call_id is None:
                return self._calls
            return [call for call in self._calls if call.id == call_id]
        with_index = [call for call in self._calls if call.index == index]
        if name or call_id is None:
            return with_index
        # A server that counts wrongly is understood by its ids, and one that gives
        # each fragment another id by its indexes.
        with_both = [call for call in with_index if call.id in (None, call_id)]
        with_id = [call for call in self._calls if call.id == call_id]
        return with_both or with_id or with_index


def _with_unique_ids(calls: Iterable[ToolCall]) -> list[ToolCall]:
    """Return calls with a new id for each that has none or that of an earlier one."""
    by_id: dict[str, ToolCall] = {}
    for call in calls:
        call_id = new_call_id() if not call.id or call.id in by_id else call.id
        by_id[call_id] = replace(call, id=call_id)
    return list(by_id.values())


def _joined_name(name: str, piece: str) -> str:
    """Return a name with a piece appended, which may repeat the name so far."""
    if not piece or piece == name:
        return name
    return piece if piece.startswith(name) else name + piece


def _usable_id(value: object) -> str | None:
    """Return an id as text, None if it cannot be used."""
    text = str(value) if isinstance(value, str | int) else ""
    usable = text.isascii() and text.isprintable()
    return text if usable and 0 < len(text) <= MAX_ID else None
