"""Whether what the user asked for is still not so.

A small model that has done a few things says of the next one that it is done, and calls
nothing: it goes on as its history does. Told to call the tool, it does.

Decision record: docs/decisions/0017-what-a-small-model-means.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from homeassistant.components import conversation
from homeassistant.components.climate import DOMAIN as CLIMATE_DOMAIN
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.media_player import DOMAIN as MEDIA_PLAYER_DOMAIN
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State, callback

from ..completions.messages import AssistantMessage, Message, UserMessage
from ..schedule.later_words import speaks_of_later
from ..tools.api_instance import ToolboxInstance
from ..tools.entity_states import level_of
from ..tools.exposed_targets import async_exposed_entities
from ..tools.meant_switching import TURN_OFF, said_switching
from ..tools.meant_words import LOCK, UNLOCK
from ..tools.named_entities import NamedEntity
from ..tools.questions import is_question
from ..tools.said_quantity import said_quantity
from ..tools.target_names import kind_of
from ..tools.targets import Entity
from ..tools.user_words import UserWords

CALL_FOR_IT = "Answer with the call of a tool."
"""What follows the user's message then. It is not kept, and neither is the claim."""

_OFF = frozenset({"off", "closed", "closing", "standby"})
"""States of what is turned off or closed."""
_NO_STATE = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN})


@dataclass(frozen=True, slots=True)
class UndoneWish:
    """What a user asked for in a turn, as far as that can be seen in the states."""

    hass: HomeAssistant
    tools: ToolboxInstance
    said: UserWords
    language: str
    named: Sequence[NamedEntity]
    """The entities that the user named."""

    def is_claimed(self, messages: Sequence[Message]) -> bool:
        """Return whether the answer that ends a turn leaves the wish as it was.

        An answer that asks something claims nothing.
        """
        *_, before, answer = (None, *messages[-2:])
        if (
            not isinstance(before, UserMessage)
            or not isinstance(answer, AssistantMessage)
            or "?" in (answer.text or "")
            or is_question(self.said.last, self.language.partition("-")[0])
            or speaks_of_later(self.said.last, self.language)
        ):
            return False
        return any(
            self._is_undone(entity, state)
            for entity in self._entities()
            if (state := self.hass.states.get(entity.entity_id))
            and state.state not in _NO_STATE
        )

    def _entities(self) -> Iterator[Entity]:
        """Yield the entities that are named, or those of a kind in an area that is."""
        if self.named:
            yield from (one.entity for one in self.named)
            return
        kinds = {kind[0] for word in self.said.words if (kind := kind_of((word,)))}
        for entity in async_exposed_entities(self.hass, self.tools.llm_context):
            if (
                entity.domain in kinds
                and entity.area
                and any(map(self.said.says_all_of, entity.area.spoken_names))
            ):
                yield entity

    def _is_undone(self, entity: Entity, state: State) -> bool:
        """Return whether an entity is in another state than the user asked for."""
        said = self.said
        if entity.domain == LOCK_DOMAIN:
            is_locked = state.state in ("locked", "locking")
            if said.match(UNLOCK):
                return is_locked
            return said.match(LOCK) and not is_locked
        if (value := said_quantity(entity.domain, said)) is not None:
            level = _quantity(state)
            return state.state in _OFF if level is None else level != value
        wish = said_switching(entity.domain, said, entity.label)
        return wish is not None and (state.state in _OFF) != (wish == TURN_OFF)


def asking_for_call(messages: Sequence[Message]) -> list[Message]:
    """Return messages without the claim that ends them, of which the last asks for a call.

    Small models that see their claim stand by it.
    """
    *before, asked, _ = messages
    assert isinstance(asked, UserMessage)
    return [*before, replace(asked, text=f"{asked.text}\n{CALL_FOR_IT}")]


@callback
def async_wish(
    hass: HomeAssistant,
    tools: ToolboxInstance | None,
    user_input: conversation.ConversationInput,
    named: Sequence[NamedEntity],
) -> UndoneWish | None:
    """Return what a user asks for, None if the model has no tools for it."""
    if tools is None:
        return None
    said = UserWords([user_input.text])
    return UndoneWish(hass, tools, said, user_input.language, named)


def _quantity(state: State) -> float | None:
    """Return the main quantity of an entity, in percent or degrees, if it is known."""
    key = {CLIMATE_DOMAIN: "temperature", MEDIA_PLAYER_DOMAIN: "volume_level"}
    if state.domain not in key:
        return level_of(state)
    value = state.attributes.get(key[state.domain])
    if not isinstance(value, int | float):
        return None
    return value if state.domain == CLIMATE_DOMAIN else round(value * 100)
