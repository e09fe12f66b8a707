"""No character waits that could be said: the hold is measured against the least possible."""

from collections.abc import Iterator
import re

import pytest

from custom_components.openai_compatible_conversation.speech.filter import (
    CALL_PAIRS,
    CALL_TAGS,
    CALLS_TO_THE_END,
    MARKER,
    REASONING_PAIRS,
    REASONING_TAGS,
    SPECIAL,
    SpeechFilter,
)
from custom_components.openai_compatible_conversation.speech.parts import SpeechText

from .test_filter import CASES

TOKENS = [
    MARKER,
    f"***{MARKER}",
    f"`{MARKER}",
    f"___{MARKER}",
    "<function=f>",
    "<｜x y｜>",
    "<|x y|>",
    *SPECIAL,
    *CALLS_TO_THE_END,
    *(token for pair in (*REASONING_PAIRS, *CALL_PAIRS) for token in pair),
    *(f"<{slash}{t}>" for t in (*REASONING_TAGS, *CALL_TAGS) for slash in ("", "/")),
]


def continuations(head: str) -> Iterator[str]:
    """Yield what a text may go on with: nothing, words, or the rest of a token."""
    yield from (
        "",
        "x",
        " ",
        "\n",
        "|>",
        "y|>",
        "｜>",
        ">",
        "_LISTENING]",
        "LISTENING]",
    )
    for token in TOKENS:
        for size in range(len(token)):
            if head.lower().endswith(token[:size].lower()):
                yield token[size:]
    letters = re.sub(r"[\s*_~`\\-]", "", head).lower()
    marker = "[continuelistening]"
    for size in range(len(marker)):
        if letters.endswith(marker[:size]):
            yield marker[size:]


def _said(*parts: str) -> str:
    """Return what is said of a text in parts."""
    speech = SpeechFilter()
    said = [piece for part in parts for piece in speech.feed(part)]
    said += speech.flush()
    return "".join(piece.text for piece in said if isinstance(piece, SpeechText))


def common(texts: list[str]) -> int:
    """Return how many characters some texts have in common at their beginning."""
    first, last = min(texts), max(texts)
    count = 0
    while count < min(len(first), len(last)) and first[count] == last[count]:
        count += 1
    return count


@pytest.mark.parametrize("text", CASES, ids=range(len(CASES)))
def test_least(text: str) -> None:
    """After each character all is said that is said whatever follows."""
    speech = SpeechFilter()
    said = ""
    for position, char in enumerate(text, 1):
        said += "".join(p.text for p in speech.feed(char) if isinstance(p, SpeechText))
        head = text[:position]
        least = common([_said(head + more) for more in continuations(head)])
        assert len(said) >= least, (head, said)
