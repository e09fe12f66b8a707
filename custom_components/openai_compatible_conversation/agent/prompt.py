"""System prompt and tools of a turn, and the body of a prewarm request.

The system prompt is the same for all areas and turns of a session, so that the server
can reuse its prompt cache; what differs between turns is in the user messages.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

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
from .turn_context import (
    CONTEXT_INSTRUCTIONS,
    CONTEXT_START,
    DEVICE_INSTRUCTIONS,
    without_device_lines,
)

LISTENING_INSTRUCTIONS = (
    f"If you need an answer from the user to go on, end with {MARKER}: "
    "the user is then listened to again. "
    "Do not use it after anything else, not even after other questions."
)
"""Part of the system prompt: how to keep the microphone open."""


async def async_provide_tools(
    chat_log: conversation.ChatLog,
    user_input: conversation.ConversationInput,
    options: Options,
    toolbox: Toolbox,
) -> ToolboxInstance | None:
    """Provide the chat log with the tools for a turn, and return them, if any.

    Raises `ConverseError` if the user's prompt template cannot be rendered.
    """
    # Home Assistant 2026.11 keeps prompt and tools of the previous turn, so changed
    # options would not apply before the next conversation.
    chat_log.llm_api = None
    await chat_log.async_provide_llm_data(
        user_input.as_llm_context(DOMAIN),
        toolbox if options.llm_hass_api or options.enable_fact_learning else None,
        options.prompt,
        user_input.extra_system_prompt,
    )
    # The type checker still assumes None.
    api: object = vars(chat_log)["llm_api"]
    return api if isinstance(api, ToolboxInstance) else None


async def async_prewarm_body(
    hass: HomeAssistant,
    session: Session,
    language: str | None,
    options: Options,
    toolbox: Toolbox,
) -> dict[str, Any]:
    """Return the body of a prewarm request: the prefix that the next request has.

    It requests one token; its user message holds only the start of a context block.
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
    state = session.async_peek()
    system_prompt = await async_system_prompt(hass, state, llm_context, options, tools)
    return build_body(
        options.chat_model,
        [
            SystemMessage(system_prompt),
            *messages_of(state.turns),
            UserMessage(CONTEXT_START),
        ],
        tools.select(state, options.tool_discovery) if tools else (),
        stream=options.enable_streaming,
        parameters={**options.sampling(), "max_tokens": 1},
        extra=options.extra_body,
    )


async def async_system_prompt(
    hass: HomeAssistant,
    state: SessionState,
    llm_context: llm.LLMContext,
    options: Options,
    tools: ToolboxInstance | None,
) -> str:
    """Return the system prompt, which is cached for the session.

    It is rendered again only if the parts that it is composed of change: a clock in the
    user's template would otherwise invalidate the prompt cache with every turn.
    """
    api_prompt = ""
    if tools:
        tools.select(state, options.tool_discovery)
        api_prompt = "" if options.own_prompt_only else tools.prompt
    general_prompt = without_device_lines(api_prompt)
    instructions = options.prompt or llm.DEFAULT_INSTRUCTIONS_PROMPT
    key_parts = (
        instructions,
        api_prompt,
        options.own_prompt_only,
        options.auto_continue_listening,
        uses_search := bool(tools and tools.tool_search),
        learns_facts := bool(tools and tools.has_fact_tools),
        *_template_audience(instructions, llm_context),
    )
    key = hashlib.sha256(repr(key_parts).encode()).hexdigest()
    if (system_prompt := state.system_prompts.get(key)) is None:
        parts = [await _async_render(hass, instructions, llm_context)]
        if general_prompt:
            parts.append(general_prompt)
        if not options.own_prompt_only:
            parts.append(CONTEXT_INSTRUCTIONS)
            if general_prompt != api_prompt:
                parts.append(DEVICE_INSTRUCTIONS)
            if uses_search:
                parts.append(SEARCH_INSTRUCTIONS)
            if learns_facts:
                parts.append(FACT_INSTRUCTIONS)
        if not options.auto_continue_listening:
            parts.append(LISTENING_INSTRUCTIONS)
        system_prompt = "\n".join(part.rstrip() for part in parts)
        state.cache_system_prompt(key, system_prompt)
    return system_prompt


def _template_audience(
    instructions: str, llm_context: llm.LLMContext
) -> tuple[object, ...]:
    """Return the user, device and language that a template depends on."""
    user_id = llm_context.context.user_id if llm_context.context else None
    if "llm_context" in instructions:
        return (user_id, llm_context.device_id, llm_context.language)
    return (user_id,) if "user_name" in instructions else ()


async def _async_render(
    hass: HomeAssistant, instructions: str, llm_context: llm.LLMContext
) -> str:
    """Return the user's instructions, rendered with Home Assistant's variables."""
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
