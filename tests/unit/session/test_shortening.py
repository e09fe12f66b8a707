"""Tests for the shortening of a turn: what goes first, and what stays."""

from collections.abc import Callable, Iterable
import json
from typing import Any

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
    tokens,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
)
from custom_components.openai_compatible_conversation.excerpts.token_limit import (
    MIN_LENGTH,
)
from custom_components.openai_compatible_conversation.session.shortening import (
    GAP,
    MIN_TEXT,
    cut_down,
    said_in,
    shortened,
)
from custom_components.openai_compatible_conversation.session.turns import normalize
from custom_components.openai_compatible_conversation.session.user_text import (
    split_context,
)
from testbed.limits import tokens as latin
from testbed.strict import faults

type Count = Callable[[str], int]

CONTEXT = (
    "<context>\nMonday, 2026-11-30, 12:00\n"
    "Area: Kitchen (floor: Ground floor). Commands are for this area.\n"
    "This device is able to start timers.\nLanguage: en\n</context>\n"
)


def devanagari(text: str) -> int:
    """Return the tokens of a text for a model that knows few words of its script."""
    return len(text.encode(errors="surrogatepass")) // 2


COUNTS = st.sampled_from([latin, devanagari, len])
PIECES = st.sampled_from(
    ["word ", "पानी ", "水が漏れた。", "so.\n", 'say "x" ', "ä" * 90]
)
WORDS = st.builds(
    lambda piece, times: f"So {piece * times}", PIECES, st.integers(1, 40)
)
LONG = st.builds(lambda words, times: words * times, WORDS, st.integers(1, 12))
ROWS = st.builds(
    lambda words, count: [
        {"name": f"{words} {n}", "state": "off"} for n in range(count)
    ],
    WORDS,
    st.integers(0, 30),
)
RESULTS = st.builds(
    lambda value, more: json.dumps(value, ensure_ascii=False) + more,
    ROWS | st.builds(lambda rows: {"rows": rows, "page": 1}, ROWS) | WORDS,
    st.sampled_from(["", "\nThe user also named: the lamp."]),
)
ARGUMENTS = st.dictionaries(st.sampled_from("abc"), WORDS, max_size=3)


@st.composite
def turns(draw: st.DrawFn, said: st.SearchStrategy[str] = LONG) -> tuple[Message, ...]:
    """Return the messages of a finished turn."""
    context = draw(st.sampled_from(["", CONTEXT]))
    messages: list[Message] = [UserMessage(context + draw(said))]
    for number in range(draw(st.integers(0, 3))):
        ids = [f"{number}{letter}" for letter in draw(st.sampled_from(["a", "ab"]))]
        calls = tuple(ToolCallPart(i, "look", json.dumps(draw(ARGUMENTS))) for i in ids)
        reasoning = draw(st.none() | LONG)
        messages.append(AssistantMessage(draw(st.none() | WORDS), calls, reasoning))
        messages += [ToolMessage(i, draw(RESULTS)) for i in ids]
    if draw(st.booleans()):
        messages.append(AssistantMessage(draw(LONG), (), draw(st.none() | LONG)))
    return normalize(messages).messages


def size(messages: Iterable[Message], count: Count) -> int:
    """Return the tokens of messages."""
    return sum(tokens(message, count) for message in messages)


def answers(messages: Iterable[Message]) -> list[str]:
    """Return the texts of the model."""
    return [m.text for m in messages if isinstance(m, AssistantMessage) and m.text]


def results(messages: Iterable[Message]) -> list[str]:
    """Return the results and arguments of calls."""
    found = [m.text for m in messages if isinstance(m, ToolMessage)]
    for message in messages:
        if isinstance(message, AssistantMessage):
            found += [call.arguments for call in message.calls]
    return found


def has_reasoning(messages: Iterable[Message]) -> bool:
    """Return whether there is reasoning."""
    return any(isinstance(m, AssistantMessage) and m.reasoning for m in messages)


def contexts(messages: Iterable[Message]) -> list[str]:
    """Return the contexts of what was said."""
    return [split_context(m.text)[0] for m in messages if isinstance(m, UserMessage)]


def are_shortest(texts: Iterable[str], count: Count) -> bool:
    """Return whether nothing more can be cut from texts."""
    return all(count(text) <= MIN_TEXT or len(text) <= MIN_LENGTH for text in texts)


