"""Conversion and validation of options between the form and `entry.options`.

The form has sections and shows objects as text; the stored options are flat and hold
objects.
"""

from collections.abc import Mapping
import json
from typing import Any

import yaml  # type: ignore[import-untyped]

from homeassistant.const import CONF_LLM_HASS_API, CONF_PROMPT
from homeassistant.helpers import llm
from homeassistant.helpers.json import json_bytes

from ..completions.request import MANAGED
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
from .headers import EXAMPLE as HEADERS_EXAMPLE, headers_error, parse_headers
from .object_text import object_text

SECTIONS: dict[str, tuple[str, ...]] = {
    SECTION_TOOLS: (
        CONF_CONFIRM_ACTIONS,
        CONF_TOOL_DISCOVERY,
        CONF_MAX_TOOL_ITERATIONS,
    ),
    SECTION_MEMORY: (
        CONF_CONVERSATION_TIMEOUT,
        CONF_ENABLE_FACT_LEARNING,
        CONF_RECALL_FACTS,
    ),
    SECTION_VOICE: (
        CONF_ENABLE_STREAMING,
        CONF_AUTO_CONTINUE_LISTENING,
        CONF_CLEAN_SPEECH,
    ),
    SECTION_MODEL: (
        CONF_RECOMMENDED,
        CONF_MAX_TOKENS,
        CONF_TEMPERATURE,
        CONF_TOP_P,
        CONF_PATIENCE,
        CONF_PREWARM,
        CONF_EXTRA_BODY,
        CONF_EXTRA_HEADERS,
    ),
}
"""Options in each section of the form."""

OBJECT_OPTIONS = (CONF_EXTRA_BODY, CONF_EXTRA_HEADERS)
"""Options that are JSON objects."""

EXAMPLES = {
    "body_example": '{"reasoning_effort": "low"}',
    "headers_example": HEADERS_EXAMPLE,
}


def to_form(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored options as values of the form."""
    in_sections = {key for keys in SECTIONS.values() for key in keys}
    form: dict[str, Any] = {k: v for k, v in stored.items() if k not in in_sections}
    form.setdefault(CONF_PROMPT, llm.DEFAULT_INSTRUCTIONS_PROMPT)
    for name, keys in SECTIONS.items():
        form[name] = {
            key: object_text(stored[key]) if key in OBJECT_OPTIONS else stored[key]
            for key in keys
            if key in stored
        }
    return form


def from_form(form: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options to store; a section missing from the form stays as stored.

    An object that cannot be parsed stays text, which `options_error` refuses.
    """
    flat = {k: v for k, v in form.items() if k not in SECTIONS}
    for name, keys in SECTIONS.items():
        source = form.get(name, stored)
        flat |= {key: source[key] for key in keys if key in source}
    flat[CONF_CHAT_MODEL] = flat[CONF_CHAT_MODEL].strip()
    if not flat.get(CONF_FALLBACK):
        flat.pop(CONF_FALLBACK, None)
    flat.setdefault(CONF_LLM_HASS_API, [])
    if flat.get(CONF_PROMPT, "").strip() in (
        "",
        llm.DEFAULT_INSTRUCTIONS_PROMPT.strip(),
    ):
        # The default prompt is not stored, as it may change with Home Assistant.
        flat.pop(CONF_PROMPT, None)
    flat[CONF_EXTRA_BODY] = _parse_object(flat.get(CONF_EXTRA_BODY))
    flat[CONF_EXTRA_HEADERS] = parse_headers(flat.get(CONF_EXTRA_HEADERS))
    for key in OBJECT_OPTIONS:
        if not flat[key]:
            del flat[key]
    return flat


def typed_form(typed: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed as values of the form, to show it again.

    `stored` are values of the form, for sections that are missing from what was typed.
    """
    form = {**typed, **{name: stored[name] for name in SECTIONS if name not in typed}}
    for name in SECTIONS:
        form[name] = {
            key: object_text(value) if key in OBJECT_OPTIONS else value
            for key, value in form[name].items()
        }
    return form


def options_error(options: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
    """Return the error key for invalid options, None if valid, and its placeholders."""
    body = options.get(CONF_EXTRA_BODY, {})
    if not isinstance(body, dict):
        return "extra_body_invalid", {"example": EXAMPLES["body_example"]}
    if managed := sorted(MANAGED & body.keys()):
        return "extra_body_managed", {"message": ", ".join(managed)}
    if error := headers_error(options.get(CONF_EXTRA_HEADERS)):
        return error["errors"]["base"], error["placeholders"]
    return None, {}


def _parse_object(value: object) -> object:
    """Parse text as JSON or YAML; return it unchanged if it is neither."""
    if not isinstance(value, str):
        return value
    # Home Assistant's own YAML loader is not used: it can include any file.
    for loads in (json.loads, yaml.safe_load):
        try:
            # Both accept values that JSON does not have: dates, infinity.
            parsed = json.loads(json.dumps(loads(value), default=str, allow_nan=False))
            # Home Assistant's encoder accepts less, such as integers up to 64 bits.
            json_bytes(parsed)
        except yaml.YAMLError, RecursionError, TypeError, ValueError:
            continue
        return parsed
    return value
