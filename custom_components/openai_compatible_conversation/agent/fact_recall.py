"""The facts that go with a turn, without the model asking for them.

Small models seldom look anything up. What is told once in a session stays in it.

Decision record: docs/decisions/0014-facts-go-with-the-turn.md.
"""

from collections.abc import Sequence
from typing import Protocol

from ..memory.facts.fact import Fact
from ..memory.recall.past_question import asks_for_past
from ..memory.users.fact_item import summary_of
from ..session.session_state import SessionState
from ..tools.fact_results import local_date

MAX_RECALLED = 5
"""Facts that go with one turn."""

MAX_FACT = 200
"""Characters of a fact that goes with a turn; `query_facts` returns all of it."""


class Recall(Protocol):
    """Returns at most a number of facts that fit what a speaker said."""

    def __call__(
        self, text: str, limit: int, *, speaker: str | None = None
    ) -> Sequence[Fact]:
        """Return the facts, the best match first."""


def new_facts(
    recall: Recall, text: str, state: SessionState, speaker: str | None = None
) -> list[str]:
    """Return the facts that fit a text and that the session does not hold yet.

    They are taken for sent. With `speaker` it is known who says the text.
    """
    # Facts that are known already must not displace others.
    found = recall(text, MAX_RECALLED + len(state.recalled), speaker=speaker)
    is_past = asks_for_past(text)
    told = [(_line_of(fact), _times_of(fact) if is_past else "") for fact in found]
    new = [(line, times) for line, times in told if line + times not in state.recalled][
        :MAX_RECALLED
    ]
    # What was told without its time is told again where that is asked for.
    state.recalled.update(line for line, _ in new)
    state.recalled.update(line + times for line, times in new)
    return [line + times for line, times in new]


def _line_of(fact: Fact) -> str:
    """Return a fact as it is told."""
    return summary_of(fact)[:MAX_FACT]


def _times_of(fact: Fact) -> str:
    """Return since when a fact is known, and what was true before."""
    since = local_date(fact.updated_at)
    times = [f"since {since}"] if since else []
    times += [
        f"before {local_date(past.until)}: {past.value[:MAX_FACT]}"
        for past in fact.past
    ]
    return f" ({', '.join(times)})" if times else ""