@given(turns(), st.integers(0, 2000), COUNTS)
def test_order(turn: tuple[Message, ...], limit: int, count: Count) -> None:
    """Reasoning goes first, then results, then answers, then the context."""
    short = shortened(turn, limit, count)
    assert said_in(short) == said_in(turn)
    assert len(short) == len(turn)
    if results(short) != results(turn):
        assert not has_reasoning(short)
    if answers(short) != answers(turn):
        assert are_shortest(results(short), count)
    if contexts(short) != contexts(turn):
        assert are_shortest(answers(short), count)
    if size(short, count) > limit:
        assert not any(contexts(short))
    if size(turn, count) <= limit:
        assert short == list(turn)


@given(turns(), st.integers(0, 2000), COUNTS)
def test_idempotent(turn: tuple[Message, ...], limit: int, count: Count) -> None:
    """What is shortened once stays as it is."""
    short = shortened(turn, limit, count)
    assert shortened(short, limit, count) == short
    kept = cut_down(turn, limit, count, limit // 5)
    assert cut_down(kept, limit, count, limit // 5) == kept


@given(turns(), st.integers(100, 2000), COUNTS)
def test_json(turn: tuple[Message, ...], limit: int, count: Count) -> None:
    """JSON stays JSON of the same kind, and each call keeps its result."""
    short = shortened(turn, limit, count)
    for before, after in zip(turn, short, strict=True):
        if isinstance(before, ToolMessage) and isinstance(after, ToolMessage):
            assert after.call_id == before.call_id
            first, _, rest = after.text.partition("\n")
            assert rest in before.text
            assert type(json.loads(first)) is type(
                json.loads(before.text.partition("\n")[0])
            )
        if isinstance(after, AssistantMessage):
            assert all(type(json.loads(c.arguments)) is dict for c in after.calls)


@given(turns(), st.integers(300, 3000), COUNTS)
def test_finished_turn(turn: tuple[Message, ...], limit: int, count: Count) -> None:
    """A finished turn fits, in a form that strict servers accept."""
    said = limit // 5
    kept = cut_down(turn, limit, count, said)
    assert size(kept, count) <= limit
    messages = normalize(kept).messages
    assert list(messages) == kept
    body = build_body(
        "m", [SystemMessage("Hi."), *messages, UserMessage("Go on.")], stream=True
    )
    assert not faults(body)


@given(turns(WORDS), st.integers(300, 3000), COUNTS)
def test_nothing_said_is_lost(
    turn: tuple[Message, ...], limit: int, count: Count
) -> None:
    """What the user said stays whole, however long the rest is, up to its share."""
    said = limit // 5
    assume(sum(map(count, said_in(turn))) <= said)
    kept = cut_down(turn, limit, count, said)
    assert said_in(kept) == said_in(turn)


@given(LONG, st.integers(60, 400), COUNTS)
def test_long_words(words: str, said: int, count: Count) -> None:
    """More than that is cut in its middle, once nothing else is left."""
    turn = (UserMessage(CONTEXT + words), AssistantMessage("Well. " * 500))
    kept = cut_down(turn, 5 * said, count, said)
    (text,) = said_in(kept)
    if text != words:
        head, gap, tail = text.partition(GAP)
        assert gap
        assert words.startswith(head)
        assert words.endswith(tail)
        assert count(text) >= said // 2
        assert contexts(kept) == [""]


def test_a_turn_in_the_kitchen() -> None:
    """A turn with one huge result keeps its context, its answer and what was said."""
    said = "Which of the windows are open, and since when?"
    call = ToolCallPart("a", "look", '{"domain": "binary_sensor"}')
    windows: Any = [
        {"name": f"Window {number:03}", "state": "on" if number == 70 else "off"}
        for number in range(5000)
    ]
    turn = (
        UserMessage(CONTEXT + said),
        AssistantMessage(None, (call,), "Hm. " * 500),
        ToolMessage("a", json.dumps({"windows": windows})),
        AssistantMessage("One: window 70."),
    )
    first, called, result, answer = cut_down(turn, 1000, latin, 200)
    assert (first, answer) == (turn[0], turn[3])
    assert called == AssistantMessage(None, (call,))
    assert isinstance(result, ToolMessage)
    assert {"name": "Window 070", "state": "on"} in json.loads(result.text)["windows"]
    assert result.text.count("Window") > 50


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_empty(text: str) -> None:
    """Nothing is made of nothing."""
    assert cut_down([], 0, latin, 0) == []
    assert cut_down([UserMessage(text)], 0, latin, 20) == [UserMessage(text)]
    alone = [UserMessage(CONTEXT + text)]
    assert shortened(alone, 0, latin) == alone


def test_huge_text() -> None:
    """A hundred thousand characters without a space are cut as well."""
    kept = cut_down([UserMessage("x" * 100_000)], 1000, latin, 200)
    assert 900 <= size(kept, latin) <= 1000
