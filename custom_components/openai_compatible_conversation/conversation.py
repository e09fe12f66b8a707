"""The conversation entity."""

from collections.abc import Awaitable, Callable
from functools import partial
import logging
from typing import Literal, override

from homeassistant.components import conversation
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.intent import IntentResponseErrorCode

from .agent.approver import async_begin_questions
from .agent.attachments import AttachmentError, async_images
from .agent.late_turn import LateTurn
from .agent.left_over import LeftOver
from .agent.loop import AgentRun
from .agent.prompt import async_prewarm_body, async_provide_tools, async_system_prompt
from .agent.servers import TurnServers
from .agent.turn_output import TurnOutput, is_voice_device, strips_markup
from .agent.turn_setup import TurnSetup
from .agent.undone_wish import async_wish
from .completions.errors import CompletionError, UnexpectedError
from .completions.messages import SystemMessage, UserMessage
from .const import DOMAIN
from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity
from .errors import async_error_message, translated_error
from .session.turn_owner import NOBODY, TurnOwner, owner_of_turn
from .tools.api_instance import ToolboxInstance
from .tools.schema import wire_name
from .tools.turn_questions import CONFIRM, TurnQuestions

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OpenAICompatibleConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the conversation agent of an entry."""
    async_add_entities([OpenAICompatibleAgent(entry)])


class OpenAICompatibleAgent(OpenAICompatibleEntity, conversation.ConversationEntity):
    """A conversation agent that asks the model of a chat completions server."""

    _attr_name = None

    def __init__(self, entry: OpenAICompatibleConfigEntry) -> None:
        """Initialize the agent of an entry."""
        super().__init__(entry, "conversation")

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        """Return all languages: what is supported depends on the model."""
        return MATCH_ALL

    @property
    @override
    def supports_streaming(self) -> bool:
        """Return whether responses are streamed."""
        return self.entry_options.enable_streaming

    @property
    @override
    def supported_features(self) -> conversation.ConversationEntityFeature:
        """Return the control feature if LLM APIs are selected."""
        if self.entry_options.llm_hass_api:
            return conversation.ConversationEntityFeature.CONTROL
        return conversation.ConversationEntityFeature(0)

    @override
    async def async_added_to_hass(self) -> None:
        """Update the state when the options change."""
        await super().async_added_to_hass()
        self.async_on_remove(self.entry.add_update_listener(self._async_updated))

    @callback
    @override
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Keep the subscriptions: none of them depends on the entity_id."""
        super().async_entity_id_changed(old_entity_id)

    async def _async_updated(
        self, _hass: HomeAssistant, _entry: OpenAICompatibleConfigEntry
    ) -> None:
        """Write the state: the supported features depend on the options."""
        self.async_write_ha_state()

    @override
    async def async_prepare(self, language: str | None = None) -> None:
        """Prewarm the server's prompt cache while the user is still speaking."""
        runtime = self.entry.runtime_data
        if not TurnServers(runtime.server).is_own_next:
            return
        runtime.server.slots.async_expect_turn()
        runtime.prewarmer.async_start(
            lambda: async_prewarm_body(
                self.hass,
                runtime.sessions.household,
                language,
                self.entry_options,
                runtime.toolbox,
            )
        )

    @override
    async def _async_handle_message(
        self,
        user_input: conversation.ConversationInput,
        chat_log: conversation.ChatLog,
    ) -> conversation.ConversationResult:
        """Handle a turn; raises nothing but `HomeAssistantError`.

        Where it is heard, the answer may come later than the result.
        """
        if not is_voice_device(user_input):
            return await self._async_handle_turn(user_input, chat_log)
        answers = self.entry.runtime_data.entry_state.late_answers
        late = LateTurn(self.hass, user_input, chat_log, answers)
        return await late.async_run(self._async_handle_turn(user_input, chat_log, late))

    async def _async_handle_turn(
        self,
        user_input: conversation.ConversationInput,
        chat_log: conversation.ChatLog,
        late: LateTurn | None = None,
    ) -> conversation.ConversationResult:
        """Handle a turn to its answer; raises nothing but `HomeAssistantError`."""
        servers = TurnServers(self.entry.runtime_data.server)

        async def explain(err: CompletionError) -> str:
            """Return the message for an error in the user's language."""
            _LOGGER.debug("The turn failed: %r", err)
            host = servers.current.host
            return await async_error_message(self.hass, err, host, user_input.language)

        try:
            with servers.turn():
                return await self._async_run_turn(
                    user_input, chat_log, servers, explain, late
                )
        except conversation.ConverseError as err:
            return err.as_conversation_result()
        except AttachmentError as err:
            raise await err.async_localized(self.hass, user_input.language) from err
        except CompletionError as err:
            raise translated_error(
                err, servers.current.host, HomeAssistantError, await explain(err)
            ) from err
        except HomeAssistantError:
            raise
        except Exception as err:
            _LOGGER.exception("Unexpected error in a turn")
            unexpected = UnexpectedError()
            raise translated_error(
                unexpected,
                servers.current.host,
                HomeAssistantError,
                await explain(unexpected),
            ) from err

    async def _async_run_turn(
        self,
        user_input: conversation.ConversationInput,
        chat_log: conversation.ChatLog,
        servers: TurnServers,
        explain: Callable[[CompletionError], Awaitable[str]],
        late: LateTurn | None,
    ) -> conversation.ConversationResult:
        """Run a turn and return its result."""
        options, runtime = self.entry_options, self.entry.runtime_data
        sessions = runtime.sessions
        try:
            tools = await async_provide_tools(
                chat_log, user_input, options, runtime.toolbox
            )
        except BaseException:
            # The owner of the turn depends on the tools, and is not known.
            sessions.async_skip(chat_log)
            raise
        owner = _owner(user_input, tools)
        questions = tools.questions if tools else TurnQuestions()
        asked = runtime.entry_state.questions
        approver = async_begin_questions(questions, asked, user_input, chat_log, owner)
        name = tools.resolver.name_of if tools else wire_name
        async with sessions.async_begin_turn(owner, chat_log, name) as session_turn:
            prompt = await async_system_prompt(
                self.hass,
                session_turn.state,
                user_input.as_llm_context(DOMAIN),
                options,
                tools,
            )
            chat_log.content[0] = conversation.SystemContent(prompt.system)
            output = TurnOutput(chat_log, self.entity_id)
            if late:
                leave = partial(sessions.async_leave, owner, session_turn)
                output = late.output(self.entity_id, owner, leave, tools)
                output.spoken = session_turn.answer.spoken
            answers = runtime.entry_state.late_answers
            recalls = owner is not NOBODY and options.recalls_facts
            text, named = await TurnSetup(
                self.hass, user_input, chat_log, options, tools
            ).async_tell(
                session_turn,
                prompt.own,
                runtime.fact_store.recall if recalls else None,
                is_shared=sessions.async_is_shared(chat_log),
                late=answers.notes(owner, late.unheard if late else ""),
            )
            session_turn.new_messages.append(UserMessage(text))
            if images := await async_images(self.hass, _attachments(chat_log)):
                session_turn.new_messages[-1] = UserMessage(text, images)
            run = AgentRun(
                history=session_turn,
                system_message=SystemMessage(prompt.system),
                tools=tools,
                servers=servers,
                turn_options=options,
                output=output,
                language=user_input.language,
                strip_markup=strips_markup(options, user_input),
                spoken_only=is_voice_device(user_input),
                left_over=LeftOver(named),
                wish=async_wish(self.hass, tools, user_input, named),
            )
            failure = await run.run(explain)
            if approver and tools and run.stand_in.asked:
                asked.ask(approver, questions.new)
                # It is sent while the user speaks, if the server is prewarmed.
                tools.offered.reveal([CONFIRM])
        result = conversation.async_get_result_from_chat_log(
            user_input, output.chat_log
        )
        if failure:
            result.response.async_set_error(IntentResponseErrorCode.UNKNOWN, failure)
            result.continue_conversation = False
            return result
        if answer := run.stand_in.answer_before_question:
            text = f"{answer} {questions.wording.text}"
            result.response.async_set_speech(text)
        if not options.auto_continue_listening:
            # Home Assistant continues after any question; only the marker counts here.
            result.continue_conversation = False
        result.continue_conversation |= run.continue_listening or run.stand_in.asked
        return result


def _owner(
    user_input: conversation.ConversationInput, tools: ToolboxInstance | None
) -> TurnOwner:
    """Return the owner of a turn that is given some tools."""
    return owner_of_turn(
        user_input.context.user_id,
        user_input.device_id,
        user_input.satellite_id,
        requires_admin=bool(tools and tools.requires_admin),
    )


def _attachments(chat_log: conversation.ChatLog) -> list[conversation.Attachment]:
    """Return the attachments of the current user message."""
    content = chat_log.content[-1]
    if isinstance(content, conversation.UserContent):
        return content.attachments or []
    return []
