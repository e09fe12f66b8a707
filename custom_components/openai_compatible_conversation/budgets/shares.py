"""What each part of a request may take of the context of a model.

Decision record: docs/decisions/0021-budgets-are-counted-in-tokens.md.
"""

from dataclasses import dataclass

ASSUMED_CONTEXT = 16_384
"""Tokens of a context whose size is not known: what the documentation asks for."""

MIN_CONTEXT = 2048
"""Tokens of the smallest context that is planned for; smaller ones fit no tools."""

MAX_SESSION = 12_000
"""Tokens of a session in a large context: more costs time and brings little."""

MAX_TOOLS = 6000
"""Tokens of all definitions in a large context, beyond which models mix tools up."""

MAX_RESULT = 6000
"""Tokens of one tool result in a large context."""

MAX_ANSWER = 4096
"""Tokens kept for an answer without a limit, in a large context."""

_GOOD_SESSION = 2000
"""Tokens of a session that remembers what was said a few turns ago."""

_ANSWER_SHARE = 1 / 8
_TOOLS_SHARE = 0.4
_RESULT_SHARE = 1 / 6
_TURN_SHARE = 1 / 5
_SESSION_SHARE = 1 / 8
"""What the session gets of a context that the head and the tools fill."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Limits in tokens for the parts of the requests to one model."""

    context: int
    """The size of the context."""
    answer: int
    """What is kept for the answer."""
    tools: int
    """All tool definitions together; with more, tools are found by search."""
    result: int
    """One tool result."""
    turn: int
    """What the turn in progress may add: the user's words, calls and results."""

    @property
    def prompt(self) -> int:
        """Return the limit of a whole request."""
        return self.context - self.answer

    def session(self, fixed: int) -> int:
        """Return the limit of the earlier turns together.

        `fixed` is what system prompt and tool definitions take.
        """
        rest = self.prompt - fixed - self.turn
        return min(max(rest, int(self.prompt * _SESSION_SHARE)), MAX_SESSION)


def recommended_context(fixed: int) -> int:
    """Return the size of a context for system prompt and tools of a size, in tokens."""
    size = ASSUMED_CONTEXT
    while (limits := shares(size)).prompt - limits.turn - fixed < _GOOD_SESSION:
        size *= 2
    return size


def shares(context: int | None, max_tokens: int | None = None) -> Shares:
    """Return the limits for a context of a size, None if it is not known.

    `max_tokens` is the user's limit of an answer.
    """
    size = max(context or ASSUMED_CONTEXT, MIN_CONTEXT)
    answer = min(max_tokens or int(size * _ANSWER_SHARE), size // 2)
    if max_tokens is None:
        answer = min(answer, MAX_ANSWER)
    prompt = size - answer
    return Shares(
        context=size,
        answer=answer,
        tools=min(int(prompt * _TOOLS_SHARE), MAX_TOOLS),
        result=min(int(prompt * _RESULT_SHARE), MAX_RESULT),
        turn=int(min(prompt * _TURN_SHARE, 2 * MAX_RESULT)),
    )
