"""The AI task entity."""

import logging
from typing import override

from homeassistant.components import ai_task, conversation
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent.task import async_perform
from .completions.errors import CompletionError, UnexpectedError
from .data import OpenAICompatibleConfigEntry
from .entity import OpenAICompatibleEntity
from .errors import translated_error

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OpenAICompatibleConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the AI task entity of an entry."""
    async_add_entities([OpenAICompatibleTask(entry)])


class OpenAICompatibleTask(OpenAICompatibleEntity, ai_task.AITaskEntity):
    """An entity that has the model generate text or data, with attachments."""

    _attr_translation_key = "ai_task"
    _attr_supported_features = (
        ai_task.AITaskEntityFeature.GENERATE_DATA
        | ai_task.AITaskEntityFeature.SUPPORT_ATTACHMENTS
    )

    def __init__(self, entry: OpenAICompatibleConfigEntry) -> None:
        """Initialize the AI task entity of an entry."""
        super().__init__(entry, "ai_task")

    @override
    async def _async_generate_data(
        self, task: ai_task.GenDataTask, chat_log: conversation.ChatLog
    ) -> ai_task.GenDataTaskResult:
        """Perform a task; raises nothing but `HomeAssistantError`."""
        runtime = self.entry.runtime_data
        host = runtime.client.host
        try:
            data = await async_perform(
                runtime, self.entry_options, self.entity_id, task, chat_log
            )
        except CompletionError as err:
            _LOGGER.debug("The task failed: %r", err)
            self.handle_error(err)
            raise translated_error(err, host, HomeAssistantError) from err
        except HomeAssistantError:
            raise
        except Exception as err:
            _LOGGER.exception("Unexpected error in a task")
            raise translated_error(UnexpectedError(), host, HomeAssistantError) from err
        runtime.issues.delete_model_not_found()
        return ai_task.GenDataTaskResult(chat_log.conversation_id, data)
