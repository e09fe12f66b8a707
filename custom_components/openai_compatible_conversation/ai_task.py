"""The AI task entity."""

from collections.abc import Awaitable
import logging
from typing import override

from homeassistant.components import ai_task, conversation
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .agent.evaluation import Evaluator
from .agent.evaluation_task import async_evaluate
from .agent.servers import TurnServers
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
    """An entity that has the model generate text or data, or evaluate questions."""

    _attr_translation_key = "ai_task"
    _attr_supported_features = (
        ai_task.AITaskEntityFeature.GENERATE_DATA
        | ai_task.AITaskEntityFeature.SUPPORT_ATTACHMENTS
        # Home Assistant 2026.10 has no evaluations.
        | getattr(ai_task.AITaskEntityFeature, "EVALUATE", 0)
    )

    def __init__(self, entry: OpenAICompatibleConfigEntry) -> None:
        """Initialize the AI task entity of an entry."""
        super().__init__(entry, "ai_task")
        self._evaluator = Evaluator()

    @override
    async def _async_generate_data(
        self, task: ai_task.GenDataTask, chat_log: conversation.ChatLog
    ) -> ai_task.GenDataTaskResult:
        """Perform a task; raises nothing but `HomeAssistantError`."""
        runtime = self.entry.runtime_data
        servers = TurnServers(runtime.server)
        data = await self._async_handled(
            servers,
            async_perform(runtime, servers, self.entity_id, task, chat_log),
        )
        return ai_task.GenDataTaskResult(chat_log.conversation_id, data)

    @override
    async def _async_evaluate(
        self, task: ai_task.EvaluationTask
    ) -> ai_task.EvaluationTaskResult:
        """Evaluate questions; raises nothing but `HomeAssistantError`."""
        servers = TurnServers(self.entry.runtime_data.server)
        return await self._async_handled(
            servers, async_evaluate(self.hass, self._evaluator, servers, task)
        )

    async def _async_handled[ResultT](
        self, servers: TurnServers, work: Awaitable[ResultT]
    ) -> ResultT:
        """Return the result of some work; raises nothing but `HomeAssistantError`."""
        try:
            return await work
        except CompletionError as err:
            _LOGGER.debug("The task failed: %r", err)
            host = servers.current.host
            raise translated_error(err, host, HomeAssistantError) from err
        except HomeAssistantError:
            raise
        except Exception as err:
            _LOGGER.exception("Unexpected error in a task")
            host = servers.current.host
            raise translated_error(UnexpectedError(), host, HomeAssistantError) from err
