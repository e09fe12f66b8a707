"""AI tasks: a turn outside of the session whose result is text or structured data."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import probatio

from homeassistant.components import ai_task, conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_dumps
from homeassistant.util import slugify

from ..completions.errors import NoStructuredDataError
from ..completions.messages import Message, SystemMessage, UserMessage
from ..data import RuntimeData
from ..options import Options
from ..session.session_state import SessionState
from ..tools.api_instance import ToolboxInstance
from ..tools.schema import function_definition, wire_name
from .attachments import async_images, async_texts, is_text
from .loop import AgentRun
from .structured_output import find_data, restore_integers

SCHEMA_INSTRUCTIONS = (
    "Answer with one JSON object that follows this JSON Schema, "
    "and with nothing before or after it:"
)
"""Requests the data in the prompt, for servers without structured output."""

CORRECTION = (
    "This is not the JSON object that was asked for: {error}. "
    "Answer again, with the corrected JSON object alone."
)
"""Requests the data again after a validation error."""


class TaskHistory:
    """The history of a task: no earlier messages, not kept in the session."""

    def __init__(self, chat_log: conversation.ChatLog, message: UserMessage) -> None:
        """Initialize with the message of the task."""
        self.chat_log = chat_log
        self.new_messages: list[Message] = [message]
        self.state = SessionState()

    @property
    def messages(self) -> list[Message]:
        """Return the messages so far."""
        return list(self.new_messages)

    def drop_oldest(self, share: float) -> bool:
        """Return False: there are no earlier messages to drop."""
        return False

    def truncate(self) -> None:
        """Do nothing: the turn is not kept."""


async def async_perform(
    runtime: RuntimeData,
    options: Options,
    agent_id: str,
    task: ai_task.GenDataTask,
    chat_log: conversation.ChatLog,
) -> Any:
    """Return the result of a task: text, or data validated by the task's structure.

    Invalid data is requested once more. Raises `CompletionError`, and `AttachmentError`
    if an attachment cannot be sent.
    """
    tools = _wrap_tools(runtime, chat_log)
    # A task has no session in which found tools would stay available.
    options = replace(
        options, tool_discovery="never", patience=options.background_patience
    )
    system_prompt = _system_prompt(chat_log)
    if task.structure is not None:
        schema = _json_schema(task.structure, chat_log.llm_api)
        system_prompt = f"{system_prompt}\n{SCHEMA_INSTRUCTIONS}\n{json_dumps(schema)}"
        # Most servers cannot combine tool calls with structured output.
        if not tools:
            response_format = {
                "type": "json_schema",
                "json_schema": _named_schema(task.name, schema),
            }
            extra = {**(options.extra_body or {}), "response_format": response_format}
            options = replace(options, extra_body=extra)
    run = AgentRun(
        TaskHistory(chat_log, await _async_task_message(chat_log.hass, task)),
        SystemMessage(system_prompt),
        tools,
        runtime.client,
        options,
        agent_id,
        chat_log.hass.config.language,
        strip_markup=False,
        spoken_only=False,
        metrics=runtime.metrics,
        is_data=True,
    )
    await run.run_until_answered()
    if task.structure is None:
        return _last_text(chat_log)
    try:
        return _parse_data(_last_text(chat_log), task.structure)
    except probatio.Invalid as err:
        correction = CORRECTION.format(error=err)
    chat_log.async_add_user_content(conversation.UserContent(correction))
    run.history.new_messages.append(UserMessage(correction))
    await run.run_until_answered()
    try:
        return _parse_data(_last_text(chat_log), task.structure)
    except probatio.Invalid as err:
        raise NoStructuredDataError(str(err)) from err


def _wrap_tools(
    runtime: RuntimeData, chat_log: conversation.ChatLog
) -> ToolboxInstance | None:
    """Wrap the tools of the task, if any, so that their errors are handled."""
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
        custom_serializer=task_api.custom_serializer,
    )
    chat_log.llm_api = tools
    return tools


def _system_prompt(chat_log: conversation.ChatLog) -> str:
    """Return Home Assistant's system prompt for the task."""
    first = chat_log.content[0]
    return first.content if isinstance(first, conversation.SystemContent) else ""


async def _async_task_message(
    hass: HomeAssistant, task: ai_task.GenDataTask
) -> UserMessage:
    """Return the message of a task: its instructions and attachments."""
    attachments = task.attachments or []
    texts = await async_texts(hass, filter(is_text, attachments))
    images = await async_images(hass, (a for a in attachments if not is_text(a)))
    return UserMessage("\n\n".join([task.instructions, *texts]), images)


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
    parameters: dict[str, Any] = function_definition("data", None, schema)["parameters"]
    return parameters | {"additionalProperties": False}


def _named_schema(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `json_schema` of a response format, with a valid name."""
    return {"name": wire_name(slugify(name)), "schema": schema}


def _last_text(chat_log: conversation.ChatLog) -> str:
    """Return the text of the last response."""
    last = chat_log.content[-1]
    text = last.content if isinstance(last, conversation.AssistantContent) else None
    return (text or "").strip()


def _parse_data(response: str, structure: probatio.Schema) -> Any:
    """Return the first valid data in a response.

    Raises `probatio.Invalid` for the most likely data if none is valid.
    """
    first_error = probatio.Invalid("there is no JSON in it")
    for number, candidate in enumerate(find_data(response)):
        try:
            return restore_integers(_validate(candidate, structure), candidate)
        except probatio.Invalid as err:
            first_error = err if number == 0 else first_error
    raise first_error


def _validate(data: Any, structure: probatio.Schema) -> Any:
    """Return validated data; raises nothing but `probatio.Invalid`."""
    try:
        return structure(data)
    except probatio.Invalid:
        raise
    # Selectors may raise anything for data of an unexpected shape.
    except Exception as err:
        raise probatio.Invalid("it has not the form of the schema") from err
