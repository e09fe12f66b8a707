"""The facts in an export, which a household brings along when it moves."""

from collections.abc import Mapping

from .fact import Fact, FactError
from .fact_index import MAX_FACTS
from .fact_json import facts_from_json


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
