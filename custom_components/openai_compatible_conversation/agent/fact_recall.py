"""The facts that go with a turn, without the model asking for them.

Small models seldom look anything up. What is told once in a session stays in it.

Decision record: docs/decisions/0014-facts-go-with-the-turn.md.
"""

from collections.abc import Callable, Sequence

from ..memory.fact import Fact
from ..session.session_state import SessionState

MAX_RECALLED = 5
"""Facts that go with one turn."""

MAX_FACT = 200
"""Characters of a fact that goes with a turn; `query_facts` returns all of it."""

type Recall = Callable[[str, int], Sequence[Fact]]
"""Returns at most a number of facts that fit a text."""


def new_facts(recall: Recall, text: str, state: SessionState) -> list[str]:
    """Return the facts that fit a text and that the session does not hold yet.

    They are taken for sent.
    """
    # Facts that are known already must not displace others.
    found = recall(text, MAX_RECALLED + len(state.recalled))
    told = [f"{fact.key}: {fact.value}"[:MAX_FACT] for fact in found]
    new = [fact for fact in told if fact not in state.recalled][:MAX_RECALLED]
    state.recalled.update(new)
    return new
