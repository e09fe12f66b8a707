"""Test what is kept of a text that repeats itself."""

import pytest

from custom_components.openai_compatible_conversation.agent.response_text import (
    ResponseText,
)

LOOP = "The lamp is on. "
TEXT = "Of course! " + LOOP * 9
END = len("Of course! ") + len(LOOP)


@pytest.mark.parametrize("size", [1, 4, 16, 50, 200])
@pytest.mark.parametrize("shift", [-3, -1, 0])
@pytest.mark.parametrize("lag", [0, 1, 2])
def test_spoken_until(size: int, shift: int, lag: int) -> None:
    """The first of the repetitions is kept, whole, and no other one."""
    text = ResponseText()
    held: list[str] = []
    for start in range(0, len(TEXT), size):
        piece = TEXT[start : start + size]
        text.add_written(piece)
        # A filter may hold pieces back, and drop what is not spoken.
        held.append(piece.replace("!", ","))
        if len(held) > lag:
            text.spoken.append(held.pop(0))
    text.spoken += held
    kept = text.spoken_until(END + shift)
    assert kept in ("Of course, The lamp is on.", "")
    assert kept or size * lag > len("The lamp is on. ") / 2
    assert text.spoken_until(None) == TEXT.replace("!", ",")
    assert text.verbatim == TEXT


def test_cut_at_the_first() -> None:
    """The text may have been cut before the white space that is repeated, too."""
    text = ResponseText()
    text.add_written(LOOP.strip())
    text.spoken.append(LOOP.strip())
    assert text.spoken_until(len(LOOP)) == LOOP.strip()


def test_nothing_before_it() -> None:
    """Nothing is kept if no sentence ended."""
    text = ResponseText()
    text.add_written("ha" * 300)
    text.spoken.append("ha" * 300)
    assert text.spoken_until(2) == ""


def test_nothing_spoken() -> None:
    """A text of which nothing is spoken has nothing to keep."""
    text = ResponseText()
    text.add_written(TEXT)
    assert text.spoken_until(END) == ""
