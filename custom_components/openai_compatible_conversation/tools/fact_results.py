"""Facts as the results of tools and actions."""

from collections.abc import Callable, Iterable, Sequence

from homeassistant.util.json import JsonObjectType

from ..excerpts.token_limit import fitting
from ..memory.fact import Fact
from .repair_notes import NOTE

_MORE = "There are more. Look them up by other words, or by category."
_ROOM_FOR_MORE = 60
"""Tokens of a result beside the facts in it."""


def facts_result(facts: Iterable[Fact], more: int) -> JsonObjectType:
    """Return facts and the number of further matches, as tools and actions respond."""
    return {"facts": [fact_result(fact) for fact in facts], "more": more}


def fact_result(fact: Fact) -> JsonObjectType:
    """Return a fact as the JSON object of tools and actions."""
    return {"category": str(fact.category), "key": fact.key, "value": fact.value}


def facts_for_model(
    facts: Sequence[Fact], more: int, limit: int, count: Callable[[str], int]
) -> JsonObjectType:
    """Return as many facts as fit a result, and the number of further matches.

    The first ones are kept, which are the best matches. The result has `limit` tokens,
    of which `count` returns those of a text.
    """
    shown = [fact_result(fact) for fact in facts]
    number = fitting(shown, limit - _ROOM_FOR_MORE, count)
    more += len(shown) - number
    result: JsonObjectType = {"facts": list(shown[:number]), "more": more}
    return {**result, NOTE: _MORE} if more else result
