"""The user's instructions, rendered with Home Assistant's variables.

What they say of the speaker is not part of the system prompt, which is the same for all
turns: it goes with the turn, when it has changed.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import AsyncGenerator
from dataclasses import replace

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import TemplateError
from homeassistant.helpers import llm, template

from ..session.session_state import SessionState
from ..session.speaker_texts import SpeakerTexts

OWN_INSTRUCTIONS = "Instructions for this speaker: "

type Speaker = tuple[object, ...]
"""The user, device and language that a template depends on."""


def speaker_of(instructions: str, llm_context: llm.LLMContext) -> Speaker:
    """Return the user, device and language that a template depends on, if any."""
    user_id = llm_context.context.user_id if llm_context.context else None
    if "llm_context" in instructions:
        return (user_id, llm_context.device_id, llm_context.language)
    return (user_id,) if "user_name" in instructions else ()


async def async_split_instructions(
    hass: HomeAssistant,
    state: SessionState,
    instructions: str,
    llm_context: llm.LLMContext,
) -> tuple[str, str]:
    """Return what a template says to all speakers, and what only to this one.

    Raises `TemplateError` if it cannot be rendered.
    """
    texts = state.instructions.setdefault(instructions, SpeakerTexts())
    speaker = speaker_of(instructions, llm_context)
    if speaker not in texts.rendered:
        text = await async_render(hass, instructions, llm_context)
        if not texts.rendered:
            texts.add({s: t async for s, t in _others(hass, instructions, llm_context)})
        texts.add({speaker: text})
    return "\n".join(texts.shared or ()), texts.own(speaker)


def new_instructions(state: SessionState, own: str) -> list[str]:
    """Return a line with what holds for a speaker, if others were told before."""
    if own == state.told_instructions:
        return []
    state.told_instructions = own
    return [f"{OWN_INSTRUCTIONS}{own or 'none.'}"]


async def async_render(
    hass: HomeAssistant, instructions: str, llm_context: llm.LLMContext
) -> str:
    """Return a template of instructions, rendered; raises `TemplateError`."""
    context = llm_context.context
    user = (
        await hass.auth.async_get_user(context.user_id)
        if context and context.user_id
        else None
    )
    return _render(hass, instructions, llm_context, user)


async def _others(
    hass: HomeAssistant, instructions: str, llm_context: llm.LLMContext
) -> AsyncGenerator[tuple[Speaker, str]]:
    """Yield what a template says to nobody in particular, and to each user."""
    users = [u for u in await hass.auth.async_get_users() if u.is_active]
    for user in (None, *(user for user in users if not user.system_generated)):
        context = replace(
            llm_context,
            context=Context(user_id=user.id if user else None),
            device_id=None,
        )
        try:
            text = _render(hass, instructions, context, user)
        except TemplateError:
            # It is meant for speakers of another kind.
            continue
        yield speaker_of(instructions, context), text


def _render(
    hass: HomeAssistant,
    instructions: str,
    llm_context: llm.LLMContext,
    user: User | None,
) -> str:
    """Return a template of instructions, rendered for a user."""
    prompt: str = template.Template(instructions, hass).async_render(
        {
            "ha_name": hass.config.location_name,
            "user_name": user.name if user else None,
            "llm_context": llm_context,
        },
        parse_result=False,
    )
    return prompt
