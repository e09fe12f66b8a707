"""Reads tool calls that begin with the name of the tool while they arrive."""

import re

from .arriving_text import MalformedError, Reading
from .call_reader import CallReader
from .lenient_json import read_value

LEADS = (
    *("print(", "json", "functools", "Action:", "Tool call:"),
    *("commentary to=", "assistantcommentary to="),
)
"""What models write before a call, at the beginning of a line."""

_PRINT = "print("
_HARMONY = "commentary to="
_REACT, _REACT_INPUT = "Action:", "Action Input:"
_LISTS = ("json", "functools")
"""What stands before JSON only."""
_BLANKS = re.compile(r"[ \t]*")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\w*")
_LETTERS = re.compile(r"[a-z]*")
_NO_LINE = re.compile(r"[^\n]*")
_NAME = re.compile(r"[\w.\-<|｜>\\]")
_FENCE = "```"
_LINE_ENDS = ("", "\n", "\r", "<")


class NamedCallReader(CallReader):
    """Read calls in JSON, in Python, and by a name before an object."""

    is_in_fence = False
    """Whether it stands in a fenced block."""
    may_assign = False
    """Whether results may be assigned to variables."""
    _lead = ""
    """What stood before the call."""

    def read_lead(self) -> Reading[str]:
        """Read what may stand before a call, and the white space after it."""
        source = self.source
        char = yield from source.peek()
        for lead in LEADS:
            if char == lead[0] and lead != _PRINT and (yield from source.is_next(lead)):
                source.position += len(lead)
                self._lead = lead
                return (yield from source.skip_blank())
        return char

    def read_item(
        self, *, by_itself: bool = False, in_list: bool = False
    ) -> Reading[set[str]]:
        """Read a call, or a list of calls; return what stands in an object."""
        source = self.source
        found: set[str] = set()
        char = yield from source.peek()
        if char == "{":
            found = yield from self.read_object()
        elif char == "[" and not in_list:
            yield from self._read_list()
        elif self._lead in _LISTS:
            raise MalformedError
        else:
            yield from self._read_named()
            if by_itself and source.text[source.position - 1] == ")":
                yield from self._read_line_end()
        self.complete()
        return found

    def read_line_end(self, *, is_call: bool) -> Reading[None]:
        """Rule out a call unless its line ends here."""
        if (yield from self.source.skip(_BLANKS)) not in _LINE_ENDS or not is_call:
            self.end = 0
            raise MalformedError

    def _read_list(self) -> Reading[None]:
        """Read a list of calls."""
        source = self.source
        source.position += 1
        bare = 0
        while (char := (yield from source.skip_blank())) != "]":
            if char == ",":
                source.position += 1
            elif self.end and char == "{":
                # What stands beside a call in a list is not run if it is none.
                bare += (yield from read_value(source)).get("parameters") == {}
            else:
                bare += "bare" in (yield from self.read_item(in_list=True))
            if bare > 1:
                # It is a list of the tools.
                self.end = 0
                raise MalformedError
        source.position += 1
        if not self.end:
            raise MalformedError

    def _read_named(self) -> Reading[None]:
        """Read a name with its arguments, whose result may be printed."""
        source = self.source
        if self.may_assign:
            start = source.position
            yield from source.skip(_WORD)
            if (yield from source.skip(_BLANKS)) == "=":
                source.position += 1
                yield from source.skip(_BLANKS)
            else:
                source.position = start
        is_printed = yield from source.is_next(_PRINT)
        if is_printed:
            source.position += len(_PRINT)
        yield from self._read_name_and_arguments()
        if is_printed:
            yield from source.skip_blank()
            yield from source.expect(")")

    def _read_name_and_arguments(self) -> Reading[None]:
        """Read a name with arguments in brackets, or with an object of arguments."""
        source = self.source
        start = source.position
        while (char := (yield from source.peek())) and _NAME.match(char):
            source.position += 1
            if not self.names.may_become(source.text[start : source.position]):
                raise MalformedError
        if self.names.resolve(source.text[start : source.position]) is None:
            raise MalformedError
        char = yield from self._read_separator()
        if char == "{":
            yield from self._read_arguments_after_name()
        elif char == _FENCE[0] and not self.is_in_fence:
            yield from source.expect(_FENCE)
            yield from source.skip(_LETTERS)
            if (yield from source.skip_blank()) != "{":
                raise MalformedError
            yield from self._read_arguments_after_name()
            if (yield from source.skip(_SPACE)):
                yield from source.expect(_FENCE)
        else:
            yield from source.expect("(")
            yield from self._read_keywords()
            self.name()

    def _read_separator(self) -> Reading[str]:
        """Read what stands between a name and its arguments; return what follows."""
        source = self.source
        char = yield from source.skip(_SPACE)
        if self._lead == _REACT and char == _REACT_INPUT[0]:
            yield from source.expect(_REACT_INPUT)
            char = yield from source.skip_blank()
        elif self._lead.endswith(_HARMONY):
            yield from source.skip(_LETTERS)
            char = yield from source.skip_blank()
        elif char == "[":
            # Mistral's notation, of which the token before it was removed.
            yield from source.expect("[ARGS]")
            char = yield from source.skip_blank()
        return char

    def _read_arguments_after_name(self) -> Reading[None]:
        """Read an object of arguments that follows a name."""
        self.name()
        self.has_begun = True
        if not (yield from read_value(self.source)) and self.is_in_fence:
            # In code, a name before braces is that of something else.
            self.has_begun = False
            raise MalformedError

    def _read_keywords(self) -> Reading[None]:
        """Read the arguments in brackets, up to the closing one."""
        source = self.source
        while (char := (yield from source.skip_blank())) != ")":
            if char == ",":
                source.position += 1
            elif char == "{":
                yield from read_value(source)
            else:
                yield from self._read_keyword()
        source.position += 1

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

    def _read_line_end(self) -> Reading[None]:
        """Read the end of a line with a call: one in a sentence about it is no call."""
        source = self.source
        following = yield from source.skip(_BLANKS)
        if following == "#":
            following = yield from source.skip(_NO_LINE)
        elif following == ".":
            source.position += 1
            following = yield from source.skip(_BLANKS)
        if following not in (*_LINE_ENDS, ";"):
            raise MalformedError
