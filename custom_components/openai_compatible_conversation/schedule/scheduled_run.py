"""Runs the call of a scheduled action, with the rights that its user has by then.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

from collections.abc import Mapping
import logging

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, intent, llm

from ..const import DOMAIN
from ..errors import async_localized_text
from ..tools.foreign_errors import cause_of, raise_if_ours
from ..tools.outcome import targets_of
from ..tools.result import result_text
from ..tools.scheduled_call import schedule_context, unwrapped
from ..tools.sensitivity import is_sensitive
from ..tools.toolbox import Toolbox
from .scheduled_action import ScheduledAction

_LOGGER = logging.getLogger(__name__)

_PLACES = ("name", "area", "floor")
"""The slots of an intent of which one says what is meant, wherever that was said."""


async def async_run(
    hass: HomeAssistant, toolbox: Toolbox, action: ScheduledAction
) -> str | None:
    """Run the call of an action as it was scheduled; return what went wrong, if so.

    The text is that of the tool, or in the language of the action. Raises nothing but
    what is meant for this task.
    """
    language = action.language or hass.config.language
    try:
        return await _async_call(hass, toolbox, action)
    except intent.MatchFailedError:
        # What it says is for developers.
        gone = HomeAssistantError(
            translation_domain=DOMAIN, translation_key="schedule_no_target"
        )
        return await async_localized_text(hass, gone, language)
    except HomeAssistantError as err:
        text = await async_localized_text(hass, err, language)
        return text or type(err).__name__
    # Tools of other integrations may raise anything, and groups of it.
    except BaseException as err:
        raise_if_ours(err)
        cause = cause_of(err)
        _LOGGER.warning("A scheduled action raised %s", type(cause).__name__)
        _LOGGER.debug("A scheduled action failed", exc_info=err)
        return str(cause) or type(cause).__name__


async def _async_call(
    hass: HomeAssistant, toolbox: Toolbox, action: ScheduledAction
) -> str | None:
    """Check and run the call of an action; return the error of its result, if any.

    Raises `HomeAssistantError` if it must not be run, and what tools raise. There is no
    time limit, because nobody waits: a script may dim a light for an hour.
    """
    if action.user_id is not None:
        user = await hass.auth.async_get_user(action.user_id)
        if user is None or not user.is_active:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="schedule_no_user"
            )
    context = schedule_context(action, Context(user_id=action.user_id))
    instance = await toolbox.async_get_api_instance(context)
    tool = instance.tool(action.tool)
    if tool is None or tool.integration != action.integration:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="schedule_no_tool"
        )
    if (
        action.device_id
        and isinstance(unwrapped(tool), llm.IntentTool)
        and dr.async_get(hass).async_get(action.device_id) is None
        and not any(action.arguments.get(place) for place in _PLACES)
    ):
        # What was meant for one room would be done in all of them.
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="schedule_no_device"
        )
    if not action.is_sensitive and is_sensitive(hass, tool, action.arguments, context):
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="schedule_now_sensitive"
        )
    result = await instance.async_run_unchanged(
        llm.ToolInput(tool_name=tool.name, tool_args=dict(action.arguments))
    )
    return _error_of(result)


def _error_of(result: llm.ToolResult) -> str | None:
    """Return the error that a result tells of, None if there is none."""
    data = result.data
    if not result.error:
        failed = targets_of(data)[1] if isinstance(data, llm.IntentResponseDict) else ()
        return ", ".join(failed) or None
    if isinstance(data, Mapping):
        for key in ("error_text", "error"):
            if isinstance(text := data.get(key), str) and text.strip():
                return text
    return result_text(result)
