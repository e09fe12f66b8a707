"""Reads tool calls in JSON while they arrive."""

import re
from typing import Any

from .arriving_text import ArrivingText, CutError, MalformedError, Reading
from .call_objects import (
    ARGUMENT_KEYS,
    KEYS,
    LIST_KEYS,
    MAX_DEPTH,
    NAME_KEYS,
    OBJECT_KEYS,
    OTHER_KEYS,
    SERVICE_KEYS,
    TEXTS,
    arguments_of,
    parse_object,
)
from .lenient_json import QUOTES, read_key, read_string, read_value
from .tool_names import ToolNames

MAX_HELD = 4000
"""Characters within which a tool must be named."""
MAX_CALL = 64 * 1024
"""Characters of a call that names a tool."""

_SERVICE = re.compile(r"[a-z][a-z\d_]*(\.[a-z\d_]*)?")


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
        self.is_foreign = False
        """Whether it is a call of what another integration offers to its models."""
        self._unknown_name: str | None = None
        """The name in the object that is read, if no tool has it."""
        self._arguments: dict[str, Any] | None = None
        """The arguments in that object."""

    def complete(self) -> None:
        """Take what was read so far as calls."""
        self.end = self.source.position

    def name(self) -> None:
        """Allow a call of any usual length, as it names a tool."""
        self.source.limit = MAX_CALL

    def read_object(self, depth: int = 0) -> Reading[set[str]]:
        """Read an object that is a call, or holds calls; return what stands in it."""
        source = self.source
        source.position += 1
        if depth > MAX_DEPTH:
            raise MalformedError
        if depth == 0 and (yield from source.skip_blank()) == "{":
            # Some models write the braces of a template twice.
            return (yield from self.read_object(depth + 1))
        found: set[str] = set()
        self._unknown_name = self._arguments = None
        while (char := (yield from source.skip_blank())) != "}":
            if char == ",":
                source.position += 1
                continue
            start = source.position
            try:
                key = yield from read_key(source, self._may_be_key)
            except MalformedError:
                if not (_is_call(found) and "\n" in _blank_before(source.text, start)):
                    raise
                # The last brace was forgotten, and the text goes on below.
                source.position = start
                return found
            yield from self._read_member(key, found, depth)
        if not _is_call(found):
            raise MalformedError
        source.position += 1
        return found

    def _read_member(self, key: str, found: set[str], depth: int) -> Reading[None]:
        """Read the value of a key of an object, and add what it is."""
        source = self.source
        char = yield from source.skip_blank()
        if key in OBJECT_KEYS and char == "{":
            yield from self.read_object(depth + 1)
            found.add("call")
        elif key in LIST_KEYS and char == "[":
            yield from self._read_calls(depth + 1)
            found.add("call")
        elif key in NAME_KEYS:
            yield from self._read_name()
            found.add("name")
            self._rule_out_unknown()
            self.has_begun = "arguments" in found
        elif key in ARGUMENT_KEYS:
            self.has_begun = "name" in found and self._unknown_name is None
            self._arguments = yield from self._read_arguments()
            if self._arguments:
                found.add("filled")
            elif key == "parameters":
                found.add("bare")
            found.add("arguments")
            self._rule_out_unknown()
            self.has_begun = "name" in found
        elif char == "{" and (tool := self.names.resolve(key)) is not None:
            self.name()
            self.has_begun = True
            if not self.names.may_take(tool, (yield from read_value(source))):
                raise MalformedError
            found.add("call")
        else:
            yield from self._read_other(key, char, found)

    def _read_other(self, key: str, char: str, found: set[str]) -> Reading[None]:
        """Read the value of a key that may stand beside those of a call."""
        source = self.source
        if key in TEXTS and char in QUOTES:
            yield from read_string(
                source, lambda text: any(t.startswith(text) for t in TEXTS[key])
            )
        elif key == "service":
            if char not in QUOTES:
                raise MalformedError
            yield from read_string(source, _may_be_service)
        elif key in OTHER_KEYS or (key in SERVICE_KEYS and "service" in found):
            yield from read_value(source)
            self.is_foreign |= key == "target_device"
        else:
            raise MalformedError
        found.add(key)

    def _read_calls(self, depth: int) -> Reading[None]:
        """Read a list of objects that are calls."""
        source = self.source
        source.position += 1
        while (char := (yield from source.skip_blank())) != "]":
            if char == ",":
                source.position += 1
            elif char == "{":
                yield from self.read_object(depth)
            else:
                raise MalformedError
        source.position += 1

    def _read_name(self) -> Reading[None]:
        """Read the name of a tool as a string."""
        char = yield from self.source.peek()
        if char not in QUOTES:
            raise MalformedError
        try:
            name = yield from read_string(self.source, self._may_be_name)
        except CutError:
            # Half a name may be that of another tool.
            raise MalformedError from None
        if self.names.resolve(name) is None:
            self.is_foreign = True
            if not self.names.is_invented(name):
                self._unknown_name = name
                return
        self.name()

    def _rule_out_unknown(self) -> None:
        """Rule out a call of a tool that does not exist, unless its meaning is clear."""
        if self._unknown_name is None or self._arguments is None:
            return
        if not self.names.is_meant(self._unknown_name, self._arguments):
            raise MalformedError

    def _read_arguments(self) -> Reading[dict[str, Any]]:
        """Read and return the arguments.

        They are an object, an object as text or in a list, or none.
        """
        source = self.source
        char = yield from source.peek()
        if char in QUOTES:
            text = yield from read_string(source, _may_be_object)
            return parse_object(text) or {}
        is_list = char == "["
        if is_list:
            source.position += 1
            char = yield from source.skip_blank()
        if char not in ("{]" if is_list else "{nN"):
            raise MalformedError
        value = None if char == "]" else (yield from read_value(source))
        if (arguments := arguments_of(value)) is None:
            raise MalformedError
        if is_list:
            yield from source.skip_blank()
            yield from source.expect("]")
        return arguments

    def _may_be_name(self, start: str) -> bool:
        """Return whether a text may become the name of a tool, or of an invented one."""
        return (
            self.names.may_become(start)
            or self.names.is_invented(start)
            or self.names.may_be_meant(start)
        )

    def _may_be_key(self, start: str) -> bool:
        """Return whether a text may become a key of a call."""
        return any(key.startswith(start) for key in KEYS) or self.names.may_become(
            start
        )


def _is_call(found: set[str]) -> bool:
    """Return whether an object is a call by what stands in it."""
    if "name" in found and "description" in found and "filled" not in found:
        # It describes a tool.
        return False
    return (
        "call" in found
        or found >= {"name", "arguments"}
        or found >= {"service", "target_device"}
    )


def _blank_before(text: str, position: int) -> str:
    """Return the white space before a position in a text."""
    return text[len(text[:position].rstrip()) : position]


def _may_be_service(start: str) -> bool:
    """Return whether a text may become the name of one of Home Assistant's actions."""
    return _SERVICE.fullmatch(start) is not None


def _may_be_object(start: str) -> bool:
    """Return whether a text may become an object."""
    return not (start := start.lstrip()) or start[0] == "{"
