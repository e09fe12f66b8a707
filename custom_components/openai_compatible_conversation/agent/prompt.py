"""System prompt and tools of a turn, and the body of a prewarm request.

The system prompt is the same for all areas and turns of a session, so that the server
can reuse its prompt cache; what differs between turns is in the user messages.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
import hashlib
from typing import Any

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm

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
from .instructions import async_render, async_split_instructions, speaker_of
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
    prompt = await async_system_prompt(hass, state, llm_context, options, tools)
    return build_body(
        options.chat_model,
        [
            SystemMessage(prompt.system),
            *messages_of(state.turns),
            UserMessage(CONTEXT_START),
        ],
        tools.select(state, options.tool_discovery) if tools else (),
        stream=options.enable_streaming,
        parameters={**options.sampling(), "max_tokens": 1},
        extra=options.extra_body,
    )


@dataclass(frozen=True, slots=True)
class Prompt:
    """The instructions for a turn."""

    system: str
    """The system prompt, the same for all turns of a session."""
    own: str = ""
    """What only holds for the speaker of the turn."""


async def async_system_prompt(
    hass: HomeAssistant,
    state: SessionState,
    llm_context: llm.LLMContext,
    options: Options,
    tools: ToolboxInstance | None,
) -> Prompt:
    """Return the instructions for a turn; the system prompt is cached for the session.

    It is rendered again only if the parts that it is composed of change: a clock in the
    user's template would otherwise invalidate the prompt cache with every turn.
    """
    api_prompt = own = ""
    if tools:
        await tools.async_begin(state, options.tool_discovery)
        if not options.own_prompt_only:
            api_prompt, own = tools.prompt, tools.prompt_for_administrators
    general_prompt = without_device_lines(api_prompt)
    instructions = options.prompt or llm.DEFAULT_INSTRUCTIONS_PROMPT
    speaker = speaker_of(instructions, llm_context)
    shared: str | None = None
    if speaker and not options.own_prompt_only:
        shared, for_speaker = await async_split_instructions(
            hass, state, instructions, llm_context
        )
        own = "\n".join(filter(None, (own, for_speaker)))
        speaker = (shared,)
    key_parts = (
        instructions,
        api_prompt,
        options.own_prompt_only,
        options.auto_continue_listening,
        bool(tools and tools.offered.tool_search),
        bool(tools and tools.has_fact_tools),
        *speaker,
    )
    key = hashlib.sha256(repr(key_parts).encode()).hexdigest()
    if (system_prompt := state.cached_system_prompt(key)) is None:
        if shared is None:
            shared = await async_render(hass, instructions, llm_context)
        parts = [shared] if shared else []
        if general_prompt:
            parts.append(general_prompt)
        if not options.own_prompt_only:
            told_apart = general_prompt != api_prompt
            parts += _own_instructions(tools, has_device_lines=told_apart)
        if not options.auto_continue_listening:
            parts.append(LISTENING_INSTRUCTIONS)
        system_prompt = "\n".join(part.rstrip() for part in parts)
        state.cache_system_prompt(key, system_prompt)
    return Prompt(system_prompt, own)


def _own_instructions(
    tools: ToolboxInstance | None, *, has_device_lines: bool
) -> Iterator[str]:
    """Yield the integration's own instructions.

    `has_device_lines` is whether Home Assistant's say something of one device.
    """
    yield CONTEXT_INSTRUCTIONS
    if has_device_lines:
        yield DEVICE_INSTRUCTIONS
    if tools and tools.offered.tool_search:
        yield SEARCH_INSTRUCTIONS
    if tools and tools.has_fact_tools:
        yield FACT_INSTRUCTIONS
