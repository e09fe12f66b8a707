"""The languages that are spoken in a home, as far as Home Assistant knows them."""

import logging

from homeassistant.components import assist_pipeline
from homeassistant.core import HomeAssistant

_LOGGER = logging.getLogger(__name__)

_FRONTEND = "frontend"
_LANGUAGE = "language"
"""Key of the frontend's data of a user, and in it of the code of the language."""


async def async_home_languages(hass: HomeAssistant) -> list[str]:
    """Return the codes of the home's languages, such as `de-CH`, English first.

    They are those of the system, of the Assist pipelines and of the users. Raises
    nothing.
    """
    languages = ["en", hass.config.language]
    if assist_pipeline.DOMAIN in hass.config.components:
        for pipeline in assist_pipeline.async_get_pipelines(hass):
            languages += filter(
                None,
                (
                    pipeline.language,
                    pipeline.conversation_language,
                    pipeline.stt_language,
                    pipeline.tts_language,
                ),
            )
    if _FRONTEND in hass.config.components:
        languages += await _async_user_languages(hass)
    # A conversation agent for any language has `*` in its pipelines.
    return [code for code in dict.fromkeys(languages) if code != "*"]


async def _async_user_languages(hass: HomeAssistant) -> list[str]:
    """Return the languages that users have selected in the frontend."""
    # Its requirements are installed if it is loaded.
    from homeassistant.components.frontend import storage  # noqa: PLC0415

    languages = []
    for user in await hass.auth.async_get_users():
        if user.system_generated or not user.is_active:
            continue
        try:
            data = (await storage.async_user_store(hass, user.id)).data.get(_LANGUAGE)
        # A file that the frontend cannot read is not ours to complain about.
        except Exception:
            _LOGGER.debug("There is no language of a user", exc_info=True)
            continue
        code = data.get(_LANGUAGE) if isinstance(data, dict) else None
        if isinstance(code, str) and code:
            languages.append(code)
    return languages
