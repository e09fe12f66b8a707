"""The states of what the user names, which go with the turn.

A small model makes a state up rather than look it up, and any model answers a round
earlier if it knows it.

Decision record: docs/decisions/0016-states-go-with-the-turn.md.
"""

from collections.abc import Sequence

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import llm

from ..tools.api_instance import ToolboxInstance
from ..tools.entity_states import async_state_line
from ..tools.exposed_targets import async_readable_targets
from ..tools.named_entities import NamedEntity, named_entities


@callback
def async_named_entities(
    hass: HomeAssistant, tools: ToolboxInstance | None, text: str
) -> list[NamedEntity]:
    """Return the entities that a text names, of those whose states the model may read."""
    if tools is None:
        return []
    for tool in tools.tools:
        if targets := async_readable_targets(hass, tool, tools.llm_context):
            preferred = llm.async_get_match_preferences(hass, tools.llm_context)
            return named_entities(text, targets.entities, preferred.area_id)
    return []


@callback
def async_state_lines(hass: HomeAssistant, named: Sequence[NamedEntity]) -> list[str]:
    """Return the names and the states of entities."""
    lines = (
        async_state_line(hass, one.entity.entity_id, one.entity.label) for one in named
    )
    return [line for line in lines if line]
