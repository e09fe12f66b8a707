"""Reasoning blocks with signatures that a gateway requires back unchanged.

OpenRouter streams them in pieces as `reasoning_details`. Google's models reject a tool
result without the blocks that preceded the tool call.
"""

from collections.abc import Mapping
import json
from typing import Any

from .errors import AnswerTooLargeError
from .tool_arguments import is_sendable, repair_surrogates

REASONING_DETAILS = "reasoning_details"
"""The field of a message or a delta: a list of objects."""

MAX_SIZE = 1024 * 1024
"""Maximum characters of all blocks of a response."""

_STREAMED_FIELDS = ("text", "summary")
"""Fields that arrive in pieces; all others, such as the signature, arrive whole."""


class _Block:
    """A block that is being assembled."""

    def __init__(self) -> None:
        """Initialize an empty block."""
        self._fields: dict[str, Any] = {}
        self._texts: dict[str, list[str]] = {}

    def accepts(self, piece: Mapping[str, Any]) -> bool:
        """Return whether a piece belongs to this block; an encrypted one is whole."""
        return "data" not in self._fields.keys() | piece.keys() and all(
            self._fields.get(name) == piece.get(name) for name in ("type", "index")
        )

    def add(self, piece: Mapping[str, Any]) -> int:
        """Add a piece and return the number of characters that the block grew by."""
        added = 0
        for name, value in piece.items():
            if name in _STREAMED_FIELDS and isinstance(value, str):
                self._texts.setdefault(name, []).append(value)
                added += len(value)
            # Keep one copy of a value that is repeated with each piece.
            elif name not in self._fields or value not in (None, self._fields[name]):
                added += len(name) + len(json.dumps(value))
                self._fields[name] = value
        return added

    def assembled(self) -> dict[str, Any]:
        """Return the block to send back."""
        texts = {
            name: repair_surrogates("".join(parts))
            for name, parts in self._texts.items()
        }
        return self._fields | texts


class ReasoningDetailsAssembler:
    """Assembles the reasoning blocks of one response.

    Feed it each delta, and finish it at the end of the response.
    """

    def __init__(self) -> None:
        """Initialize without blocks."""
        self._blocks: list[_Block] = []
        self._size = 0

    def feed(self, pieces: object) -> None:
        """Add the `reasoning_details` of a delta; malformed ones are ignored.

        Raises `AnswerTooLargeError` if the blocks exceed `MAX_SIZE`.
        """
        if not isinstance(pieces, list):
            return
        for piece in pieces:
            if not isinstance(piece, dict) or not piece:
                continue
            try:
                if not self._blocks or not self._blocks[-1].accepts(piece):
                    self._blocks.append(_Block())
                self._size += self._blocks[-1].add(piece)
            except RecursionError:
                # Nested too deeply to be sent back.
                self._blocks.pop()
            if self._size > MAX_SIZE:
                raise AnswerTooLargeError

    def finish(self) -> list[dict[str, Any]]:
        """Return the blocks in order of arrival, without those that cannot be sent."""
        blocks = [block.assembled() for block in self._blocks]
        return [block for block in blocks if is_sendable(block)]
