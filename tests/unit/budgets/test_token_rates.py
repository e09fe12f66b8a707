"""Tests of the tokens that texts take, learned from what a server counts."""

from collections.abc import Callable, Mapping
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.budgets.priors import FEATURES
from custom_components.openai_compatible_conversation.budgets.scripts import (
    SCRIPTS,
    count_scripts,
)
from custom_components.openai_compatible_conversation.budgets.token_rates import (
    TokenRates,
)
from testbed.hindi_home import GUESTS, dialogue
from testbed.tokenizer import RecordedTokenizer

HINDI = [text for said_answer in dialogue(8) for text in said_answer]

type Tokenizer = Callable[[str], int]


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("abcXYZ", "latin"),
        (" \n\t", "spaces"),
        ("0189", "digits"),
        ('{"}:,_/', "signs"),
        ("äéßøăơ", "accented"),
        ("ωΣ", "greek"),
        ("Жщ", "cyrillic"),
        ("של", "hebrew"),
        ("سلام", "arabic"),
        ("नमस्ते", "devanagari"),
        ("বাতি", "devanagari"),
        ("สวัสดี", "thai"),
        ("漢字", "cjk"),
        ("ひらカナ。", "kana"),
        ("한국어", "hangul"),
        ("தமிழ்", "rare"),
        ("ქართული", "rare"),
        ("—„…€", "symbols"),
    ],
)
def test_scripts(text: str, script: str) -> None:
    """Each character counts for its script."""
    expected = {name: len(text) if name == script else 0 for name in SCRIPTS}
    assert dict(zip(SCRIPTS, count_scripts(text), strict=True)) == expected


def test_emoji_count_twice() -> None:
    """A character of two code units counts as two."""
    assert count_scripts("😀")[SCRIPTS.index("emoji")] == 2


@given(st.text())
def test_all_characters_are_counted(text: str) -> None:
    """Each character of any text is counted once, or twice if it is a pair."""
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert sum(count_scripts(text)) == units
    assert min(count_scripts(text)) >= 0


def test_lone_surrogate() -> None:
    """What cannot be encoded is counted as well."""
    assert sum(count_scripts("a\ud83db")) == 3


def body(*texts: str, tools: int = 5) -> dict[str, Any]:
    """Return a request with a system prompt, tools and a message for each text."""
    definition = {"name": "HassTurnOn", "description": "Turns on a device", "x": {}}
    messages = [{"role": "system", "content": GUESTS[0] * 20}]
    messages += [{"role": "user", "content": text} for text in texts]
    wrapped = {"type": "function", "function": definition}
    return {"model": "m", "messages": messages, "tools": [wrapped] * tools}


def counted(request: Mapping[str, Any], tokens: Tokenizer) -> int:
    """Return what a server with a tokenizer counts in a request."""
    texts = [message["content"] for message in request["messages"]]
    written = json.dumps(request["tools"], ensure_ascii=False)
    return 40 + sum(tokens(text) + 5 for text in [*texts, written])


def per_character(latin: float, other: float) -> Tokenizer:
    """Return a tokenizer with rates for Latin and for all other letters."""

    def tokens(text: str) -> int:
        """Return the tokens of a text."""
        plain = sum(character.isascii() for character in text)
        return round(plain * latin + (len(text) - plain) * other)

    return tokens


@pytest.mark.parametrize(
    "tokens",
    [
        pytest.param(RecordedTokenizer().tokens, id="qwen"),
        pytest.param(per_character(0.2, 0.35), id="few"),
        pytest.param(per_character(0.25, 1.0), id="many"),
    ],
)
@pytest.mark.parametrize("texts", [HINDI, [*GUESTS * 8]], ids=["hindi", "english"])
def test_learned(tokens: Tokenizer, texts: list[str]) -> None:
    """After a few turns, the tokens of what is said next are known within a tenth."""
    rates, sent = TokenRates(), []
    for text in texts:
        sent.append(text)
        request = body(*sent)
        assert rates.learn(rates.meter.measure(request), counted(request, tokens))
    more = [text[::-1] if text.isascii() else text for text in texts[:8]]
    expected = sum(map(tokens, texts[:8]))
    assert sum(map(rates.tokens, more)) == pytest.approx(expected, rel=0.12)


def test_head_does_not_spoil_the_session() -> None:
    """A long English beginning says nothing of what Hindi takes, nor the reverse."""
    rates, sent = TokenRates(), []
    tokens = per_character(0.2, 0.4)
    for text in HINDI:
        sent.append(text)
        request = body(*sent, tools=60)
        rates.learn(rates.meter.measure(request), counted(request, tokens))
    assert rates.per_character["devanagari"] == pytest.approx(0.4, rel=0.15)
    before = rates.per_character["devanagari"]
    for number in range(20):
        request = body(*GUESTS * number, tools=60)
        rates.learn(rates.meter.measure(request), counted(request, tokens))
    assert rates.per_character["devanagari"] == pytest.approx(before, rel=0.05)


@pytest.mark.parametrize("count", [1, 10, 100, 10**7])
def test_impossible_counts(count: int) -> None:
    """What no tokenizer counts is not learned from."""
    rates, request = TokenRates(), body(*GUESTS)
    before = rates.to_json()
    assert not rates.learn(rates.meter.measure(request), count)
    assert rates.to_json() == before


def test_count_that_does_not_grow() -> None:
    """A count that stays while more is sent is not learned from, however likely."""
    rates = TokenRates()
    request = body(*GUESTS)
    count = counted(request, per_character(0.25, 1))
    assert rates.learn(rates.meter.measure(request), count)
    before = rates.per_character
    assert not rates.learn(rates.meter.measure(body(*GUESTS, *HINDI)), count)
    assert rates.per_character == before


def test_images_and_calls() -> None:
    """Pictures, calls and reasoning have a size, too."""
    call = {"id": "1", "function": {"name": "f", "arguments": '{"a":"b"}'}}
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Look"}, picture]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "{}", "tool_call_id": "1"},
        {"role": "assistant", "content": "Yes", "reasoning_content": "Hm, a cat."},
    ]
    size = TokenRates().meter.measure({"messages": messages})
    found = dict(zip(FEATURES, size.vector, strict=True))
    assert (found["images"], found["messages"], found["requests"]) == (1, 5, 1)
    assert found["reasoning"] > 0
    assert found["definitions"] == found["system_prompt"] == 0


def test_recount() -> None:
    """Texts are counted again once the rates have moved, and not before."""
    rates, tokens = TokenRates(), per_character(0.2, 0.3)
    before = rates.count
    assert before is rates.count
    for number in range(1, 9):
        request = body(*HINDI[:number])
        rates.learn(rates.meter.measure(request), counted(request, tokens))
    assert rates.count is not before


def test_stored() -> None:
    """What was learned is the same after a restart."""
    rates = TokenRates()
    request = body(*HINDI)
    rates.learn(rates.meter.measure(request), counted(request, per_character(0.3, 0.9)))
    restored = TokenRates.from_json(json.loads(json.dumps(rates.to_json())))
    assert restored.to_json() == rates.to_json()
    assert restored.tokens(HINDI[0]) == rates.tokens(HINDI[0])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.fixed_dictionaries(
        {
            "learned": _JSON,
            "rates": _JSON | st.dictionaries(st.sampled_from(FEATURES), _JSON),
        }
    )
)
def test_any_json(stored: dict[str, Any]) -> None:
    """Whatever is stored, texts have a number of tokens."""
    rates = TokenRates.from_json(stored)
    assert 0 < rates.tokens(HINDI[0]) < 1000
    assert rates.learned >= 0
