"""Tests that the speech filter holds back no more text than necessary."""

from collections.abc import Iterator
import re

import pytest

from custom_components.openai_compatible_conversation.speech.filter import (
    MARKER,
    SpeechFilter,
)
from custom_components.openai_compatible_conversation.speech.parts import SpeechText
from custom_components.openai_compatible_conversation.speech.tag_names import (
    CALL_PAIRS,
    CALL_TAGS,
    CALLS_TO_THE_END,
    GENERIC_TAGS,
    INVOCATIONS,
    OTHER_HEADERS,
    REASONING_PAIRS,
    REASONING_TAGS,
    ROLE_HEADERS,
    SPECIAL,
)

from .call_corpus import NAMES, ON
from .test_filter import CASES

TOKENS = [
    MARKER,
    f"***{MARKER}",
    f"`{MARKER}",
    f"___{MARKER}",
    "<function=f>",
    "<｜x y｜>",
    "<|x y|>",
    "analysisX",
    "assistant\n",
    *ROLE_HEADERS,
    *(header for header in OTHER_HEADERS if "user" in header),
    *SPECIAL,
    *CALLS_TO_THE_END,
    *(
        token
        for pair in (*REASONING_PAIRS, *CALL_PAIRS, *INVOCATIONS)
        for token in pair
    ),
    *(
        f"<{slash}{tag}>"
        for tag in (*REASONING_TAGS, *GENERIC_TAGS, *CALL_TAGS)
        for slash in ("", "/")
    ),
]


def continuations(head: str) -> Iterator[str]:
    """Yield continuations of a text: nothing, words, or the rest of a token."""
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
        # The end of a code span or fence.
        *("`", "``", "```", "`x", "``x", "\n```\n"),
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


def _spoken(*chunks: str) -> str:
    """Return the speech of a text given in chunks."""
    speech = SpeechFilter()
    spoken = [part for chunk in chunks for part in speech.feed(chunk)]
    spoken += speech.flush()
    return "".join(part.text for part in spoken if isinstance(part, SpeechText))


def common_prefix_length(texts: list[str]) -> int:
    """Return the length of the longest common prefix."""
    first, last = min(texts), max(texts)
    count = 0
    while count < min(len(first), len(last)) and first[count] == last[count]:
        count += 1
    return count


@pytest.mark.parametrize("text", CASES, ids=range(len(CASES)))
def test_holds_no_more_than_needed(text: str) -> None:
    """After each character, speech common to all continuations is emitted."""
    speech = SpeechFilter()
    spoken = ""
    for position, char in enumerate(text, 1):
        spoken += "".join(
            p.text for p in speech.feed(char) if isinstance(p, SpeechText)
        )
        head = text[:position]
        results = [_spoken(head + more) for more in continuations(head)]
        # White space may come with what follows it.
        certain = results[0][: common_prefix_length(results)].rstrip()
        assert len(spoken) >= len(certain), (head, spoken)


RULED_OUT = (
    *('{"x', '{"name": "K', '{"name": "intentX', '{"name": 7', '{"type": "l'),
    *("{x", "{%", "{1", "[x", "[1", '{"arguments": 1', '{"arguments": "a'),
    *(
        '{"arguments": {1}',
        f'{{"name": "{ON}", "x',
        f'{{"name": "{ON}", "arguments": 5',
    ),
    *("``x", "```json\nx", "```\n5", '```\n{"x', "```python\nim", "```python\nx"),
    *("~5", "~~x", "~~~\nx", "<tools>x", "<tools>\n<x", '<invoke name="x'),
    *("<function_calls>\nx", "gett", "intens", "get ", f"{ON} t", "get_time(1"),
    *("get_time(utc)", "get_time(utc=u)", "get_time() i", "query_facts.", "get_time:"),
)
"""Beginnings of a line that could become a call until their last character."""


@pytest.mark.parametrize("text", RULED_OUT)
def test_released_when_it_is_no_call(text: str) -> None:
    speech = SpeechFilter(names=NAMES)
    before = [*speech.feed("Look:\n"), *speech.feed(text[:-1])]
    assert before == [SpeechText("Look:\n")]
    released = "".join(
        p.text for p in speech.feed(text[-1]) if isinstance(p, SpeechText)
    )
    assert released == text


@pytest.mark.parametrize(
    "text",
    [
        "Lights are on.\nIt is warm.\n\nWhat else?\n",
        "- One\n- Two\n\n1. Three\n",
        "> It is {on}.\n| a | b |\nSo (it) is: 5 {m}.\n",
        "Das Licht ist an.\n在这里。\nДа.\n",
        "Use HassTurnOn to turn it on, or get time() for the time.\n",
    ],
)
def test_prose_is_not_held(text: str) -> None:
    speech = SpeechFilter(names=NAMES)
    for char in text:
        assert list(speech.feed(char)) == [SpeechText(char)]


@pytest.mark.parametrize("text", ["The", "All", "people", "commas", "jump", "find"])
def test_only_a_letter_is_held(text: str) -> None:
    """What may be written before a call is ruled out by one of the next letters."""
    speech = SpeechFilter(names=NAMES)
    assert list(speech.feed(f"Look:\n{text[0]}")) == [SpeechText("Look:\n")]
    spoken = "".join(
        p.text
        for char in text[1:]
        for p in speech.feed(char)
        if isinstance(p, SpeechText)
    )
    assert spoken == text


@pytest.mark.parametrize("text", ["It is ~~off~~", "5 ~", "a `b`", "```", "x ~~~"])
def test_marks_at_the_end_are_kept(text: str) -> None:
    """A mark that might open a call is text if nothing follows it."""
    for chunks in ([text], list(text)):
        speech = SpeechFilter(names=NAMES)
        parts = [*(p for chunk in chunks for p in speech.feed(chunk)), *speech.flush()]
        assert "".join(p.text for p in parts if isinstance(p, SpeechText)) == text
