"""Tests of the log probabilities of a response."""

import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.events import (
    TokenAlternatives,
)
from custom_components.openai_compatible_conversation.completions.logprobs import (
    read_alternatives,
)
from custom_components.openai_compatible_conversation.completions.response_decoder import (
    ResponseDecoder,
)

RECORDED = Path(__file__).parents[2] / "recorded/44-logprobs.txt"


def alternatives(logprobs: object) -> list[TokenAlternatives]:
    """Return the tokens in the `logprobs` of a choice."""
    return list(read_alternatives(logprobs))


def token(text: object, logprob: object, **fields: Any) -> dict[str, Any]:
    """Return a token in the format of the API."""
    return {"token": text, "logprob": logprob, **fields}


def test_alternatives() -> None:
    """A token has its own probability and those of its alternatives."""
    top = [token("A", 0.0), token("B", -1), token("C", -9999.0)]
    (found,) = alternatives({"content": [token("D", -2.0, top_logprobs=top)]})
    assert found.token == "D"
    assert found.probabilities == pytest.approx(
        {"D": 0.1353, "A": 1, "B": 0.3679, "C": 0}, abs=1e-4
    )


def test_rounded() -> None:
    """A log probability that rounding brought above 0 is 0."""
    (found,) = alternatives({"content": [token("A", 1e-7)]})
    assert found.probabilities == {"A": 1}


@pytest.mark.parametrize(
    "logprobs",
    [
        *(None, [], "A", {}, {"content": None}, {"content": {"token": "A"}}),
        *({"content": ["A", None, 1, []]}, {"content": [{"logprob": 0}]}),
        {"tokens": ["A"], "token_logprobs": [-0.1]},
        {"content": [token(None, -1.0)]},
    ],
)
def test_invalid(logprobs: object) -> None:
    """What is no token is left out."""
    assert alternatives(logprobs) == []


@pytest.mark.parametrize(
    "top", [None, {}, "B", [None, {}, token("B", None), token("C", "x"), token(1, -1)]]
)
@pytest.mark.parametrize("logprob", [None, "0", True, float("nan"), 10**400])
def test_invalid_numbers(logprob: object, top: object) -> None:
    """What has no log probability is left out."""
    logprobs = {"content": [token("A", logprob, top_logprobs=top)]}
    assert alternatives(logprobs) == [TokenAlternatives("A", {})]


def test_huge_number() -> None:
    """A number of any size is a probability."""
    (found,) = alternatives({"content": [token("A", -(10**400))]})
    assert found.probabilities == {"A": 0}


def test_recorded() -> None:
    """The tokens of a recorded stream are events, beside the text."""
    _, _, body = RECORDED.read_bytes().partition(b"\n\n")
    decoder = ResponseDecoder()
    events = [*decoder.feed(body), *decoder.close()]
    assert [event for event in events if isinstance(event, TokenAlternatives)] == [
        TokenAlternatives("a", {"a": 1}),
        TokenAlternatives("b", {"b": 1}),
    ]


def test_not_streamed() -> None:
    """A response that is not streamed has its tokens in its choice."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": "A"},
        "logprobs": {"content": [token("A", 0.0, top_logprobs=[])]},
        "finish_reason": "stop",
    }
    decoder = ResponseDecoder()
    events = list(decoder.feed(json.dumps({"choices": [choice]}).encode()))
    events += decoder.close()
    assert TokenAlternatives("A", {"A": 1}) in events
