"""Test the decoding of a response into events."""

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
    """Return the events of a response that arrives in pieces."""
    decoder = ResponseDecoder()
    events = [found for piece in pieces for found in decoder.feed(piece)]
    return [*events, *decoder.close()]


def test_text_joined_per_read() -> None:
    """Text is joined if it arrives in one read, and yielded at once otherwise."""
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
    """Reasoning is decoded from each of its fields, and only once."""
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
    """Text is decoded from a string, content parts and a refusal."""
    assert _decoded(chunk(delta))[0] == TextDelta("yes")


def test_not_streamed() -> None:
    """A response that is not streamed gives the same events."""
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


def test_calls_and_usage_last() -> None:
    """Tool calls are yielded at the end, and the last token usage counts."""
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
    """The deprecated `function_call` is decoded as a tool call."""
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
def test_ignored_payloads(payload: dict[str, Any]) -> None:
    """Payloads without content are ignored."""
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
    """Token usage is decoded from each format; invalid counts are 0."""
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
    """An error in the stream, or in a body with status 200, is raised."""
    for data in (event(payload), json.dumps(payload).encode()):
        with pytest.raises(kind) as caught:
            _decoded(data)
        assert caught.value.detail == detail


@pytest.mark.parametrize("delta", [{}, None])
def test_message_at_end_of_stream(delta: Any) -> None:
    """A complete message at the end of a stream is not yielded again."""
    last = {"delta": delta, "message": {"content": "Hello"}, "finish_reason": "stop"}
    events = _decoded(chunk({"content": "Hello"}), event({"choices": [last]}))
    assert events == [TextDelta("Hello"), Finished("stop")]
    assert _decoded(event({"choices": [last]})) == events


def test_error_field() -> None:
    """An error in an `error` field of the stream is raised."""
    for words in (b'{"code": 500, "message": "no"}', b"no"):
        with pytest.raises(CompletionError, match="no"):
            _decoded(chunk({"content": "Hi"}), b"error: " + words + b"\n\n")


def test_text_limit() -> None:
    """A response that exceeds the size limit raises an error."""
    decoder = ResponseDecoder()
    with pytest.raises(AnswerTooLargeError):
        for _ in range(MAX_TEXT // 1000 + 1):
            list(decoder.feed(chunk({"content": "x" * 1000})))


def test_token_count() -> None:
    """Only chunks with content count as tokens."""
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
    """Text before an error in the same read is yielded first."""
    decoder = ResponseDecoder()
    events: list[Event] = []
    with pytest.raises(CompletionError):
        events.extend(decoder.feed(chunk({"content": "Hi"}) + failure))
    assert events == [TextDelta("Hi")]


@pytest.mark.parametrize("field", ["content", "reasoning"])
def test_split_surrogate_pair(field: str) -> None:
    """A split surrogate pair is joined, and a lone surrogate is replaced."""
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
    decoded = "".join(
        e.text for e in _decoded(*pieces) if isinstance(e, TextDelta | ReasoningDelta)
    )
    assert decoded == "a😀b\ufffdc\ufffdd"


def test_deep_content() -> None:
    """Content that is nested too deeply is ignored."""
    content: object = "x"
    for _ in range(2000):
        content = [{"text": content}]
    body = b'data: {"choices": [{"delta": {"content": '
    body += b'[{"text": ' * 2000 + b'"x"' + b"}]" * 2000 + b"}}]}\n\n"
    assert _decoded(body) == [Finished(None)]


@pytest.mark.parametrize("code", ["1e999", "Infinity", "NaN", "[]", "null"])
def test_error_with_invalid_code(code: str) -> None:
    """An error with an invalid code is raised."""
    with pytest.raises(CompletionError, match="no"):
        _decoded(b'data: {"error": {"message": "no", "code": %s}}\n\n' % code.encode())
