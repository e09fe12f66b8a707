"""Tests of the parts of a transcript."""

from hypothesis import given, strategies as st

from custom_components.openai_compatible_conversation.memory.extraction.transcript_parts import (
    MIN_SPLIT,
    halves,
    length,
    transcript_parts,
)
from custom_components.openai_compatible_conversation.memory.facts.said_line import (
    SaidLine,
)


def tokens(line: SaidLine) -> int:
    """Return a size that differs with the letters, as tokens do."""
    return sum(1 if char.isascii() else 4 for char in line.text)


TEXTS = st.lists(st.text("ab cत ", max_size=80).map(str.strip).filter(bool), max_size=9)


@given(TEXTS, st.integers(4, 60))
def test_parts_fit(texts: list[str], limit: int) -> None:
    """All words are kept in order, and no part is empty or larger than it may be."""
    lines = [SaidLine(text, "Ann", "chat", str(n)) for n, text in enumerate(texts)]
    parts = transcript_parts(lines, tokens, limit)
    assert all(0 < sum(map(tokens, part)) <= limit for part in parts)
    joined = {line.at: "" for line in lines}
    for part in parts:
        for line in part:
            assert (line.speaker, line.channel) == ("Ann", "chat")
            joined[line.at] += line.text
    assert ["".join(text.split()) for text in joined.values()] == [
        "".join(text.split()) for text in texts
    ]


def test_lines_stay_whole() -> None:
    """A line that fits a part is not split, but begins the next one."""
    lines = [SaidLine("a" * 6), SaidLine("b" * 6), SaidLine("c" * 4)]
    assert transcript_parts(lines, length, 10) == [lines[:1], lines[1:]]
    assert transcript_parts([], length, 10) == []


def test_split_at_spaces() -> None:
    """A long line is split between words."""
    words = [f"word{number}" for number in range(100)]
    parts = transcript_parts([SaidLine(" ".join(words))], length, 50)
    assert " ".join(part[0].text for part in parts).split() == words


def test_no_room() -> None:
    """Without room for one character, each is a part: nothing goes on for ever."""
    parts = transcript_parts([SaidLine("तत")], tokens, 1)
    assert parts == [[SaidLine("त")], [SaidLine("त")]]


@given(TEXTS)
def test_halves(texts: list[str]) -> None:
    """A transcript becomes smaller with each halving, down to what is short."""
    lines = [SaidLine(text * 9) for text in texts]
    total = sum(map(length, lines))
    parts = halves(lines)
    if total < MIN_SPLIT:
        assert parts == [lines]
    else:
        assert len(parts) in (2, 3)
        assert all(sum(map(length, part)) < total for part in parts)
