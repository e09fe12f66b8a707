"""Test the cache of tool call metadata."""

from typing import Any

import pytest

from custom_components.openai_compatible_conversation.completions.call_metadata import (
    MAX_CALLS,
    MAX_SIZE,
    CallMetadataCache,
)
from custom_components.openai_compatible_conversation.completions.events import ToolCall
from custom_components.openai_compatible_conversation.completions.response_decoder import (
    ResponseDecoder,
)
from testbed.replies import chunk

EXTRA = {"google": {"thought_signature": "Cr"}}
DETAILS = [{"type": "reasoning.encrypted", "data": "Cr"}]


def _body(model: str, *ids: str) -> dict[str, Any]:
    """Return a request with tool calls."""
    calls = [{"id": call_id, "function": {"name": "f"}} for call_id in ids]
    return {"model": model, "messages": [{"role": "user"}, {"tool_calls": calls}]}


def _sent(cache: CallMetadataCache, body: dict[str, Any]) -> list[Any]:
    """Return the `extra_content` of each call of a request."""
    calls = cache.attach_to(body)["messages"][1]["tool_calls"]
    return [call.get("extra_content") for call in calls]


def test_attached_to_same_call() -> None:
    """Metadata is attached to its own call, for the model that made the call."""
    cache = CallMetadataCache()
    assert cache.attach_to(body := _body("m", "a", "b")) is body
    cache.remember("m", ToolCall("a", "f", {}, "{}", extra=EXTRA))
    cache.remember("m", ToolCall("b", "f", {}, "{}"))
    assert _sent(cache, body) == [EXTRA, None]
    assert _sent(cache, _body("other", "a", "b")) == [None, None]
    assert body == _body("m", "a", "b")


def test_reasoning_details() -> None:
    """Reasoning details are attached to the message whose first call has them."""
    cache = CallMetadataCache()
    cache.remember("m", ToolCall("a", "f", {}, "{}", details=DETAILS))
    message = cache.attach_to(_body("m", "a", "b"))["messages"][1]
    assert message["reasoning_details"] == DETAILS
    assert all("extra_content" not in call for call in message["tool_calls"])
    for body in (_body("m", "b", "a"), _body("other", "a", "b")):
        assert "reasoning_details" not in cache.attach_to(body)["messages"][1]


def test_reused_id() -> None:
    """Metadata of a reused id is attached to the latest call only."""
    cache = CallMetadataCache()
    cache.remember("m", ToolCall("a", "f", {}, "{}", extra=EXTRA, details=DETAILS))
    once = _body("m", "a")["messages"]
    messages = cache.attach_to({"model": "m", "messages": once * 2})["messages"]
    first, last = messages[1], messages[3]
    assert first == once[1]
    assert last["tool_calls"][0]["extra_content"] == EXTRA
    assert last["reasoning_details"] == DETAILS
    cache.remember("m", ToolCall("a", "f", {}, "{}"))
    assert _sent(cache, _body("m", "a")) == [None]


def test_oldest_calls_evicted() -> None:
    """The older half of the calls is evicted beyond the maximum number."""
    cache = CallMetadataCache()
    for number in range(MAX_CALLS):
        cache.remember("m", ToolCall(str(number), "f", {}, "{}", extra=EXTRA))
    first, last, middle = "0", str(MAX_CALLS - 1), str(MAX_CALLS // 2)
    assert _sent(cache, _body("m", first, middle, last)) == [EXTRA] * 3
    cache.remember("m", ToolCall("more", "f", {}, "{}", extra=EXTRA))
    known = _sent(cache, _body("m", first, middle, last, "more"))
    assert known == [None, EXTRA, EXTRA, EXTRA]


def test_total_size_limited() -> None:
    """Large metadata is evicted by size, except that of the latest call."""
    cache = CallMetadataCache()
    large = {"google": "x" * (MAX_SIZE // 3)}
    for call_id in "abcd":
        cache.remember("m", ToolCall(call_id, "f", {}, "{}", extra=large))
    sent = _sent(cache, _body("m", *"abcd"))
    assert sent[-1] == large
    assert 1 <= sent.count(large) <= 3
    larger = {"google": "x" * (MAX_SIZE + 1)}
    cache.remember("m", ToolCall("e", "f", {}, "{}", extra=larger))
    assert _sent(cache, _body("m", *"abcde")) == [*[None] * 4, larger]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b'{"google": {"thought_signature": "Cr"}}', EXTRA),
        (b'"Cr"', None),
        (rb'{"x": "\ud83d"}', None),
        (b'{"x": ' + b"[" * 500 + b"]" * 500 + b"}", None),
    ],
    ids=["signature", "text", "half a character", "deep"],
)
def test_extra_content_decoded(sent: bytes, kept: Any) -> None:
    """`extra_content` is decoded from any fragment of a call, if it is sendable."""
    decoder = ResponseDecoder()
    list(decoder.feed(chunk({"tool_calls": [{"index": 0, "function": {"name": "f"}}]})))
    last = (
        b'data: {"choices": [{"delta": {"tool_calls": [{"index": 0, "extra_content": '
    )
    list(decoder.feed(last + sent + b"}]}}]}\n\n"))
    call = next(decoder.close())
    assert isinstance(call, ToolCall)
    assert call.extra == kept
