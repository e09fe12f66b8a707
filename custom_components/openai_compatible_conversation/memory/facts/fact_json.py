"""Facts as JSON-serializable data, in the form of the file and of an export."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any, get_args

from .fact import (
    MAX_FACTS,
    MAX_PAST,
    Channel,
    Fact,
    FactError,
    PastValue,
    category_of,
    key_of,
    name_of,
    quote_of,
    value_of,
)

EPOCH = "1970-01-01T00:00:00+00:00"
"""Placeholder for a stored time that is missing or invalid."""

_DETAILS = ("subject", "told_by", "channel", "quote")

_CHANNELS = get_args(Channel.__value__)


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """Return a fact as JSON-serializable data; what is not known is left out."""
    data: dict[str, Any] = {
        "category": fact.category.value,
        "key": fact.key,
        "value": fact.value,
        "source": fact.source,
        "created_at": fact.created_at,
        "updated_at": fact.updated_at,
    }
    for name in _DETAILS:
        if detail := getattr(fact, name):
            data[name] = detail
    if fact.past:
        data["past"] = [
            {"value": past.value, "until": past.until} for past in fact.past
        ]
    return data


def fact_from_json(data: object) -> Fact:
    """Return a fact from stored data.

    Raises `FactError` without a valid category, key and value. Anything else that is
    invalid is left out.
    """
    item: Mapping[Any, Any] = data if isinstance(data, Mapping) else {}
    updated = _time(item.get("updated_at"), item.get("created_at"))
    channel = item.get("channel")
    quote = item.get("quote")
    return Fact(
        category_of(item.get("category")),
        key_of(item.get("key")),
        value_of(item.get("value")),
        "extracted" if item.get("source") == "extracted" else "told",
        _time(item.get("created_at"), updated),
        updated,
        _name(item.get("subject")),
        _name(item.get("told_by")),
        channel if channel in _CHANNELS else None,
        quote_of(quote) if isinstance(quote, str) else "",
        _past(item.get("past")),
    )


def facts_from_json(data: Iterable[object]) -> Iterator[Fact]:
    """Yield the facts of those items of stored data that are valid."""
    for item in data:
        with suppress(FactError):
            yield fact_from_json(item)


def facts_to_import(data: object) -> tuple[list[Fact], int]:
    """Return the valid facts of an export, and the number of the other items.

    An export is a list of facts in the form of the file, or an object with that list
    under "facts". Raises `FactError` "bad_import" for anything else, and for more facts
    than there is room for.
    """
    items = data.get("facts") if isinstance(data, Mapping) else data
    if not isinstance(items, list) or len(items) > MAX_FACTS:
        raise FactError(
            "bad_import", f"This is no export of at most {MAX_FACTS} facts."
        )
    facts = list(facts_from_json(items))
    return facts, len(items) - len(facts)


def moment(text: str) -> datetime | None:
    """Return an ISO 8601 time, in UTC if it has no zone; None if it is none."""
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except ValueError, OverflowError:
        return None


def _name(value: object) -> str:
    """Return a stored name, empty if it is invalid."""
    try:
        return name_of(value)
    except FactError:
        return ""


def _past(data: object) -> tuple[PastValue, ...]:
    """Return the valid ones of stored former values."""
    if not isinstance(data, list):
        return ()
    return tuple(islice(filter(None, map(_past_value, data)), MAX_PAST))


def _past_value(data: object) -> PastValue | None:
    """Return a former value from stored data, None if it is invalid."""
    match data:
        case {"value": value, "until": str() as until} if moment(until):
            try:
                return PastValue(value_of(value), until)
            except FactError:
                return None
    return None


def _time(*candidates: object) -> str:
    """Return the first valid ISO 8601 time, `EPOCH` if there is none."""
    for value in candidates:
        if isinstance(value, str) and moment(value):
            return value
    return EPOCH
