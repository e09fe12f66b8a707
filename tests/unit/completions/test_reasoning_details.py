"""Blocks of thoughts go back as they came, whatever the pieces in which they came."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.errors import (
    AnswerTooLargeError,
)
from custom_components.openai_compatible_conversation.completions.reasoning_details import (
    MAX_SIZE,
    ReasoningDetailsAssembler,
)

SEALED = {"type": "reasoning.encrypted", "data": "Cr8E", "id": "call_1", "index": 0}


def _text(text: str | None, index: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a block of text, or a piece of one."""
    return {"type": "reasoning.text", "text": text, "index": index, **fields}


def _summary(text: str) -> dict[str, Any]:
    """Return a block of a summary, or a piece of one."""
    return {"type": "reasoning.summary", "summary": text, "index": 0}


def _assembled(*chunks: object) -> list[dict[str, Any]]:
    """Return the blocks of some chunks."""
    assembler = ReasoningDetailsAssembler()
    for pieces in chunks:
        assembler.feed(pieces)
    return assembler.finish()


def test_signed() -> None:
    """A text comes in pieces, and its signature after it."""
    sealed = {"type": "reasoning.text", "signature": "Er", "index": 0}
    chunks = [_text("I ", signature=None)], [_text("think.")], [sealed]
    assert _assembled(*chunks) == [_text("I think.", signature="Er")]


def test_blocks() -> None:
    """What differs in kind or number is a block of its own, in the order in which it came."""
    blocks = [_summary("a"), _text("b"), _text("c", 1), SEALED, SEALED, _text("d", 1)]
    assert _assembled(blocks) == blocks
    assert _assembled(*([block] for block in blocks)) == blocks


def test_summary() -> None:
    """A summary comes in pieces too."""
    assert _assembled([_summary("Lamp")], [_summary("s")]) == [_summary("Lamps")]


def test_half_characters() -> None:
    """A character that was cut in two is whole again; half a one is none."""
    cut = [_text("\ud83d")], [_text("\ude00 \ud83d")]
    assert _assembled(*cut) == [_text("\U0001f600 \ufffd")]


@pytest.mark.parametrize("pieces", [None, "thoughts", {}, [], [None, "thoughts", [1]]])
def test_nothing(pieces: object) -> None:
    """What are no blocks is passed over."""
    assert _assembled(pieces) == []


def test_cannot_be_sent() -> None:
    """A block that could not be sent back is not kept."""
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    strange = {"type": "\ud83d", "data": ""}
    deeper: list[Any] = deep
    for _ in range(100_000):
        deeper = [deeper]
    odd = [strange, {"type": "x", "deep": deep}, {"type": "y", "deep": deeper}]
    assert _assembled([*odd, SEALED]) == [SEALED]


def test_many_pieces() -> None:
    """Long thoughts in short pieces are no more than their text."""
    piece = _text("hm, ", signature=None, format="anthropic-claude-v1")
    count = MAX_SIZE // 20
    (block,) = _assembled(*[[piece]] * count)
    assert block["text"] == "hm, " * count


def test_too_large() -> None:
    """There is an end to how much is kept."""
    assembler = ReasoningDetailsAssembler()
    assembler.feed([_text("x" * (MAX_SIZE // 2))])
    with pytest.raises(AnswerTooLargeError):
        assembler.feed([_text("x" * (MAX_SIZE // 2))])
