"""Facts as the results of tools and actions."""

from collections.abc import Iterable, Sequence

from homeassistant.util.json import JsonObjectType

from ..excerpts.excerpt import fitting
from ..memory.fact import Fact
from .repair_notes import NOTE
from .result import MAX_RESULT

_MORE = "There are more. Look them up by other words, or by category."
_ROOM_FOR_MORE = 200
"""Characters of a result beside the facts in it."""


def facts_result(facts: Iterable[Fact], more: int) -> JsonObjectType:
    """Return facts and the number of further matches, as tools and actions respond."""
    return {"facts": [fact_result(fact) for fact in facts], "more": more}


def fact_result(fact: Fact) -> JsonObjectType:
    """Return a fact as the JSON object of tools and actions."""
    return {"category": str(fact.category), "key": fact.key, "value": fact.value}


def facts_for_model(facts: Sequence[Fact], more: int) -> JsonObjectType:
    """Return as many facts as a model can be sent, and the number of further matches.

    The first ones are kept, which are the best matches.
    """
    shown = [fact_result(fact) for fact in facts]
    count = fitting(shown, MAX_RESULT - _ROOM_FOR_MORE)
    more += len(shown) - count
    result: JsonObjectType = {"facts": list(shown[:count]), "more": more}
    return {**result, NOTE: _MORE} if more else result
