"""An answer's bytes come out as text, reasoning, calls, usage and the finish."""

import json
from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.errors import (
    AnswerTooLargeError,
    CompletionError,
    QuotaError,
    RateLimitedError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Finished,
    ReasoningDelta,
    TextDelta,
    TokenUsage,
    ToolCall,
)
from custom_components.openai_compatible_conversation.completions.response_decoder import (
    MAX_TEXT,
    ResponseDecoder,
)
from testbed.replies import DONE, chunk, event, usage_chunk


def _decoded(*pieces: bytes) -> list[Event]:
    """Return the events of an answer that comes in pieces."""
    decoder = ResponseDecoder()
    events = [found for piece in pieces for found in decoder.feed(piece)]
    return [*events, *decoder.close()]


def test_text_joined_by_piece() -> None:
    """Text that arrives together goes on together, text that does not goes on at once."""
    first = chunk({"role": "assistant", "content": ""}) + chunk({"content": "Hel"})
    events = _decoded(first + chunk({"content": "lo"}), chunk({"content": "!"}, "stop"))
    assert events == [TextDelta("Hello"), TextDelta("!"), Finished("stop")]


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning_content": "hm"},
        {"reasoning": "hm"},
        {"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "hm"}]},
        {"reasoning": "hm", "reasoning_details": [{"text": "hm"}]},
        {"content": [{"type": "thinking", "thinking": [{"text": "hm"}]}]},
    ],
)
def test_reasoning(delta: dict[str, Any]) -> None:
    """Reasoning is found under each of its names, and once."""
    assert _decoded(chunk(delta))[0] == ReasoningDelta("hm")
    assert len(_decoded(chunk(delta))) == 2


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "yes"},
        {"content": [{"type": "text", "text": "yes"}]},
        {"refusal": "yes"},
    ],
)
def test_text(delta: dict[str, Any]) -> None:
    """Text is found as a string, in parts, and in a refusal."""
    assert _decoded(chunk(delta))[0] == TextDelta("yes")


def test_whole_answer() -> None:
    """An answer that is not streamed has the same events."""
    message = {
        "role": "assistant",
        "content": "yes",
        "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": '{"x": 1}'}}],
    }
    body = {
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2},
    }
    assert _decoded(json.dumps(body).encode()) == [
        TextDelta("yes"),
        ToolCall("a", "f", {"x": 1}, '{"x": 1}'),
        TokenUsage(7, 0, 2),
        Finished("tool_calls"),
    ]


def test_calls_and_usage_at_the_end() -> None:
    """Calls wait for the end; of several usages the last one counts."""
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
    events = _decoded(
        chunk({"tool_calls": [call]}, usage={"prompt_tokens": 1}),
        chunk({"content": "so"}),
        chunk({}, "tool_calls"),
        usage_chunk(9, 4, 8),
        DONE,
    )
    assert events == [
        TextDelta("so"),
        ToolCall("a", "f", {}, "{}"),
        TokenUsage(9, 8, 4),
        Finished("tool_calls"),
    ]


def test_function_call() -> None:
    """The call of the older API is a call."""
    events = _decoded(
        chunk({"function_call": {"name": "f", "arguments": '{"x"'}}),
        chunk({"function_call": {"arguments": ": 1}"}}, "function_call"),
    )
    assert isinstance(events[0], ToolCall)
    assert (events[0].name, events[0].arguments) == ("f", {"x": 1})


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"choices": None},
        {"choices": []},
        {"choices": [None, 7]},
        {"choices": [{"index": 0, "delta": None, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {"content": None, "tool_calls": None}}]},
        {"choices": [{"index": 1, "delta": {"content": "another answer"}}]},
        {"choices": [{"delta": {"content": 7, "reasoning": {}}}]},
        {"usage": None, "error": None},
        {"usage": "much"},
    ],
)
def test_nothing(payload: dict[str, Any]) -> None:
    """What says nothing is passed over."""
    assert _decoded(event(payload)) == [Finished(None)]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            {"prompt_tokens": 5, "prompt_cache_hit_tokens": 3, "completion_tokens": 1},
            TokenUsage(5, 3, 1),
        ),
        (
            {"prompt_tokens": "5", "completion_tokens": None},
            TokenUsage(0, 0, 0),
        ),
        (
            {"prompt_tokens": 5, "prompt_tokens_details": None},
            TokenUsage(5, 0, 0),
        ),
        (
            {"prompt_tokens": 2**63 - 1, "completion_tokens": 5},
            TokenUsage(0, 0, 5),
        ),
    ],
)
def test_usage(usage: dict[str, Any], expected: TokenUsage) -> None:
    """Usage is read as servers write it, and is 0 where it is wrong."""
    assert expected in _decoded(event({"usage": usage}))


