"""AI tasks: a turn outside of the session whose result is text or structured data."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import probatio

from homeassistant.components import ai_task, conversation
from homeassistant.helpers import llm

from ..completions.errors import NoStructuredDataError
from ..completions.messages import Message, SystemMessage, UserMessage
from ..data import RuntimeData
from ..session.limits import TokenLimits
from ..session.session_state import SessionState
from ..tools.api_instance import ToolboxInstance
from ..tools.schema import function_definition
from ..tools.turn_questions import TurnQuestions
from .attachments import async_message
from .data_request import CORRECTION, response_format, with_schema
from .loop import AgentRun
from .servers import TurnServers
from .structured_output import closed, find_data, readings, restore_integers
from .turn_output import TurnOutput


class TaskHistory:
    """The history of a task: no earlier messages, not kept in the session."""

    def __init__(
        self,
        chat_log: conversation.ChatLog,
        message: UserMessage,
        limits: TokenLimits,
    ) -> None:
        """Initialize with the message of the task."""
        self.chat_log = chat_log
        self.limits = limits
        self.new_messages: list[Message] = [message]
        self.state = SessionState()

    @property
    def messages(self) -> list[Message]:
        """Return the messages so far."""
        return list(self.new_messages)

    def drop_oldest(self, share: float) -> bool:
        """Return False: there are no earlier messages to drop."""
        return False

    def alone(self) -> list[Message]:
        """Return the messages so far: there are no earlier ones."""
        return self.messages

    def shortened(self, excess: float) -> None:
        """Return None: data that is made from a part would be wrong."""

    def shorten(self, excess: float) -> bool:
        """Return False, for the same reason."""
        return False

    def refuse(self) -> None:
        """Do nothing: the turn is not kept."""


async def async_perform(
    runtime: RuntimeData,
    servers: TurnServers,
    agent_id: str,
    task: ai_task.GenDataTask,
    chat_log: conversation.ChatLog,
) -> Any:
    """Return the result of a task: text, or data validated by the task's structure.

    Data that is invalid and cannot be understood is requested once more. Raises
    `CompletionError`, and `AttachmentError` if an attachment cannot be sent.
    """
    tools = _wrap_tools(runtime, chat_log, asks_first=servers.own.options.asks_first)
    # A task has no session in which found tools would stay available.
    options = replace(servers.own.options, tool_discovery="never")
    extra: dict[str, Any] = {}
    system_prompt = _system_prompt(chat_log)
    schema: Mapping[str, Any] = {}
    if task.structure is not None:
        schema = _json_schema(task.structure, chat_log.llm_api)
        system_prompt = with_schema(system_prompt, schema)
        # Most servers cannot combine tool calls with structured output.
        if not tools:
            extra["response_format"] = response_format(task.name, schema)
    message = await async_message(
        chat_log.hass, task.instructions, task.attachments or ()
    )
    run = AgentRun(
        history=TaskHistory(chat_log, message, runtime.entry_state.budget.limits()),
        system_message=SystemMessage(system_prompt),
        tools=tools,
        servers=servers,
        turn_options=options,
        output=TurnOutput(chat_log, agent_id),
        language=chat_log.hass.config.language,
        strip_markup=False,
        spoken_only=False,
        extra=extra,
        is_data=True,
    )
    await run.run_until_answered()
    if task.structure is None:
        return _last_text(chat_log)
    try:
        return _parse_data(_last_text(chat_log), task.structure, schema)
    except probatio.Invalid as err:
        correction = CORRECTION.format(error=err)
    chat_log.async_add_user_content(conversation.UserContent(correction))
    run.history.new_messages.append(UserMessage(correction))
    await run.run_until_answered()
    try:
        return _parse_data(_last_text(chat_log), task.structure, schema)
    except probatio.Invalid as err:
        raise NoStructuredDataError(str(err)) from err


def _wrap_tools(
    runtime: RuntimeData, chat_log: conversation.ChatLog, *, asks_first: bool
) -> ToolboxInstance | None:
    """Wrap the tools of the task, if any, so that their errors are handled.

    With `asks_first`, what can do harm is not run: in a task there is nobody to ask.
    """
    if (task_api := chat_log.llm_api) is None:
        return None
    tools = ToolboxInstance(
        runtime=runtime.toolbox.runtime,
        api=task_api.api,
        api_prompt=task_api.api_prompt,
        llm_context=task_api.llm_context,
        tools=list(task_api.tools),
        admin_tools=frozenset(
            tool.name
            for tool in task_api.tools
            # Home Assistant 2026.10 has no `requires_admin`.
            if getattr(task_api.api, "requires_admin", False)
        ),
        questions=TurnQuestions(asks_first),
        custom_serializer=task_api.custom_serializer,
    )
    chat_log.llm_api = tools
    return tools


def _system_prompt(chat_log: conversation.ChatLog) -> str:
    """Return Home Assistant's system prompt for the task."""
    first = chat_log.content[0]
    return first.content if isinstance(first, conversation.SystemContent) else ""


def _json_schema(
    structure: probatio.Schema, api: llm.APIInstance | None
) -> Mapping[str, Any]:
    """Return the JSON Schema of a structure, in the form that strict servers accept."""
    serializer = api.custom_serializer if api else None
    schema: Mapping[str, Any] = probatio.to_openapi(
        structure,
        custom_serializer=serializer or llm.selector_serializer,
        openapi_version="3.1.0",
    )
    if schema.get("type") != "object":
        return schema
    definition = function_definition("data", None, schema)
    parameters: dict[str, Any] = closed(definition["parameters"])
    return parameters


def _last_text(chat_log: conversation.ChatLog) -> str:
    """Return the text of the last response."""
    last = chat_log.content[-1]
    text = last.content if isinstance(last, conversation.AssistantContent) else None
    return (text or "").strip()


def _parse_data(
    response: str, structure: probatio.Schema, schema: Mapping[str, Any]
) -> Any:
    """Return the first valid data in a response, as it is or as it was meant.

    Raises `probatio.Invalid` for the most likely data if none is valid.
    """
    first_error: probatio.Invalid | None = None
    for candidate in readings(find_data(response), schema):
        try:
            return restore_integers(_validate(candidate, structure), candidate)
        except probatio.Invalid as err:
            first_error = first_error or err
    raise first_error or probatio.Invalid("there is no JSON in it")


def _validate(data: Any, structure: probatio.Schema) -> Any:
    """Return validated data; raises nothing but `probatio.Invalid`."""
    try:
        return structure(data)
    except probatio.Invalid:
        raise
    # Selectors may raise anything for data of an unexpected shape.
    except Exception as err:
        raise probatio.Invalid("it has not the form of the schema") from err
