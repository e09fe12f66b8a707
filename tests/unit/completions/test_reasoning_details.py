"""Test the assembly of streamed reasoning details."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.errors import (
    AnswerTooLargeError,
)
from custom_components.openai_compatible_conversation.completions.reasoning_details import (
    MAX_SIZE,
    ReasoningDetailsAssembler,
)

ENCRYPTED = {"type": "reasoning.encrypted", "data": "Cr8E", "id": "call_1", "index": 0}


def _text(text: str | None, index: int = 0, **fields: Any) -> dict[str, Any]:
    """Return a text block, or a piece of one."""
    return {"type": "reasoning.text", "text": text, "index": index, **fields}


def _summary(text: str) -> dict[str, Any]:
    """Return a summary block, or a piece of one."""
    return {"type": "reasoning.summary", "summary": text, "index": 0}


def _assembled(*chunks: object) -> list[dict[str, Any]]:
    """Return the blocks assembled from chunks."""
    assembler = ReasoningDetailsAssembler()
    for pieces in chunks:
        assembler.feed(pieces)
    return assembler.finish()


def test_text_with_signature() -> None:
    """Pieces of text are joined, and a later signature is added to the block."""
    signed = {"type": "reasoning.text", "signature": "Er", "index": 0}
    chunks = [_text("I ", signature=None)], [_text("think.")], [signed]
    assert _assembled(*chunks) == [_text("I think.", signature="Er")]


def test_separate_blocks() -> None:
    """Pieces that differ in type or index are separate blocks, in order of arrival."""
    blocks = [
        _summary("a"),
        _text("b"),
        _text("c", 1),
        ENCRYPTED,
        ENCRYPTED,
        _text("d", 1),
    ]
    assert _assembled(blocks) == blocks
    assert _assembled(*([block] for block in blocks)) == blocks


def test_summary() -> None:
    """Pieces of a summary are joined."""
    assert _assembled([_summary("Lamp")], [_summary("s")]) == [_summary("Lamps")]


def test_split_surrogate_pair() -> None:
    """A split surrogate pair is joined, and a lone surrogate is replaced."""
    cut = [_text("\ud83d")], [_text("\ude00 \ud83d")]
    assert _assembled(*cut) == [_text("\U0001f600 \ufffd")]


@pytest.mark.parametrize("pieces", [None, "thoughts", {}, [], [None, "thoughts", [1]]])
def test_malformed_ignored(pieces: object) -> None:
    """Malformed details are ignored."""
    assert _assembled(pieces) == []


def test_unserializable_dropped() -> None:
    """A block that cannot be sent back as JSON is dropped."""
    deep: list[Any] = []
    for _ in range(500):
        deep = [deep]
    strange = {"type": "\ud83d", "data": ""}
    deeper: list[Any] = deep
    for _ in range(100_000):
        deeper = [deeper]
    odd = [strange, {"type": "x", "deep": deep}, {"type": "y", "deep": deeper}]
    assert _assembled([*odd, ENCRYPTED]) == [ENCRYPTED]


def test_repeated_fields_counted_once() -> None:
    """Fields that are repeated with each piece do not count towards the limit."""
    piece = _text("hm, ", signature=None, format="anthropic-claude-v1")
    count = MAX_SIZE // 20
    (block,) = _assembled(*[[piece]] * count)
    assert block["text"] == "hm, " * count


def test_too_large() -> None:
    """Blocks that exceed the size limit raise an error."""
    assembler = ReasoningDetailsAssembler()
    assembler.feed([_text("x" * (MAX_SIZE // 2))])
    with pytest.raises(AnswerTooLargeError):
        assembler.feed([_text("x" * (MAX_SIZE // 2))])