@pytest.mark.parametrize(
    ("payload", "kind", "detail"),
    [
        ({"error": {"message": "no", "code": 500}}, CompletionError, "no"),
        (
            {"error": {"message": "slow down", "code": 429}},
            RateLimitedError,
            "slow down",
        ),
        ({"error": {"message": "pay", "code": 402}}, QuotaError, "pay"),
        ({"error": "no"}, CompletionError, "no"),
        ({"object": "error", "message": "no"}, CompletionError, "no"),
    ],
)
def test_error(
    payload: dict[str, Any], kind: type[CompletionError], detail: str
) -> None:
    """An error in the stream, or in a body with status 200, is an error."""
    for data in (event(payload), json.dumps(payload).encode()):
        with pytest.raises(kind) as caught:
            _decoded(data)
        assert caught.value.detail == detail


@pytest.mark.parametrize("delta", [{}, None])
def test_whole_answer_beside_its_pieces(delta: Any) -> None:
    """The whole message with which a server ends its stream is not said once more."""
    last = {"delta": delta, "message": {"content": "Hello"}, "finish_reason": "stop"}
    events = _decoded(chunk({"content": "Hello"}), event({"choices": [last]}))
    assert events == [TextDelta("Hello"), Finished("stop")]
    assert _decoded(event({"choices": [last]})) == events


def test_error_field() -> None:
    """An error is one too where it stands in a field of its own."""
    for words in (b'{"code": 500, "message": "no"}', b"no"):
        with pytest.raises(CompletionError, match="no"):
            _decoded(chunk({"content": "Hi"}), b"error: " + words + b"\n\n")


def test_bound() -> None:
    """An answer has a limit."""
    decoder = ResponseDecoder()
    with pytest.raises(AnswerTooLargeError):
        for _ in range(MAX_TEXT // 1000 + 1):
            list(decoder.feed(chunk({"content": "x" * 1000})))


def test_tokens_are_what_tells_a_live_server() -> None:
    """Only chunks that hold something of the answer count as signs of life."""
    decoder = ResponseDecoder()
    list(
        decoder.feed(b": still here\n\n" + chunk({"role": "assistant", "content": ""}))
    )
    assert decoder.tokens == 0
    list(decoder.feed(chunk({"tool_calls": [{"index": 0, "function": {"name": "f"}}]})))
    list(decoder.feed(chunk({"reasoning": "hm"})))
    assert decoder.tokens == 2


@pytest.mark.parametrize(
    "failure",
    [event({"error": {"message": "x"}}), chunk({"content": "x" * (MAX_TEXT + 1)})],
)
def test_text_before_a_failure(failure: bytes) -> None:
    """What stands before a failure in the same bytes comes out before it."""
    decoder = ResponseDecoder()
    events: list[Event] = []
    with pytest.raises(CompletionError):
        events.extend(decoder.feed(chunk({"content": "Hi"}) + failure))
    assert events == [TextDelta("Hi")]


@pytest.mark.parametrize("field", ["content", "reasoning"])
def test_half_characters(field: str) -> None:
    """A character whose escape is cut in two is one again; half of one is none."""
    pieces = [
        b'data: {"choices": [{"delta": {"%s": "%s"}}]}\n\n' % (field.encode(), text)
        for text in (
            rb"a\ud83d",
            rb"\ude00b",
            rb"\ude00",
            rb"c\ud83d",
            rb"d",
            rb"\ud83d",
        )
    ]
    said = "".join(
        e.text for e in _decoded(*pieces) if isinstance(e, TextDelta | ReasoningDelta)
    )
    assert said == "a😀b\ufffdc\ufffdd"


def test_deep_content() -> None:
    """Content nested without end is nothing, and breaks nothing."""
    content: object = "x"
    for _ in range(2000):
        content = [{"text": content}]
    body = b'data: {"choices": [{"delta": {"content": '
    body += b'[{"text": ' * 2000 + b'"x"' + b"}]" * 2000 + b"}}]}\n\n"
    assert _decoded(body) == [Finished(None)]


@pytest.mark.parametrize("code", ["1e999", "Infinity", "NaN", "[]", "null"])
def test_error_with_any_code(code: str) -> None:
    """An error whose code is no number is an error all the same."""
    with pytest.raises(CompletionError, match="no"):
        _decoded(b'data: {"error": {"message": "no", "code": %s}}\n\n' % code.encode())
