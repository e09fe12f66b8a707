"""The conversation entity."""

import logging
from typing import Literal, override

from homeassistant.components import conversation
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent.attachments import AttachmentError
from .agent.conversation_turn import ConversationTurn
from .agent.late_turn import LateTurn
from .agent.prompt import async_prewarm_body
from .agent.servers import TurnServers
from .agent.turn_output import is_voice_device
from .completions.errors import CompletionError, UnexpectedError
from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity
from .errors import async_error_message, translated_error

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
                return await ConversationTurn(
                    self.hass,
                    self.entry.runtime_data,
                    self.entry_options,
                    self.entity_id,
                    user_input,
                    chat_log,
                    servers,
                    late,
                ).async_run(explain)
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
