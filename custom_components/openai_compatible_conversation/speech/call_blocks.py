"""Reads fenced blocks and tags that hold tool calls while they arrive."""

import re

from .arriving_text import CutError, MalformedError, Reading
from .named_calls import NamedCallReader
from .tool_names import ToolNames

WRAPPERS = ("tools", "function_calls", "functioncall")
"""Tags around calls that are also ordinary markup."""
LINE_WRAPPERS = ("tool", "call", "code")
"""Tags around calls only if they stand on lines of their own."""

_MIN_FENCE = 3
_MAX_LABEL = 40
_TAGS = tuple(f"<{name}>" for name in WRAPPERS)
_LINE_TAGS = tuple(f"<{name}>" for name in LINE_WRAPPERS)
_CLOSINGS = tuple(f"</{name}>" for name in (*WRAPPERS, *LINE_WRAPPERS))
_OTHER_TAGS = tuple(
    f"<{name}>"
    for name in ("tool_call", "tool_calls", "function_call", "tool_use", "toolcall")
)
"""Tags that are calls whatever they hold, so that only their end is searched."""
_NAMED_TAGS = {
    '<invoke name="': ("<invoke ", "</invoke>", '"'),
    "<invoke name='": ("<invoke ", "</invoke>", "'"),
    "<function=": ("<function=", "</function>", ""),
}
"""Beginning, end and quote of a tag with the name of a tool, by what is before that."""
_OPENINGS = (*_TAGS, *_LINE_TAGS, *_OTHER_TAGS, *_NAMED_TAGS)
_PROGRAM = "tool_c"
"""How the label of a fence begins in which the model writes a program."""
_BLANKS = re.compile(r"[ \t]*")
_SPACE = re.compile(r"\s*")
_LABEL = re.compile(r"[^\n`{\[<]*")
_TICKS = {"`": re.compile(r"`*"), "~": re.compile(r"~*")}
_SURPLUS = re.compile(r"[,;}\]]*")
_SEPARATORS = re.compile(r"[\s,;]*")
_NO_LINE = re.compile(r"[^\n]*")
_NO_TAG = re.compile(r"[^<]*")


