"""A turn of a conversation, from what the user said to the result."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers.intent import IntentResponseErrorCode

from ..completions.errors import CompletionError
from ..completions.messages import SystemMessage, UserMessage
from ..const import DOMAIN
from ..data import RuntimeData
from ..options import Options
from ..session.session_turn import SessionTurn
from ..session.turn_owner import NOBODY, TurnOwner, owner_of_turn
from ..tools.api_instance import ToolboxInstance
from ..tools.schema import wire_name
from ..tools.turn_questions import CONFIRM, TurnQuestions
from .approver import async_begin_questions
from .attachments import async_images
from .late_turn import LateTurn
from .left_over import LeftOver
from .loop import AgentRun
from .prompt import async_provide_tools, async_system_prompt
from .servers import TurnServers
from .turn_output import TurnOutput, is_voice_device, strips_markup
from .turn_setup import TurnSetup
from .undone_wish import async_wish

type Explain = Callable[[CompletionError], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class ConversationTurn:
    """Runs one turn in the session of its owner."""

    hass: HomeAssistant
    runtime: RuntimeData
    options: Options
    """The options of the entry whose turn it is, whichever server is asked."""
    agent_id: str
    user_input: conversation.ConversationInput
    chat_log: conversation.ChatLog
    servers: TurnServers
    late: LateTurn | None
    """How the answer may come later than the result, None if it may not."""

    async def async_run(self, explain: Explain) -> conversation.ConversationResult:
        """Run the turn and return its result; raises what it fails with.

        `explain` returns the message for an error in the user's language.
        """
        runtime, sessions = self.runtime, self.runtime.sessions
        try:
            tools = await async_provide_tools(
                self.chat_log, self.user_input, self.options, runtime.toolbox
            )
        except BaseException:
            # The owner of the turn depends on the tools, and is not known.
            sessions.async_skip(self.chat_log)
            raise
        owner = self._owner(tools)
        questions = tools.questions if tools else TurnQuestions()
        asked = runtime.entry_state.questions
        approver = async_begin_questions(
            questions, asked, self.user_input, self.chat_log, owner
        )
        name = tools.resolver.name_of if tools else wire_name
        async with sessions.async_begin_turn(
            owner, self.chat_log, name
        ) as session_turn:
            run = await self._async_begin(session_turn, owner, tools)
            failure = await run.run(explain)
            if approver and tools and run.stand_in.asked:
                asked.ask(approver, questions.new)
                # It is sent while the user speaks, if the server is prewarmed.
                tools.offered.reveal([CONFIRM])
        return self._result(run, failure, questions)

    async def _async_begin(
        self,
        session_turn: SessionTurn,
        owner: TurnOwner,
        tools: ToolboxInstance | None,
    ) -> AgentRun:
        """Add the user's message to the turn, and return what has it answered."""
        options, runtime, user_input = self.options, self.runtime, self.user_input
        prompt = await async_system_prompt(
            self.hass,
            session_turn.state,
            user_input.as_llm_context(DOMAIN),
            options,
            tools,
        )
        self.chat_log.content[0] = conversation.SystemContent(prompt.system)
        output = TurnOutput(self.chat_log, self.agent_id)
        if self.late:
            leave = partial(runtime.sessions.async_leave, owner, session_turn)
            output = self.late.output(self.agent_id, owner, leave, tools)
            output.spoken = session_turn.answer.spoken
        answers = runtime.entry_state.late_answers
        recalls = owner is not NOBODY and options.recalls_facts
        text, named = await TurnSetup(
            self.hass, user_input, self.chat_log, options, tools
        ).async_tell(
            session_turn,
            prompt.own,
            runtime.fact_store.recall if recalls else None,
            is_shared=runtime.sessions.async_is_shared(self.chat_log),
            late=answers.notes(owner, self.late.unheard if self.late else ""),
        )
        session_turn.new_messages.append(UserMessage(text))
        if images := await async_images(self.hass, self._attachments()):
            session_turn.new_messages[-1] = UserMessage(text, images)
        return AgentRun(
            history=session_turn,
            system_message=SystemMessage(prompt.system),
            tools=tools,
            servers=self.servers,
            turn_options=options,
            output=output,
            language=user_input.language,
            strip_markup=strips_markup(options, user_input),
            spoken_only=is_voice_device(user_input),
            left_over=LeftOver(named),
            wish=async_wish(self.hass, tools, user_input, named),
        )

    def _result(
        self, run: AgentRun, failure: str | None, questions: TurnQuestions
    ) -> conversation.ConversationResult:
        """Return the result of the turn, with what was said of its failure, if any."""
        result = conversation.async_get_result_from_chat_log(
            self.user_input, run.output.chat_log
        )
        if failure:
            result.response.async_set_error(IntentResponseErrorCode.UNKNOWN, failure)
            result.continue_conversation = False
            return result
        if answer := run.stand_in.answer_before_question:
            text = f"{answer} {questions.wording.text}"
            result.response.async_set_speech(text)
        if not self.options.auto_continue_listening:
            # Home Assistant continues after any question; only the marker counts here.
            result.continue_conversation = False
        result.continue_conversation |= run.continue_listening or run.stand_in.asked
        return result

    def _owner(self, tools: ToolboxInstance | None) -> TurnOwner:
        """Return the owner of the turn, which is given some tools."""
        return owner_of_turn(
            self.user_input.context.user_id,
            self.user_input.device_id,
            self.user_input.satellite_id,
            requires_admin=bool(tools and tools.requires_admin),
        )

    def _attachments(self) -> list[conversation.Attachment]:
        """Return the attachments of the user's message."""
        content = self.chat_log.content[-1]
        if isinstance(content, conversation.UserContent):
            return content.attachments or []
        return []
