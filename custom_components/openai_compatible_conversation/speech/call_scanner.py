"""Decides while a text arrives whether it is a tool call in an ordinary notation.

What a model writes between tags of its own is a call. JSON, a fenced block and Python
are calls only if they name a tool that the model may call, with its arguments. The
scanner reads no further than it takes to rule that out.

Decision record: docs/decisions/0005-text-is-filtered-as-it-arrives.md.
"""

from .arriving_text import CutError, MalformedError
from .call_blocks import CallBlockReader
from .tool_names import ToolNames

_STEP = 512
"""Characters that are read at once, of a text that may be much longer."""


class CallScanner:
    """Scan a text that may be a call from its first character on."""

    def __init__(self, names: ToolNames, *, is_line_start: bool) -> None:
        """Initialize with the names of the tools that may be called."""
        self._reader = CallBlockReader(names, is_line_start=is_line_start)
        self._reading = self._reader.read_block()
        self.end = 0
        """Where the call ends."""

    @property
    def is_foreign(self) -> bool:
        """Return whether it calls what only another integration offers to its models."""
        return self._reader.is_foreign

    def scan(self, text: str, start: int, *, ended: bool) -> bool | None:
        """Return whether a text is a call that begins at a position in it.

        None if that takes more of the text, of which only the end may be new.
        """
        source = self._reader.source
        is_call = None
        while is_call is None and (fed := start + len(source.text)) < len(text):
            source.text += text[fed : fed + _STEP]
            is_call = self._read()
        if is_call is None and ended:
            source.ended = True
            is_call = self._read()
        return is_call

    def _read(self) -> bool | None:
        """Return whether the text so far is a call, None if that takes more of it."""
        reader = self._reader
        try:
            next(self._reading)
        except StopIteration:
            self.end = reader.source.position
        except MalformedError:
            self.end = reader.end
        except CutError:
            self.end = len(reader.source.text) if reader.end or reader.has_begun else 0
        else:
            return None
        return self.end > 0
