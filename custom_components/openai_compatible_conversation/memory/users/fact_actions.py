"""The actions that learn, look up, forget and move facts."""

from collections.abc import Mapping
from typing import Any

import probatio

from homeassistant.core import ServiceResponse
from homeassistant.exceptions import ServiceValidationError

from ...const import DOMAIN
from ...data import RuntimeData
from ...tools.fact_results import fact_result, facts_result
from ..facts.fact import (
    MAX_FACTS,
    MAX_KEY,
    MAX_SUBJECT,
    MAX_VALUE,
    Category,
    FactError,
    Origin,
)
from ..forgetting.forget_choice import choose
from ..store.fact_queries import MAX_CANDIDATES

LIMITS = {
    "key_length": str(MAX_KEY),
    "value_length": str(MAX_VALUE),
    "subject_length": str(MAX_SUBJECT),
    "facts": str(MAX_FACTS),
}
"""Placeholders of the translated fact errors."""


async def async_learn(
    runtime: RuntimeData, data: Mapping[str, Any], origin: Origin
) -> ServiceResponse:
    """Learn a fact."""
    fact = await runtime.fact_store.async_learn(
        data["category"],
        data["key"],
        data["value"],
        subject=data.get("subject"),
        origin=origin,
    )
    return {"learned": fact_result(fact)}


async def async_query(
    runtime: RuntimeData, data: Mapping[str, Any], origin: Origin
) -> ServiceResponse:
    """Query facts."""
    found, more = runtime.fact_store.query(
        data.get("category"), data.get("query"), subject=data.get("subject")
    )
    return facts_result(found, more)


def validate_forget(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data of the action that forgets a fact. Raises `probatio.Invalid`."""
    named = data.keys() & {"category", "key", "subject"}
    if "words" in data and not named:
        return data
    if "words" in data or not named >= {"category", "key"}:
        raise probatio.Invalid("give either category and key, or words")
    return data


async def async_forget(
    runtime: RuntimeData, data: Mapping[str, Any], origin: Origin
) -> ServiceResponse:
    """Forget a fact; if words may mean several, return these and forget none."""
    store = runtime.fact_store
    if "words" not in data:
        named = data["category"], data["key"], data.get("subject")
        return {"forgotten": await store.async_forget(*named)}
    words = data["words"]
    found = store.candidates(words) or store.query(None, words)[0][:MAX_CANDIDATES]
    found = choose(found, words)
    if len(found) > 1:
        return {"forgotten": False, "candidates": [fact_result(f) for f in found]}
    return {"forgotten": await store.async_forget_facts(found) > 0}


async def async_forget_everything(
    runtime: RuntimeData, data: Mapping[str, Any], origin: Origin
) -> ServiceResponse:
    """Forget all facts, and delete what is still to be learned from."""
    return {"forgotten": await runtime.fact_store.async_forget_everything()}


async def async_export(
    runtime: RuntimeData, data: Mapping[str, Any], origin: Origin
) -> ServiceResponse:
    """Return all facts, in the form of the file that they are stored in."""
    return runtime.fact_store.export()


async def async_import(
    runtime: RuntimeData, data: Mapping[str, Any], origin: Origin
) -> ServiceResponse:
    """Add exported facts."""
    imported, refused = await runtime.fact_store.async_import(data["facts"])
    return {"imported": imported, "refused": refused}


def invalid(err: FactError, categories: str = "") -> ServiceValidationError:
    """Return a fact error as a translated validation error.

    `categories` are their names as the user sees them, by default those of the data.
    """
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=f"fact_{err.key}",
        translation_placeholders={
            **LIMITS,
            "categories": categories or ", ".join(Category),
        },
    )
