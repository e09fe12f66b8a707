"""What a gateway wants back of a model's thoughts: blocks with signatures, unchanged.

OpenRouter gives them as `reasoning_details`, streamed in pieces, and Google's models
refuse the result of a call without those that came before the call.
"""

from collections.abc import Mapping
import json
from typing import Any

from .errors import AnswerTooLargeError
from .tool_arguments import is_sendable, repair_surrogates

REASONING_DETAILS = "reasoning_details"
"""The field of a message, or of a delta: a list of objects."""

MAX_SIZE = 1024 * 1024
"""Characters that the blocks of an answer may have together."""

_GROWING = ("text", "summary")
"""What a block has in pieces; all else, its signature too, comes whole."""


class _Block:
    """A block that may still grow."""

    def __init__(self) -> None:
        """Initialize without a piece."""
        self._fields: dict[str, Any] = {}
        self._texts: dict[str, list[str]] = {}

    def takes(self, piece: Mapping[str, Any]) -> bool:
        """Return whether a piece is one more of this block, which what is sealed is not."""
        return "data" not in self._fields.keys() | piece.keys() and all(
            self._fields.get(name) == piece.get(name) for name in ("type", "index")
        )

    def take(self, piece: Mapping[str, Any]) -> int:
        """Add a piece; return by how many characters the block grew."""
        grown = 0
        for name, value in piece.items():
            if name in _GROWING and isinstance(value, str):
                self._texts.setdefault(name, []).append(value)
                grown += len(value)
            # What is said again with each piece is there once.
            elif name not in self._fields or value not in (None, self._fields[name]):
                grown += len(name) + len(json.dumps(value))
                self._fields[name] = value
        return grown

    def whole(self) -> dict[str, Any]:
        """Return the block as it goes back."""
        texts = {
            name: repair_surrogates("".join(parts))
            for name, parts in self._texts.items()
        }
        return self._fields | texts


class ReasoningDetailsAssembler:
    """Takes the blocks of an answer, and gives them as they go back."""

    def __init__(self) -> None:
        """Initialize without a block."""
        self._blocks: list[_Block] = []
        self._size = 0

    def feed(self, pieces: object) -> None:
        """Take a delta's `reasoning_details`, if there are any."""
        if not isinstance(pieces, list):
            return
        for piece in pieces:
            if not isinstance(piece, dict) or not piece:
                continue
            try:
                if not self._blocks or not self._blocks[-1].takes(piece):
                    self._blocks.append(_Block())
                self._size += self._blocks[-1].take(piece)
            except RecursionError:
                # What is that deep could not be sent back.
                self._blocks.pop()
            if self._size > MAX_SIZE:
                raise AnswerTooLargeError

    def finish(self) -> list[dict[str, Any]]:
        """Return the blocks in the order in which they came."""
        blocks = [block.whole() for block in self._blocks]
        return [block for block in blocks if is_sendable(block)]
