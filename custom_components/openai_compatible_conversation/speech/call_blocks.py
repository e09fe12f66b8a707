"""Reads fenced blocks and tags that hold tool calls while they arrive."""

import re

from .call_reader import CallReader
from .lenient_json import CutError, MalformedError, Reading

WRAPPERS = ("tools", "function_calls")
"""Tags around calls that are also ordinary markup."""

_MIN_FENCE = 3
_MAX_LABEL = 40
_TAGS = tuple(f"<{name}>" for name in WRAPPERS)
_OTHER_TAGS = tuple(
    f"<{name}>"
    for name in ("tool_call", "tool_calls", "function_call", "tool_use", "toolcall")
)
"""Tags that are calls whatever they hold, so that only their end is searched."""
_INVOKE = '<invoke name="'
_OPENINGS = (*_TAGS, *_OTHER_TAGS, _INVOKE)
_BLANKS = re.compile(r"[ \t]*")
_SPACE = re.compile(r"\s*")
_LABEL = re.compile(r"[^\n`{\[<]*")
_TICKS = {"`": re.compile(r"`*"), "~": re.compile(r"~*")}
_SURPLUS = re.compile(r"[,;}\]]*")
_SEPARATORS = re.compile(r"[\s,;]*")
_NO_LINE = re.compile(r"[^\n]*")


class CallBlockReader(CallReader):
    """Read calls by themselves, in a fenced block or in a tag."""

    def read_block(self) -> Reading[None]:
        """Read a fenced block, a tag or what stands by itself."""
        char = yield from self.source.peek()
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
        yield from source.skip(_TICKS[tick])
        fence = source.text[: source.position]
        if len(fence) < _MIN_FENCE:
            raise MalformedError
        start = source.position
        limit, source.limit = source.limit, start + _MAX_LABEL
        char = yield from source.skip(_LABEL)
        source.limit = limit
        if char not in "\n{[<":
            raise MalformedError
        while True:
            char = yield from source.skip(_SEPARATORS if self.end else _SPACE)
            if self.end and char == tick:
                yield from source.expect(fence)
                return
            if not char:
                raise CutError
            if self.end:
                yield from self._read_further(fence)
            elif char == "<":
                yield from self._read_tag()
            else:
                yield from self.read_item()
            self.complete()

    def _read_further(self, fence: str) -> Reading[None]:
        """Read what follows a call in its fence: another one, or what is dropped."""
        source = self.source
        start = source.position
        try:
            yield from self.read_item()
        except MalformedError:
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
        if opening == _INVOKE:
            yield from self._read_invoke()
            return
        closing = opening.replace("<", "</", 1)
        if opening in _OTHER_TAGS:
            yield from self.read_whole(opening, closing)
            return
        while True:
            char = yield from source.skip(_SEPARATORS if self.end else _SPACE)
            if not char:
                raise CutError
            if char != "<":
                yield from self.read_item()
            elif self.end and (yield from source.is_next(closing)):
                yield from source.expect(closing)
                return
            elif (yield from self._read_opening()) == _INVOKE:
                yield from self._read_invoke()
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

    def _read_invoke(self) -> Reading[None]:
        """Read `<invoke name="f">`, after the quote, with a tag for each parameter."""
        source = self.source
        start = source.position
        while (char := (yield from source.peek())) != '"':
            if not char:
                raise CutError
            source.position += 1
            if not self.names.may_become(source.text[start : source.position]):
                raise MalformedError
        if self.names.resolve(source.text[start : source.position]) is None:
            raise MalformedError
        yield from source.expect('">')
        yield from self.read_whole("<invoke ", "</invoke>")
