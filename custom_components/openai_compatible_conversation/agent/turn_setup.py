"""The message with which a turn begins: what the user said, with what the model needs.

What a turn has to learn facts from is noted on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeassistant.components.conversation import ChatLog, ConversationInput
from homeassistant.core import HomeAssistant

from ..options import Options
from ..session.session_turn import SessionTurn
from ..tools.api_instance import ToolboxInstance
from ..tools.named_entities import NamedEntity
from .fact_recall import Recall, new_facts
from .instructions import new_instructions
from .memory_requests import memory_request
from .named_states import async_named_entities, async_state_lines
from .turn_context import async_context, context_notes, interruption_line
from .turn_output import is_voice_device


@dataclass(frozen=True, slots=True)
class TurnSetup:
    """A turn that begins."""

    hass: HomeAssistant
    user_input: ConversationInput
    chat_log: ChatLog
    options: Options
    tools: ToolboxInstance | None

    async def async_tell(
        self,
        session_turn: SessionTurn,
        own: str,
        recall: Recall | None,
        *,
        is_shared: bool,
        late: Sequence[str] = (),
    ) -> tuple[str, list[NamedEntity]]:
        """Return the text of the message, and the entities that the user names.

        `own` are instructions that only hold for the speaker. `recall` finds facts,
        None if none go with the turn. `is_shared` is whether others use the chat log,
        and `late` are lines on answers that come later than their turns.
        """
        user_input, state = self.user_input, session_turn.state
        session_turn.channel = "voice" if is_voice_device(user_input) else "chat"
        session_turn.satellite_id = user_input.satellite_id
        session_turn.answer.device = (
            user_input.satellite_id or user_input.device_id or ""
        )
        extra = None
        if not self.options.own_prompt_only:
            # The chat log keeps that of earlier turns, which may be another's.
            source = user_input if is_shared else self.chat_log
            extra = session_turn.new_extra_prompt(source.extra_system_prompt)
        context = await async_context(self.hass, user_input)
        facts = (
            new_facts(recall, user_input.text, state, context.speaker) if recall else []
        )

        def knows() -> bool:
            """Return whether a fact fits what is said, told before or not."""
            return bool(recall and recall(user_input.text, 1, speaker=context.speaker))

        named = async_named_entities(self.hass, self.tools, user_input.text)
        news = new_instructions(state, own)
        if self.tools:
            self.tools.fact_source.set_turn(
                session_turn.utterances,
                session_turn.messages,
                (user_input.extra_system_prompt, self.chat_log.extra_system_prompt),
                speaker=context.speaker or "",
                channel=session_turn.channel,
                recalled=state.recalled,
                knows=knows,
            )
            news += [*self.tools.offered.news(), *self.tools.questions.notes()]
            news += memory_request(user_input.text, self.tools.offered, knows)
        states = async_state_lines(self.hass, named)
        if interrupted := session_turn.tell_interruption():
            interruption, is_last = interrupted
            news.append(interruption_line(interruption, is_last=is_last))
        notes = context_notes(extra, [*news, *late], facts, states)
        return session_turn.tell(user_input.text, context, notes), named
