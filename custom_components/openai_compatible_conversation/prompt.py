"""What the model is told before it hears the user."""

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm, template

from .const import DOMAIN
from .options import Options
from .speech.filter import MARKER
from .tools.toolbox import Toolbox

LISTENING = (
    f"If you need an answer from the user to go on, end with {MARKER}: "
    "the user is then listened to again. "
    "Do not use it after anything else, not even after other questions."
)
"""Tells the model how to open the microphone."""


async def async_provide_prompt(
    chat_log: conversation.ChatLog,
    user_input: conversation.ConversationInput,
    options: Options,
    toolbox: Toolbox,
) -> None:
    """Give the chat log its system message and its tools for a turn.

    Raises `ConverseError` if the user's template cannot be rendered.
    """
    llm_context = user_input.as_llm_context(DOMAIN)
    # Home Assistant 2026.11 would keep prompt and tools from the turn before,
    # and a change of the options would wait for the next conversation.
    chat_log.llm_api = None
    await chat_log.async_provide_llm_data(
        llm_context,
        toolbox if options.llm_hass_api else None,
        options.prompt,
        user_input.extra_system_prompt,
    )
    head = chat_log.content[0]
    system = head.content if isinstance(head, conversation.SystemContent) else ""
    if options.own_prompt_only:
        system = await _async_own_prompt(chat_log.hass, options, llm_context)
    if not options.auto_continue_listening:
        system = f"{system.rstrip()}\n{LISTENING}"
    chat_log.content[0] = conversation.SystemContent(system)


async def _async_own_prompt(
    hass: HomeAssistant, options: Options, llm_context: llm.LLMContext
) -> str:
    """Return the user's own prompt, rendered with the names that Home Assistant gives."""
    context = llm_context.context
    user = (
        await hass.auth.async_get_user(context.user_id)
        if context and context.user_id
        else None
    )
    prompt: str = template.Template(
        options.prompt or llm.DEFAULT_INSTRUCTIONS_PROMPT, hass
    ).async_render(
        {
            "ha_name": hass.config.location_name,
            "user_name": user.name if user else None,
            "llm_context": llm_context,
        },
        parse_result=False,
    )
    return prompt
