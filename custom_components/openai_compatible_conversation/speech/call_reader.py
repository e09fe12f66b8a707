"""Reads tool calls in JSON or Python while they arrive."""

import re

from .call_objects import (
    ARGUMENT_KEYS,
    KEYS,
    LIST_KEYS,
    MAX_DEPTH,
    NAME_KEYS,
    OBJECT_KEYS,
    OTHER_KEYS,
    TYPES,
    is_arguments,
)
from .lenient_json import (
    ArrivingText,
    CutError,
    MalformedError,
    Reading,
    read_key,
    read_string,
    read_value,
)
from .tool_names import ToolNames

MAX_HELD = 4000
"""Characters within which a tool must be named."""
MAX_CALL = 64 * 1024
"""Characters of a call that names a tool."""

_QUOTES = ('"', "'")
_BLANKS = re.compile(r"[ \t]*")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\w*")
_NO_TAG = re.compile(r"[^<]*")
_NAME = re.compile(r"[\w.\-<|｜>]")


class CallReader:
    """Read calls of known tools from a text.

    Raises `MalformedError` where the text can be no call any more, and `CutError` where
    it ends.
    """

    def __init__(self, names: ToolNames) -> None:
        """Initialize at the beginning of what may be a call."""
        self.names = names
        self.source = ArrivingText(limit=MAX_HELD)
        self.end = 0
        """Where the calls end that are complete."""
        self.has_begun = False
        """Whether the arguments of a named tool have begun."""

    def read_item(
        self, *, by_itself: bool = False, in_list: bool = False
    ) -> Reading[None]:
        """Read a call, or a list of calls."""
        source = self.source
        char = yield from source.peek()
        if char == "{":
            yield from self._read_object()
            self.complete()
        elif char == "[" and not in_list:
            source.position += 1
            while (char := (yield from source.skip_blank())) != "]":
                if char == ",":
                    source.position += 1
                elif self.end and char == "{":
                    # What stands beside a call in a list is not run if it is none.
                    yield from read_value(source)
                else:
                    yield from self.read_item(in_list=True)
            source.position += 1
            if not self.end:
                raise MalformedError
            self.complete()
        else:
            yield from self._read_named()
            if by_itself and source.text[source.position - 1] == ")":
                # A call in a sentence about it is no call.
                following = yield from source.skip(_BLANKS)
                if following not in ("", "\n", "\r", ";", "<"):
                    raise MalformedError
            self.complete()

    def _read_named(self) -> Reading[None]:
        """Read a name with arguments in brackets, or with an object of arguments."""
        source = self.source
        start = source.position
        while (char := (yield from source.peek())) and _NAME.match(char):
            source.position += 1
            if not self.names.may_become(source.text[start : source.position]):
                raise MalformedError
        if self.names.resolve(source.text[start : source.position]) is None:
            raise MalformedError
        char = yield from source.skip(_SPACE)
        if char == "{":
            self._name()
            self.has_begun = True
            yield from read_value(source)
            return
        yield from source.expect("(")
        while (char := (yield from source.skip_blank())) != ")":
            if char == ",":
                source.position += 1
            elif char == "{":
                yield from read_value(source)
            else:
                yield from self._read_keyword()
        source.position += 1
        self._name()

    def _read_keyword(self) -> Reading[None]:
        """Read an argument with its name."""
        source = self.source
        start = source.position
        if (yield from source.peek()).isdigit():
            raise MalformedError
        yield from source.skip(_WORD)
        if source.position == start:
            raise MalformedError
        yield from source.skip_blank()
        yield from source.expect("=")
        yield from read_value(source)

    def read_whole(self, opening: str, closing: str) -> Reading[None]:
        """Read a call that ends with a tag, and holds no other of its kind."""
        source = self.source
        self._name()
        self.has_begun = True
        while (yield from source.skip(_NO_TAG)):
            if (yield from source.is_next(closing)):
                yield from source.expect(closing)
                return
            if (yield from source.is_next(opening)):
                raise MalformedError
            source.position += 1
        raise CutError

    def complete(self) -> None:
        """Take what was read so far as calls."""
        self.end = self.source.position

    def _read_object(self, depth: int = 0) -> Reading[None]:
        """Read an object that is a call, or holds calls."""
        source = self.source
        source.position += 1
        if depth > MAX_DEPTH:
            raise MalformedError
        if depth == 0 and (yield from source.skip_blank()) == "{":
            # Some models write the braces of a template twice.
            yield from self._read_object(depth + 1)
            return
        found: set[str] = set()
        while (char := (yield from source.skip_blank())) != "}":
            if char == ",":
                source.position += 1
            else:
                key = yield from read_key(source, self._may_be_key)
                yield from self._read_member(key, found, depth)
        if not ("call" in found or found >= {"name", "arguments"}):
            raise MalformedError
        source.position += 1

    def _read_member(self, key: str, found: set[str], depth: int) -> Reading[None]:
        """Read the value of a key of an object, and add what it is."""
        source = self.source
        char = yield from source.skip_blank()
        if key in OBJECT_KEYS and char == "{":
            yield from self._read_object(depth + 1)
            found.add("call")
        elif key in LIST_KEYS and char == "[":
            yield from self._read_calls(depth + 1)
            found.add("call")
        elif key in NAME_KEYS:
            yield from self._read_name()
            found.add("name")
            self.has_begun = "arguments" in found
        elif key in ARGUMENT_KEYS:
            self.has_begun = "name" in found
            yield from self._read_arguments()
            found.add("arguments")
        elif char == "{" and self.names.resolve(key) is not None:
            self._name()
            self.has_begun = True
            if "description" in (yield from read_value(source)):
                raise MalformedError
            found.add("call")
        elif key == "type" and char in _QUOTES:
            yield from read_string(source, _may_be_type)
        elif key in OTHER_KEYS:
            yield from read_value(source)
        else:
            raise MalformedError

    def _read_calls(self, depth: int) -> Reading[None]:
        """Read a list of objects that are calls."""
        source = self.source
        source.position += 1
        while (char := (yield from source.skip_blank())) != "]":
            if char == ",":
                source.position += 1
            elif char == "{":
                yield from self._read_object(depth)
            else:
                raise MalformedError
        source.position += 1

    def _read_name(self) -> Reading[None]:
        """Read the name of a tool as a string."""
        char = yield from self.source.peek()
        if char not in _QUOTES:
            raise MalformedError
        try:
            name = yield from read_string(self.source, self.names.may_become)
        except CutError:
            # Half a name may be that of another tool.
            raise MalformedError from None
        if self.names.resolve(name) is None:
            raise MalformedError
        self._name()

    def _read_arguments(self) -> Reading[None]:
        """Read the arguments: an object, an object as text, or none."""
        char = yield from self.source.peek()
        if char == "{":
            value = yield from read_value(self.source)
            if not is_arguments(value):
                raise MalformedError
        elif char in _QUOTES:
            yield from read_string(self.source, _may_be_object)
        elif char in "nN":
            yield from read_value(self.source)
        else:
            raise MalformedError

    def _may_be_key(self, start: str) -> bool:
        """Return whether a text may become a key of a call."""
        return any(key.startswith(start) for key in KEYS) or self.names.may_become(
            start
        )

    def _name(self) -> None:
        """Allow a call of any usual length, as it names a tool."""
        self.source.limit = MAX_CALL


def _may_be_type(start: str) -> bool:
    """Return whether a text may become the type of a call."""
    return any(known.startswith(start) for known in TYPES)


def _may_be_object(start: str) -> bool:
    """Return whether a text may become an object."""
    return not (start := start.lstrip()) or start[0] == "{"
