"""Test the ids of tool calls: accepted by strict servers, and stable over requests."""

from itertools import pairwise
import re
from typing import Any

from hypothesis import given, strategies as st

from custom_components.openai_compatible_conversation.completions.call_ids import (
    new_call_id,
    short_call_id,
    with_accepted_ids,
)

SHORT = re.compile("[a-zA-Z0-9]{9}")
ULID = "01KB9Z3V6T2N8Q4W5X7Y0C1D2E"

IDS = st.sampled_from(
    ["a", "call_0", "functions.f:0", "D681PevKs", ULID, "x" * 300, "0123456789"]
)
ROUNDS = st.lists(st.lists(IDS, min_size=1, max_size=3, unique=True), max_size=6)


def _messages(rounds: list[list[str]]) -> list[dict[str, Any]]:
    """Return a request in which calls with ids are followed by their results."""
    messages: list[dict[str, Any]] = []
    for ids in rounds:
        calls = [{"id": i, "type": "function", "function": {}} for i in ids]
        messages.append({"role": "user", "content": "Hi"})
        messages.append({"role": "assistant", "content": None, "tool_calls": calls})
        messages += [
            {"role": "tool", "tool_call_id": i, "content": str(number)}
            for number, i in enumerate(ids)
        ]
    return messages


def _ids(messages: list[dict[str, Any]]) -> list[str]:
    """Return the ids of the calls in messages."""
    return [call["id"] for m in messages for call in m.get("tool_calls", ())]


def test_new_ids() -> None:
    """New ids are accepted by Mistral, and differ."""
    ids = {new_call_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(map(SHORT.fullmatch, ids))


def test_short_id() -> None:
    """A short id stays what it is, and any other is replaced by always the same one."""
    assert short_call_id("D681PevKs") == "D681PevKs"
    assert SHORT.fullmatch(short_call_id(ULID))
    assert short_call_id(ULID) == short_call_id(ULID) != short_call_id(ULID[:-1])


def test_ids_of_the_server_stay() -> None:
    """Ids that differ are sent back as they came: they may mean something."""
    messages = _messages([["functions.f:0"], ["call_1__thought__" + "A" * 300, "x"]])
    assert list(with_accepted_ids(messages, short=False)) == messages


@given(ROUNDS, st.booleans())
def test_unique(rounds: list[list[str]], short: bool) -> None:
    """Each call has an id of its own, and so has its result."""
    messages = _messages(rounds)
    sent = list(with_accepted_ids(messages, short=short))
    ids = _ids(sent)
    assert len(set(ids)) == len(ids)
    results = [m["tool_call_id"] for m in sent if m["role"] == "tool"]
    assert results == ids
    assert [m["content"] for m in sent] == [m["content"] for m in messages]
    if short:
        assert all(map(SHORT.fullmatch, ids))
    for known, sent_id in zip(_ids(messages), ids, strict=True):
        # The first call with an id keeps it, if it may.
        is_first = ids.index(sent_id) == _ids(messages).index(known)
        assert short or not is_first or sent_id == known


@given(ROUNDS, st.booleans())
def test_append_only(rounds: list[list[str]], short: bool) -> None:
    """The ids in a request are those of the request before it, and more of them."""
    sent = [
        list(with_accepted_ids(_messages(rounds[:count]), short=short))
        for count in range(len(rounds) + 1)
    ]
    for earlier, later in pairwise(sent):
        assert later[: len(earlier)] == earlier


def test_same_id_twice_in_a_message() -> None:
    """Calls of one message with the same id get their results in order."""
    calls = [{"id": "x", "function": {"name": name}} for name in "fg"]
    messages: list[dict[str, Any]] = [
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "x", "content": "1"},
        {"role": "tool", "tool_call_id": "x", "content": "2"},
    ]
    called, first, second = with_accepted_ids(messages, short=False)
    ids = [call["id"] for call in called["tool_calls"]]
    assert [first["tool_call_id"], second["tool_call_id"]] == ids
    assert len(set(ids)) == 2
