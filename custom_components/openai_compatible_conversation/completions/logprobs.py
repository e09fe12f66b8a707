"""Log probabilities of a response, as the API reports them for each token."""

from collections.abc import Iterator, Mapping
from math import exp
from typing import Any

from .events import TokenAlternatives

_LOWEST = -1000
"""A log probability whose probability is 0."""


def read_alternatives(logprobs: object) -> Iterator[TokenAlternatives]:
    """Yield the tokens in the `logprobs` of a choice, with their alternatives.

    Anything invalid is left out.
    """
    tokens = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    for token in tokens if isinstance(tokens, list) else ():
        if not isinstance(token, Mapping) or not isinstance(token.get("token"), str):
            continue
        others = token.get("top_logprobs")
        listed = [token, *(others if isinstance(others, list) else ())]
        yield TokenAlternatives(
            token["token"], {text: p for one in listed for text, p in _probability(one)}
        )


def _probability(alternative: Any) -> Iterator[tuple[str, float]]:
    """Yield the text and the probability of an alternative, if it has both."""
    match alternative:
        case {"token": str(text), "logprob": int() | float() as logprob} if (
            logprob < 1 and not isinstance(logprob, bool)
        ):
            # Rounding may have brought it above 0, and exp() takes no huge integers.
            yield text, exp(max(min(logprob, 0), _LOWEST))
