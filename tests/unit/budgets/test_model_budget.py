"""Tests of the size of a context: told, found by a refusal, or suspected."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.budgets.budgets import Budgets
from custom_components.openai_compatible_conversation.budgets.model_budget import (
    REFUSAL_LASTS,
    ModelBudget,
)
from custom_components.openai_compatible_conversation.budgets.silent_cut import (
    CHECK_AFTER,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    ContextTooLongError,
)

SENTENCE = "It is twenty-two degrees in the living room, and the door is locked. "


class Server:
    """A server that counts a token for each four characters, and 30 for a request."""

    def __init__(self, context: int | None = None) -> None:
        """Initialize; with a context, longer prompts are cut to it."""
        self.now = 1000.0
        self.budgets = Budgets(lambda: self.now)
        self.context = context

    @property
    def budget(self) -> ModelBudget:
        """Return what is known of the model."""
        return self.budgets.of("m")

    @property
    def size(self) -> int | None:
        """Return the size of the context, as far as it is known."""
        return self.budget.context(self.now)[0]

    def body(self, head: int, turns: int) -> dict[str, Any]:
        """Return a request with sentences in the head, and turns."""
        messages = [{"role": "system", "content": SENTENCE * head}]
        messages += [
            {"role": "user", "content": f"{n} {SENTENCE}"} for n in range(turns)
        ]
        return {"model": "m", "messages": messages}

    def ask(self, head: int, turns: int, cached: int = 0) -> int:
        """Send a request; return what the server counts."""
        body = self.body(head, turns)
        total = 30 + sum(len(m["content"]) // 4 + 5 for m in body["messages"])
        counted = min(total, self.context or total)
        self.budgets.add_count(body, counted - cached, 0)
        return counted


def test_nothing_known() -> None:
    """Without a word of the server, the size is assumed."""
    assert Server().budget.context(0) == (None, "assumed")


def test_told() -> None:
    """What the server tells is taken, also if it changes."""
    server = Server()
    server.budget.tell(8192)
    assert server.budget.context(0) == (8192, "server")
    server.budget.tell(None)
    server.budget.tell(4096)
    assert server.budget.context(0) == (4096, "server")


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        (
            "request (5970 tokens) exceeds the available context size (4096 tokens)",
            4096,
        ),
        (
            "maximum context length is 8192 tokens. However, you sent 9,001 tokens.",
            8192,
        ),
        ("prompt is too long: 210000 tokens > 200000 maximum", None),
        ("the request exceeds the context size", None),
    ],
)
def test_words_of_a_refusal(words: str, limit: int | None) -> None:
    """The size is read from the words of servers, if they name it."""
    error = ContextTooLongError(words)
    error.words = words
    assert error.limit == limit


def test_refused() -> None:
    """A refusal tells the size, until the server says another or a week is over."""
    server = Server()
    server.budgets.add_refusal(server.body(400, 0), 4096)
    assert server.budget.context(server.now) == (4096, "refusal")
    server.now += REFUSAL_LASTS
    assert server.size is None
    server.budgets.add_refusal(server.body(400, 0), 4096)
    server.budget.tell(32_768)
    assert server.size == 32_768


def test_refused_without_a_size() -> None:
    """Without a number, the size is less than what was refused."""
    server = Server()
    server.budgets.add_refusal(server.body(400, 0), None)
    assert server.size is not None
    assert 3000 < server.size < 400 * len(SENTENCE) / 4


def test_refuted() -> None:
    """A longer request that is answered shows that the limit holds no more."""
    server = Server()
    server.budgets.add_refusal(server.body(400, 0), 4096)
    server.ask(head=400, turns=1)
    assert server.size is None


@pytest.mark.parametrize("size", [2048, 4096, 8192])
@pytest.mark.parametrize("grows", [False, True])
def test_silent_cut(size: int, grows: bool) -> None:
    """Counts that stay behind what is sent give a silent cut away."""
    server = Server(size)
    fits = size // 25
    # A head that is too long at once, or a session that grows until it is.
    head, first = (fits, 1) if grows else (fits * 3, 1)
    turns = range(first, first + (fits if grows else 12))
    for number in turns:
        server.ask(head, number)
    assert server.budget.context(server.now) == (size, "cut")


def test_cut_ends() -> None:
    """A longer request that is counted shows that nothing is cut any more."""
    server = Server(4096)
    for turns in range(4):
        server.ask(600, turns)
    assert server.size == 4096
    server.context = None
    server.ask(600, 6)
    assert server.budget.cut.size is None


def test_cut_is_checked() -> None:
    """After a day longer requests are sent again; what is suspected stays so far."""
    server = Server(4096)
    for turns in range(4):
        server.ask(600, turns)
    server.now += CHECK_AFTER
    assert server.size is None
    assert server.budget.cut.size == 4096
    for turns in range(4, 8):
        server.ask(600, turns)
    assert server.size == 4096


def test_told_size_ends_a_suspicion() -> None:
    """If the server says another size, what was suspected is not believed any more."""
    server = Server(4096)
    server.budget.tell(4096)
    for turns in range(4):
        server.ask(600, turns)
    assert server.budget.cut.size == 4096
    server.budget.tell(32_768)
    assert server.budget.context(server.now) == (32_768, "server")
    assert not server.budget.cut.size


def test_no_cut() -> None:
    """A server that counts right is never suspected, however long its session."""
    server = Server()
    for turns in [*range(40), *range(20, 40), 1, 2, 3]:
        server.ask(200, turns)
        assert server.budget.cut.size is None


@pytest.mark.parametrize("first", [0, 1])
def test_cached_tokens_left_out(first: int) -> None:
    """A server that counts only what it had not cached is not suspected."""
    server, before = Server(), 0
    for turns in range(30):
        total = 30 + sum(
            len(m["content"]) // 4 + 5 for m in server.body(200, turns)["messages"]
        )
        server.ask(200, turns, cached=before * (turns >= first))
        before = total
        assert server.budget.cut.size is None


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5])
def test_counted_in_part(share: float) -> None:
    """A server that counts a part of what it is sent is not suspected."""
    server = Server()
    for turns in range(30):
        body = server.body(600, turns)
        body["messages"] += body["messages"][1:] * 3
        total = sum(len(m["content"]) // 4 + 5 for m in body["messages"])
        server.budgets.add_count(body, int(total * share), 0)
        assert server.budget.cut.size is None


def test_cached_tokens_beside() -> None:
    """Cached tokens that are told beside the others are counted with them."""
    server = Server()
    for turns in range(10):
        body = server.body(300, turns)
        total = 30 + sum(len(m["content"]) // 4 + 5 for m in body["messages"])
        server.budgets.add_count(body, 60, total - 60)
    assert server.budget.rates.learned == 10


@pytest.mark.parametrize("count", [0, 1, 5, 10, 999])
def test_made_up_counts(count: int) -> None:
    """A server that always tells the same small number teaches nothing."""
    server = Server()
    for turns in range(20):
        server.budgets.add_count(server.body(300, turns), count, 0)
    assert server.budget.rates.learned == 0
    assert server.budget.cut.size is None


def test_tools_that_must_not_be_called() -> None:
    """A request that forbids its tools teaches nothing: templates leave them out."""
    server = Server()
    server.budgets.add_count({**server.body(100, 1), "tool_choice": "none"}, 900, 0)
    assert server.budget.rates.learned == 0


def test_session_gets_the_rest() -> None:
    """The session gets what system prompt and tools leave, also after a task."""
    server = Server()
    server.ask(head=100, turns=1)
    limits = server.budget.shares(server.now, None)
    rest = server.budget.session(limits)
    server.ask(head=1, turns=1)
    assert server.budget.session(limits) == rest
    server.ask(head=400, turns=1)
    assert server.budget.session(limits) < rest - 4000


def test_stored() -> None:
    """What is known of a model is the same after a restart."""
    server = Server(4096)
    for turns in range(4):
        server.ask(600, turns)
    server.budgets.add_refusal(server.body(10, 0), 5000)
    restored = Budgets(lambda: server.now)
    restored.load(json.loads(json.dumps(server.budgets.to_json())))
    assert restored.to_json() == server.budgets.to_json()
    assert restored.of("m").context(server.now) == (4096, "cut")
    assert restored.of("m").cut.size == 4096


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
_MODEL = st.dictionaries(
    st.sampled_from(["learned", "rates", "told", "refusal", "cut"]), _JSON
)


@given(_JSON | st.dictionaries(st.text(), _JSON | _MODEL))
def test_any_json(stored: object) -> None:
    """Whatever is stored, a model has limits."""
    budgets = Budgets(lambda: 0.0)
    budgets.load(stored)
    for name in [*budgets.to_json(), "m"]:
        assert budgets.of(name).shares(0.0, None).session(4000) > 0


def test_forgotten() -> None:
    """What was learned can be forgotten."""
    server = Server(4096)
    changes: list[bool] = []
    server.budgets.on_changed = lambda: changes.append(True)
    for turns in range(4):
        server.ask(600, turns)
    assert changes
    server.budgets.forget()
    assert server.size is None
    assert server.budgets.to_json().get("m", {}).get("cut") is None
