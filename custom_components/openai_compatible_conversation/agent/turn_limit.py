"""When a turn has to come to its end, so that nobody waits for a model that has no way out.

The request after the limit forbids tools, so the model answers with what it has.
"""

from dataclasses import dataclass, field
import math

MAX_FAILED_ROUNDS = 3
"""Rounds in succession in which nothing but failures came."""

MAX_HEARD = 60.0
"""Seconds of rounds while somebody waits for speech."""

MAX_SHOWN = 180.0
"""Seconds of rounds while somebody looks at the chat window."""

LAST_REQUEST = (
    "No further tool can be called in this turn: tell the user what was done and what "
    "was not"
)
"""What the model is told with the last result."""


@dataclass(slots=True)
class TurnLimit:
    """The limit of the rounds of one turn, each of which is a response with calls.

    Reading the prompt takes a slow server a minute by itself, so time counts from the
    first token of the first response.
    """

    max_rounds: int
    max_seconds: float = math.inf
    is_reached: bool = field(default=False, init=False)
    """Whether no further tool may be called."""
    _rounds: int = field(default=0, init=False)
    _began_at: float | None = field(default=None, init=False)

    def add_round(self, first_at: float, now: float, failed_rounds: int) -> None:
        """Count a round whose first token came at `first_at`, and that ended now.

        `failed_rounds` is the number of rounds until now in which everything failed.
        """
        self._rounds += 1
        if self._began_at is None:
            self._began_at = first_at
        self.is_reached = (
            self._rounds >= self.max_rounds
            or failed_rounds >= MAX_FAILED_ROUNDS
            or now - self._began_at >= self.max_seconds
        )