class CallBlockReader(NamedCallReader):
    """Read calls by themselves, in a fenced block or in a tag."""

    def __init__(self, names: ToolNames, *, is_line_start: bool) -> None:
        """Initialize at what may be a call, which may begin a line."""
        super().__init__(names)
        self._is_line_start = is_line_start

    def read_block(self) -> Reading[None]:
        """Read a fenced block, a tag or what stands by itself."""
        char = yield from self.read_lead()
        if char in _TICKS:
            yield from self._read_fence(char)
        elif char == "<":
            yield from self._read_tag()
        else:
            yield from self.read_item(by_itself=True)
            # Small models close more than they opened.
            yield from self.source.skip(_SURPLUS)

    def _read_fence(self, tick: str) -> Reading[None]:
        """Read a fenced block, in which calls stand."""
        source = self.source
        start = source.position
        yield from source.skip(_TICKS[tick])
        fence = source.text[start : source.position]
        if len(fence) < _MIN_FENCE:
            yield from self._read_span(fence)
            return
        self.is_in_fence = self._is_line_start = True
        start = source.position
        limit, source.limit = source.limit, start + _MAX_LABEL
        char = yield from source.skip(_LABEL)
        source.limit = limit
        if char not in "\n{[<":
            raise MalformedError
        self.may_assign = source.text.startswith(_PROGRAM, start)
        while True:
            if not self.end:
                char = yield from source.skip_blank()
            elif not (char := (yield from source.skip(_SEPARATORS))):
                raise CutError
            elif char == tick:
                yield from source.expect(fence)
                return
            if self.end:
                yield from self._read_further(fence)
            elif char == "<":
                yield from self._read_tag()
            else:
                yield from self._read_first(fence)
            self.complete()

    def _read_span(self, tick: str) -> Reading[None]:
        """Read a code span that is all of its line, in which a call stands."""
        if not self._is_line_start or tick[0] != "`":
            raise MalformedError
        source = self.source
        if (yield from source.peek()) == "<":
            yield from self._read_tag()
        else:
            yield from self.read_item()
        # Without arguments it is only the name of a function.
        has_arguments = not source.text[: source.position].endswith("()")
        yield from source.expect(tick)
        yield from self.read_line_end(is_call=has_arguments)
        self.complete()

    def _read_first(self, closing: str) -> Reading[None]:
        """Read a call whose last braces may lack before the end of its block."""
        try:
            yield from self.read_item()
        except MalformedError:
            if not self.has_begun or not (yield from self.source.is_next(closing)):
                raise

    def _read_further(self, fence: str) -> Reading[None]:
        """Read what follows a call in its fence: another one, or what is dropped."""
        source = self.source
        start = source.position
        try:
            yield from self.read_item()
        except MalformedError:
            if not self.end:
                raise
            end = self.end
            source.position = start
            while (char := (yield from source.skip(_NO_LINE))) == "\n":
                source.position += 1
                yield from source.skip(_BLANKS)
                if (yield from source.is_next(fence)):
                    return
            if not char:
                # The fence was never closed, so the rest is text.
                self.end = end
                raise MalformedError from None

    def _read_tag(self) -> Reading[None]:
        """Read a tag with calls in it."""
        source = self.source
        opening = yield from self._read_opening()
        if opening in _NAMED_TAGS:
            yield from self._read_named_tag(opening)
            return
        closing = opening.replace("<", "</", 1)
        if opening in _OTHER_TAGS:
            yield from self._read_whole(opening, closing)
            return
        is_of_line = opening in _LINE_TAGS
        if is_of_line and not self._is_line_start:
            raise MalformedError
        while True:
            char = yield from source.skip(_SEPARATORS if self.end else _SPACE)
            if not char:
                raise CutError
            if char != "<":
                yield from self._read_first(closing)
            elif self.end and (yield from self._read_closing(opening)):
                if is_of_line:
                    yield from self.read_line_end(is_call=True)
                return
            elif (named := (yield from self._read_opening())) in _NAMED_TAGS:
                yield from self._read_named_tag(named)
            else:
                raise MalformedError
            self.complete()

    def _read_opening(self) -> Reading[str]:
        """Read and return one of the opening tags."""
        source = self.source
        start = source.position
        while (opening := source.text[start : source.position]) not in _OPENINGS:
            if not (yield from source.peek()):
                raise CutError
            source.position += 1
            if not any(
                tag.startswith(source.text[start : source.position])
                for tag in _OPENINGS
            ):
                raise MalformedError
        return opening

    def _read_closing(self, opening: str) -> Reading[bool]:
        """Read a tag that ends calls, and return whether there is one."""
        for tag in (*_CLOSINGS, opening):
            if (yield from self.source.is_next(tag)):
                self.source.position += len(tag)
                return True
        return False

    def _read_named_tag(self, opening: str) -> Reading[None]:
        """Read a tag with the name of a tool, after what is before the name."""
        source = self.source
        beginning, end, quote = _NAMED_TAGS[opening]
        start = source.position
        while (char := (yield from source.peek())) != (quote or ">"):
            if not char:
                raise CutError
            source.position += 1
            if not self.names.may_become(source.text[start : source.position]):
                raise MalformedError
        if self.names.resolve(source.text[start : source.position]) is None:
            raise MalformedError
        yield from source.expect(quote)
        if (yield from source.skip(_SPACE)) == "/":
            yield from source.expect("/>")
            return
        yield from source.expect(">")
        if not (char := (yield from source.skip(_SPACE))):
            raise CutError
        if char not in "<{":
            # The tag is written about.
            raise MalformedError
        yield from self._read_whole(beginning, end)

    def _read_whole(self, opening: str, closing: str) -> Reading[None]:
        """Read a call that ends with a tag, and holds no other of its kind."""
        source = self.source
        self.name()
        self.has_begun = True
        while (yield from source.skip(_NO_TAG)):
            if (yield from source.is_next(closing)):
                yield from source.expect(closing)
                return
            if (yield from source.is_next(opening)):
                raise MalformedError
            source.position += 1
        raise CutError
