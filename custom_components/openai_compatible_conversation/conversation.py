"""The conversation agent: one turn in, one result out."""

from collections.abc import Awaitable, Callable
import logging
from typing import Literal, override

from homeassistant.components import conversation
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.intent import IntentResponseErrorCode

from .agent.attachments import AttachmentError, async_images
from .agent.loop import AgentRun
from .agent.prompt import async_prewarm_body, async_provide_tools, async_system_prompt
from .agent.turn_context import async_with_context
from .completions.errors import CompletionError, UnexpectedError
from .completions.messages import SystemMessage, UserMessage
from .const import DOMAIN
from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity
from .errors import async_error_message, translated_error
from .options import Options
from .tools.schema import wire_name

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
        """Return all languages: the model decides."""
        return MATCH_ALL

    @property
    @override
    def supports_streaming(self) -> bool:
        """Return whether answers arrive word by word."""
        return self.entry_options.enable_streaming

    @property
    @override
    def supported_features(self) -> conversation.ConversationEntityFeature:
        """Return that the agent controls the house if it is given tools."""
        if self.entry_options.llm_hass_api:
            return conversation.ConversationEntityFeature.CONTROL
        return conversation.ConversationEntityFeature(0)

    @override
    async def async_added_to_hass(self) -> None:
        """Show a change of the options at once."""
        await super().async_added_to_hass()
        self.async_on_remove(self.entry.add_update_listener(self._async_updated))

    async def _async_updated(
        self, _hass: HomeAssistant, _entry: OpenAICompatibleConfigEntry
    ) -> None:
        """Write the state, whose features follow the options."""
        self.async_write_ha_state()

    @override
    async def async_prepare(self, language: str | None = None) -> None:
        """Use the time in which somebody speaks: have the server take in what is known."""
        runtime = self.entry.runtime_data
        runtime.prewarmer.async_start(
            lambda: async_prewarm_body(
                self.hass,
                runtime.session,
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
        """Answer what a user said; raises `HomeAssistantError` and nothing else."""
        client = self.entry.runtime_data.client

        async def explain(err: CompletionError) -> str:
            """Say what went wrong, and see to what can be done about it."""
            _LOGGER.debug("The turn failed: %r", err)
            self.handle_error(err)
            return await async_error_message(
                self.hass, err, client.host, user_input.language
            )

        try:
            return await self._async_answer(user_input, chat_log, explain)
        except conversation.ConverseError as err:
            return err.as_conversation_result()
        except AttachmentError as err:
            raise await err.async_in(self.hass, user_input.language) from err
        except CompletionError as err:
            raise translated_error(
                err, client.host, HomeAssistantError, await explain(err)
            ) from err
        except HomeAssistantError:
            raise
        except Exception as err:
            _LOGGER.exception("Unexpected error in a turn")
            unexpected = UnexpectedError()
            raise translated_error(
                unexpected, client.host, HomeAssistantError, await explain(unexpected)
            ) from err

    async def _async_answer(
        self,
        user_input: conversation.ConversationInput,
        chat_log: conversation.ChatLog,
        explain: Callable[[CompletionError], Awaitable[str]],
    ) -> conversation.ConversationResult:
        """Run a turn and return its result."""
        options, runtime = self.entry_options, self.entry.runtime_data
        images = await async_images(self.hass, _attachments(chat_log))
        tools = await async_provide_tools(
            chat_log, user_input, options, runtime.toolbox
        )
        name = tools.wire_name_of if tools else wire_name
        async with runtime.session.async_begin_turn(chat_log, name) as visit:
            head = await async_system_prompt(
                self.hass,
                visit.state,
                user_input.as_llm_context(DOMAIN),
                options,
                tools,
            )
            chat_log.content[0] = conversation.SystemContent(head)
            extra = None
            if not options.own_prompt_only:
                extra = visit.new_extra_prompt(chat_log.extra_system_prompt)
            words = await async_with_context(self.hass, user_input, extra)
            visit.new_messages.append(UserMessage(words, images))
            turn = AgentRun(
                visit,
                SystemMessage(head),
                tools,
                runtime.client,
                options,
                self.entity_id,
                user_input.language,
                strip_markup=_clean(options, user_input),
                spoken_only=_aloud(user_input),
                metrics=runtime.metrics,
            )
            failure = await turn.run(explain)
        result = conversation.async_get_result_from_chat_log(user_input, chat_log)
        if failure:
            result.response.async_set_error(IntentResponseErrorCode.UNKNOWN, failure)
            result.continue_conversation = False
            return result
        runtime.issues.delete_model_not_found()
        if not options.auto_continue_listening:
            # A question mark alone is none of the model's wishes.
            result.continue_conversation = False
        result.continue_conversation |= turn.continue_listening
        return result


def _attachments(chat_log: conversation.ChatLog) -> list[conversation.Attachment]:
    """Return what goes with what the user says now."""
    said = chat_log.content[-1]
    if isinstance(said, conversation.UserContent):
        return said.attachments or []
    return []


def _aloud(user_input: conversation.ConversationInput) -> bool:
    """Return whether a turn comes from a device, and its answer from a speaker."""
    return bool(user_input.device_id or user_input.satellite_id)


def _clean(options: Options, user_input: conversation.ConversationInput) -> bool:
    """Return whether an answer is for ears, so that markup and emoji have to go."""
    if options.clean_speech == "auto":
        return _aloud(user_input)
    return options.clean_speech == "always"
