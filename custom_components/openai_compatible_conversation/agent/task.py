"""A task for the model: one question beside all conversations, its answer text or data."""

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
"""Asks for data in words, for servers that do not hold the model to a schema."""

CORRECTION = (
    "This is not the JSON object that was asked for: {error}. "
    "Answer again, with the corrected JSON object alone."
)
"""Tells the model what is wrong with its data."""


class TaskHistory:
    """A turn before which nothing was said, and of which the session keeps nothing."""

    def __init__(self, chat_log: conversation.ChatLog, question: UserMessage) -> None:
        """Initialize with what is asked."""
        self.chat_log = chat_log
        self.new_messages: list[Message] = [question]
        self.state = SessionState()

    @property
    def messages(self) -> list[Message]:
        """Return what was said so far."""
        return list(self.new_messages)

    def drop_oldest(self, share: float) -> bool:
        """Return that there is nothing to forget."""
        return False

    def truncate(self) -> None:
        """Leave the turn as it is, for it is kept nowhere."""


async def async_perform(
    runtime: RuntimeData,
    options: Options,
    agent_id: str,
    task: ai_task.GenDataTask,
    chat_log: conversation.ChatLog,
) -> Any:
    """Return what a model answers to a task: text, or data of the task's structure.

    Raises `CompletionError`, and `AttachmentError` for what cannot be sent.
    """
    tools = _tools(runtime, chat_log)
    # There is no session in which the model would look for tools again.
    options = replace(options, tool_discovery="never")
    head = _head(chat_log)
    if task.structure is not None:
        schema = _schema(task.structure, chat_log.llm_api)
        head = f"{head}\n{SCHEMA_INSTRUCTIONS}\n{json_dumps(schema)}"
        # Most servers cannot call tools while they hold the model to a schema.
        if not tools:
            form = {"type": "json_schema", "json_schema": _named(task.name, schema)}
            extra = {**(options.extra_body or {}), "response_format": form}
            options = replace(options, extra_body=extra)
    turn = AgentRun(
        TaskHistory(chat_log, await _async_question(chat_log.hass, task)),
        SystemMessage(head),
        tools,
        runtime.client,
        options,
        agent_id,
        chat_log.hass.config.language,
        strip_markup=False,
        spoken_only=False,
        metrics=runtime.metrics,
    )
    await turn.run_until_answered()
    if task.structure is None:
        return _answer(chat_log)
    try:
        return _data(_answer(chat_log), task.structure)
    except probatio.Invalid as err:
        complaint = CORRECTION.format(error=err)
    chat_log.async_add_user_content(conversation.UserContent(complaint))
    turn.history.new_messages.append(UserMessage(complaint))
    await turn.run_until_answered()
    try:
        return _data(_answer(chat_log), task.structure)
    except probatio.Invalid as err:
        raise NoStructuredDataError(str(err)) from err


def _tools(
    runtime: RuntimeData, chat_log: conversation.ChatLog
) -> ToolboxInstance | None:
    """Guard the tools that Home Assistant gives the task, if it gives any."""
    if (given := chat_log.llm_api) is None:
        return None
    tools = ToolboxInstance(
        runtime=runtime.toolbox.runtime,
        api=given.api,
        api_prompt=given.api_prompt,
        llm_context=given.llm_context,
        tools=list(given.tools),
        custom_serializer=given.custom_serializer,
    )
    chat_log.llm_api = tools
    return tools


def _head(chat_log: conversation.ChatLog) -> str:
    """Return Home Assistant's instructions for the task."""
    first = chat_log.content[0]
    return first.content if isinstance(first, conversation.SystemContent) else ""


async def _async_question(
    hass: HomeAssistant, task: ai_task.GenDataTask
) -> UserMessage:
    """Return what is asked, with the files that go with it."""
    attachments = task.attachments or []
    texts = await async_texts(hass, filter(is_text, attachments))
    images = await async_images(hass, (a for a in attachments if not is_text(a)))
    return UserMessage("\n\n".join([task.instructions, *texts]), images)


def _schema(
    structure: probatio.Schema, api: llm.APIInstance | None
) -> Mapping[str, Any]:
    """Return the JSON Schema of a structure, as strict servers want it."""
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


def _named(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema with a name that servers take."""
    return {"name": wire_name(slugify(name)), "schema": schema}


def _answer(chat_log: conversation.ChatLog) -> str:
    """Return what the model said last."""
    last = chat_log.content[-1]
    said = last.content if isinstance(last, conversation.AssistantContent) else None
    return (said or "").strip()


def _data(answer: str, structure: probatio.Schema) -> Any:
    """Return the data in an answer; raises `Invalid` for the likeliest if none is good."""
    problem = probatio.Invalid("there is no JSON in it")
    for number, found in enumerate(find_data(answer)):
        try:
            return restore_integers(_valid(found, structure), found)
        except probatio.Invalid as err:
            problem = err if number == 0 else problem
    raise problem


def _valid(data: Any, structure: probatio.Schema) -> Any:
    """Return data as the structure has it; raises `Invalid` and nothing else."""
    try:
        return structure(data)
    except probatio.Invalid:
        raise
    # A selector may take for granted what a model does not hold to.
    except Exception as err:
        raise probatio.Invalid("it has not the form of the schema") from err
