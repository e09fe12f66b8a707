"""What the model is told before it hears the user: the same for all rooms and turns."""

import hashlib
from typing import Any

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm, template

from ..completions.messages import SystemMessage, UserMessage
from ..completions.request import build_body
from ..const import DOMAIN
from ..options import Options
from ..session.session import Session
from ..session.session_state import SessionState, messages_of
from ..speech.filter import MARKER
from ..tools.api_instance import ToolboxInstance
from ..tools.fact_tools import FACT_INSTRUCTIONS
from ..tools.query_tools import SEARCH_INSTRUCTIONS
from ..tools.toolbox import Toolbox
from .turn_context import CONTEXT_INSTRUCTIONS, CONTEXT_START

LISTENING_INSTRUCTIONS = (
    f"If you need an answer from the user to go on, end with {MARKER}: "
    "the user is then listened to again. "
    "Do not use it after anything else, not even after other questions."
)
"""Tells the model how to open the microphone."""


async def async_provide_tools(
    chat_log: conversation.ChatLog,
    user_input: conversation.ConversationInput,
    options: Options,
    toolbox: Toolbox,
) -> ToolboxInstance | None:
    """Give the chat log its tools for a turn, and return them.

    Raises `ConverseError` if the user's template cannot be rendered.
    """
    # Home Assistant 2026.11 would keep prompt and tools from the turn before,
    # and a change of the options would wait for the next conversation.
    chat_log.llm_api = None
    await chat_log.async_provide_llm_data(
        user_input.as_llm_context(DOMAIN),
        toolbox if options.llm_hass_api or options.enable_fact_learning else None,
        options.prompt,
        user_input.extra_system_prompt,
    )
    # To the type checker it still is what it was set to.
    api: object = vars(chat_log)["llm_api"]
    return api if isinstance(api, ToolboxInstance) else None


async def async_prewarm_body(
    hass: HomeAssistant,
    session: Session,
    language: str | None,
    options: Options,
    toolbox: Toolbox,
) -> dict[str, Any]:
    """Return a request with what the next one will begin with, whoever speaks.

    It asks for one token, and has no more of the user's words than their beginning.
    """
    llm_context = llm.LLMContext(
        platform=DOMAIN,
        context=None,
        language=language,
        assistant=conversation.DOMAIN,
        device_id=None,
    )
    tools = None
    if options.llm_hass_api or options.enable_fact_learning:
        tools = await toolbox.async_get_api_instance(llm_context)
    transcript = session.async_peek()
    head = await async_system_prompt(hass, transcript, llm_context, options, tools)
    return build_body(
        options.chat_model,
        [
            SystemMessage(head),
            *messages_of(transcript.turns),
            UserMessage(CONTEXT_START),
        ],
        tools.select(transcript, options.tool_discovery) if tools else (),
        stream=options.enable_streaming,
        parameters={**options.sampling(), "max_tokens": 1},
        extra=options.extra_body,
    )


async def async_system_prompt(
    hass: HomeAssistant,
    transcript: SessionState,
    llm_context: llm.LLMContext,
    options: Options,
    tools: ToolboxInstance | None,
) -> str:
    """Return the system message: the same text as long as the session lives.

    The user's template is rendered once for all that it is made of, for a clock
    in it would cost the server its prompt cache with every turn.
    """
    api_prompt = ""
    if tools:
        tools.select(transcript, options.tool_discovery)
        api_prompt = "" if options.own_prompt_only else tools.prompt
    instructions = options.prompt or llm.DEFAULT_INSTRUCTIONS_PROMPT
    made_of = (
        instructions,
        api_prompt,
        options.own_prompt_only,
        options.auto_continue_listening,
        searching := bool(tools and tools.tool_search),
        remembering := bool(tools and tools.has_fact_tools),
        *_template_audience(instructions, llm_context),
    )
    key = hashlib.sha256(repr(made_of).encode()).hexdigest()
    if (head := transcript.system_prompts.get(key)) is None:
        parts = [await _async_rendered(hass, instructions, llm_context)]
        if api_prompt:
            parts.append(api_prompt)
        if not options.own_prompt_only:
            parts.append(CONTEXT_INSTRUCTIONS)
            if searching:
                parts.append(SEARCH_INSTRUCTIONS)
            if remembering:
                parts.append(FACT_INSTRUCTIONS)
        if not options.auto_continue_listening:
            parts.append(LISTENING_INSTRUCTIONS)
        head = "\n".join(part.rstrip() for part in parts)
        transcript.cache_system_prompt(key, head)
    return head


def _template_audience(
    instructions: str, llm_context: llm.LLMContext
) -> tuple[object, ...]:
    """Return whom a template speaks to, if it asks."""
    user_id = llm_context.context.user_id if llm_context.context else None
    if "llm_context" in instructions:
        return (user_id, llm_context.device_id, llm_context.language)
    return (user_id,) if "user_name" in instructions else ()


async def _async_rendered(
    hass: HomeAssistant, instructions: str, llm_context: llm.LLMContext
) -> str:
    """Return the user's instructions, rendered with the names that Home Assistant gives."""
    context = llm_context.context
    user = (
        await hass.auth.async_get_user(context.user_id)
        if context and context.user_id
        else None
    )
    prompt: str = template.Template(instructions, hass).async_render(
        {
            "ha_name": hass.config.location_name,
            "user_name": user.name if user else None,
            "llm_context": llm_context,
        },
        parse_result=False,
    )
    return prompt
