"""The tool `query_facts`."""

from typing import Any, override

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.util.json import JsonObjectType

from ..memory.facts.category_words import category_meant
from ..memory.facts.fact import Fact, FactError
from ..memory.words.normalization import as_text
from .fact_results import facts_for_model
from .fact_tool import QUERY, FactTool


class QueryFacts(FactTool):
    """Tool that queries the facts."""

    name = QUERY
    title = "Look up what is remembered"
    description = "Looks up what is remembered, by words or category."
    parameters = probatio.Schema(
        {
            probatio.Optional("category"): str,
            probatio.Optional("query", description="Words, such as cat name."): str,
        }
    )
    annotations = llm.ToolAnnotations(
        read_only=True, destructive=False, idempotent=True, open_world=False
    )

    @override
    async def _async_run(
        self, hass: HomeAssistant, args: dict[str, Any], language: str
    ) -> JsonObjectType:
        """Return the matching facts, as many as fit a result."""
        limits = self._limits()
        return facts_for_model(
            *self._found(args.get("category"), args.get("query")),
            limits.result,
            limits.count,
        )

    def _found(self, category: object, text: object) -> tuple[list[Fact], int]:
        """Return the facts that match, and the number of further ones.

        What is no category, or not the one of the facts, is taken for words.
        """
        store, speaker = self._fact_store, self._source.speaker
        name = as_text(category)
        if name is None or not name.strip():
            return store.query(category, text, speaker=speaker)
        try:
            found = store.query(category_meant(category), text, speaker=speaker)
        except FactError:
            words = " ".join(filter(None, (name, as_text(text))))
            return store.query(None, words, speaker=speaker)
        if not found[0] and text:
            return store.query(None, text, speaker=speaker)
        return found
