"""Schema of the options form."""

from collections.abc import Iterable, Mapping
from typing import Any

import probatio

from homeassistant import data_entry_flow
from homeassistant.const import CONF_LLM_HASS_API, CONF_PROMPT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TemplateSelector,
)

from ..const import (
    CONF_AUTO_CONTINUE_LISTENING,
    CONF_CHAT_MODEL,
    CONF_CLEAN_SPEECH,
    CONF_CONFIRM_ACTIONS,
    CONF_CONVERSATION_TIMEOUT,
    CONF_ENABLE_FACT_LEARNING,
    CONF_ENABLE_STREAMING,
    CONF_EXTRA_BODY,
    CONF_EXTRA_HEADERS,
    CONF_FALLBACK,
    CONF_MAX_TOKENS,
    CONF_MAX_TOOL_ITERATIONS,
    CONF_OWN_PROMPT_ONLY,
    CONF_PATIENCE,
    CONF_PREWARM,
    CONF_RECALL_FACTS,
    CONF_RECOMMENDED,
    CONF_TEMPERATURE,
    CONF_TOOL_DISCOVERY,
    CONF_TOP_P,
    SECTION_MEMORY,
    SECTION_MODEL,
    SECTION_TOOLS,
    SECTION_VOICE,
)
from ..options import CHOICES, CONFIRMED, Options
from .fallback import FALLBACK_FIELD
from .form_text import async_form_text
from .object_text import OBJECT_TEXT

DEFAULTS = Options()


def model_selector(models: Iterable[str]) -> SelectSelector:
    """Return a dropdown of models that also accepts a custom name."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(models), mode=SelectSelectorMode.DROPDOWN, custom_value=True
        )
    )


def options_schema(
    hass: HomeAssistant, models: Iterable[str], removed_apis: Mapping[str, str]
) -> probatio.Schema:
    """Return the schema of the form, with the available models and LLM APIs.

    `removed_apis` are the labels of APIs that are selected and not available.
    """
    return probatio.Schema(
        {
            probatio.Required(CONF_CHAT_MODEL): model_selector(models),
            probatio.Optional(CONF_PROMPT): TemplateSelector(),
            probatio.Optional(CONF_LLM_HASS_API): _api_selector(hass, removed_apis),
            _with_default(CONF_OWN_PROMPT_ONLY): BooleanSelector(),
            probatio.Optional(CONF_FALLBACK): FALLBACK_FIELD,
            probatio.Optional(SECTION_TOOLS): _section(
                {
                    _with_default(CONF_CONFIRM_ACTIONS): _choice_selector(
                        CONF_CONFIRM_ACTIONS, CONFIRMED
                    ),
                    _with_default(CONF_TOOL_DISCOVERY): _choice_selector(
                        CONF_TOOL_DISCOVERY
                    ),
                    _with_default(CONF_MAX_TOOL_ITERATIONS): _integer(1, 25),
                }
            ),
            probatio.Optional(SECTION_MEMORY): _section(
                {
                    _with_default(CONF_CONVERSATION_TIMEOUT): _integer(1, 600, "s"),
                    _with_default(CONF_ENABLE_FACT_LEARNING): BooleanSelector(),
                    _with_default(CONF_RECALL_FACTS): BooleanSelector(),
                }
            ),
            probatio.Optional(SECTION_VOICE): _section(
                {
                    _with_default(CONF_ENABLE_STREAMING): BooleanSelector(),
                    _with_default(CONF_AUTO_CONTINUE_LISTENING): BooleanSelector(),
                    _with_default(CONF_CLEAN_SPEECH): _choice_selector(
                        CONF_CLEAN_SPEECH
                    ),
                }
            ),
            probatio.Optional(SECTION_MODEL): _section(
                {
                    _with_default(CONF_RECOMMENDED): BooleanSelector(),
                    probatio.Optional(CONF_MAX_TOKENS): _integer(1, 131072),
                    probatio.Optional(CONF_TEMPERATURE): _float(2),
                    probatio.Optional(CONF_TOP_P): _float(1),
                    probatio.Optional(CONF_PATIENCE): _integer(10, 1800, "s"),
                    _with_default(CONF_PREWARM): _choice_selector(CONF_PREWARM),
                    probatio.Optional(CONF_EXTRA_BODY): OBJECT_TEXT,
                    probatio.Optional(CONF_EXTRA_HEADERS): OBJECT_TEXT,
                }
            ),
        }
    )


def _section(fields: dict[probatio.Marker, Any]) -> data_entry_flow.section:
    """Return a section that is initially collapsed."""
    return data_entry_flow.section(probatio.Schema(fields), {"collapsed": True})


def _with_default(key: str) -> probatio.Required:
    """Return the marker of an option with a default."""
    return probatio.Required(key, default=getattr(DEFAULTS, key))


async def async_removed_apis(
    hass: HomeAssistant, selected: Iterable[str]
) -> dict[str, str]:
    """Return the labels of selected LLM APIs that are not available, by their ids."""
    available = {api.id for api in llm.async_get_apis(hass)}
    return {
        api_id: await async_form_text(hass, "llm_hass_api", "removed", name=api_id)
        for api_id in selected
        if api_id not in available
    }


def _api_selector(hass: HomeAssistant, removed: Mapping[str, str]) -> SelectSelector:
    """Return the selector of LLM APIs, including those that are not available."""
    names = {**removed, **{api.id: api.name for api in llm.async_get_apis(hass)}}
    return SelectSelector(
        SelectSelectorConfig(
            options=[SelectOptionDict(value=k, label=v) for k, v in names.items()],
            multiple=True,
        )
    )


def _choice_selector(key: str, choices: Iterable[str] = CHOICES) -> SelectSelector:
    """Return the selector for one of some words, by default auto, always and never."""
    return SelectSelector(
        SelectSelectorConfig(options=list(choices), translation_key=key)
    )


def _integer(minimum: int, maximum: int, unit: str | None = None) -> probatio.All[int]:
    """Return the field for an integer in a range."""
    config = NumberSelectorConfig(
        min=minimum, max=maximum, step=1, mode=NumberSelectorMode.BOX
    )
    if unit:
        config["unit_of_measurement"] = unit
    return probatio.All(NumberSelector(config), probatio.Coerce(int))


def _float(maximum: int) -> NumberSelector:
    """Return the field for a number from 0 to a maximum."""
    return NumberSelector(
        NumberSelectorConfig(
            min=0, max=maximum, step=0.05, mode=NumberSelectorMode.SLIDER
        )
    )
