"""Facts as the results of tools and actions."""

from collections.abc import Callable, Iterable, Sequence

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from ..excerpts.token_limit import fitting
from ..memory.facts.fact import Fact
from ..memory.facts.fact_json import EPOCH, moment
from .repair_notes import NOTE

_MORE = "There are more. Look them up by other words, or by category."
_ROOM_FOR_MORE = 60
"""Tokens of a result beside the facts in it."""


def facts_result(facts: Iterable[Fact], more: int) -> JsonObjectType:
    """Return facts and the number of further matches, as tools and actions respond."""
    return {"facts": [dated_result(fact) for fact in facts], "more": more}


def fact_result(fact: Fact) -> JsonObjectType:
    """Return a fact as the JSON object of tools and actions.

    Without `subject` it is the household's.
    """
    subject: JsonObjectType = {"subject": fact.subject} if fact.subject else {}
    return {
        "category": str(fact.category),
        "key": fact.key,
        "value": fact.value,
        **subject,
    }


def dated_result(fact: Fact) -> JsonObjectType:
    """Return a fact with the date of its value, and what was true before until when.

    The dates are those of the home's time zone. What is not known is left out.
    """
    result = fact_result(fact)
    if since := local_date(fact.updated_at):
        result["since"] = since
    if fact.past:
        result["before"] = [
            {"value": past.value, "until": local_date(past.until) or past.until}
            for past in fact.past
        ]
    return result


def local_date(time: str) -> str | None:
    """Return the date of a stored time in the home's time zone, None if not known."""
    found = None if time == EPOCH else moment(time)
    return dt_util.as_local(found).date().isoformat() if found else None


def facts_for_model(
    facts: Sequence[Fact], more: int, limit: int, count: Callable[[str], int]
) -> JsonObjectType:
    """Return as many facts as fit a result, and the number of further matches.

    The first ones are kept, which are the best matches. The result has `limit` tokens,
    of which `count` returns those of a text.
    """
    shown = [dated_result(fact) for fact in facts]
    number = fitting(shown, limit - _ROOM_FOR_MORE, count)
    more += len(shown) - number
    result: JsonObjectType = {"facts": list(shown[:number]), "more": more}
    return {**result, NOTE: _MORE} if more else result
