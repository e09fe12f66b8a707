"""Conversion and validation of options between the form and `entry.options`.

The form has sections and shows objects as text; the stored options are flat and hold
objects.
"""

from collections.abc import Mapping
import json
import re
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
    CONF_CONVERSATION_TIMEOUT,
    CONF_ENABLE_FACT_LEARNING,
    CONF_ENABLE_STREAMING,
    CONF_EXTRA_BODY,
    CONF_EXTRA_HEADERS,
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

SECTIONS: dict[str, tuple[str, ...]] = {
    SECTION_TOOLS: (CONF_TOOL_DISCOVERY, CONF_MAX_TOOL_ITERATIONS),
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
    "headers_example": '{"X-Title": "Home"}',
}

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


def to_form(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored options as values of the form."""
    in_sections = {key for keys in SECTIONS.values() for key in keys}
    form: dict[str, Any] = {k: v for k, v in stored.items() if k not in in_sections}
    form.setdefault(CONF_PROMPT, llm.DEFAULT_INSTRUCTIONS_PROMPT)
    for name, keys in SECTIONS.items():
        form[name] = {
            key: _to_text(stored[key]) if key in OBJECT_OPTIONS else stored[key]
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
    flat.setdefault(CONF_LLM_HASS_API, [])
    if flat.get(CONF_PROMPT, "").strip() in (
        "",
        llm.DEFAULT_INSTRUCTIONS_PROMPT.strip(),
    ):
        # The default prompt is not stored, as it may change with Home Assistant.
        flat.pop(CONF_PROMPT, None)
    for key in OBJECT_OPTIONS:
        flat[key] = _parse_object(flat.get(key))
        if not flat[key]:
            del flat[key]
    if isinstance(headers := flat.get(CONF_EXTRA_HEADERS), dict):
        flat[CONF_EXTRA_HEADERS] = {
            name: str(value) if type(value) in (int, float) else value
            for name, value in headers.items()
        }
    return flat


def options_error(options: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
    """Return the error key for invalid options, None if valid, and its placeholders."""
    body = options.get(CONF_EXTRA_BODY, {})
    if not isinstance(body, dict):
        return "extra_body_invalid", {"example": EXAMPLES["body_example"]}
    if managed := sorted(MANAGED & body.keys()):
        return "extra_body_managed", {"message": ", ".join(managed)}
    headers = options.get(CONF_EXTRA_HEADERS, {})
    example = EXAMPLES["headers_example"]
    if not isinstance(headers, dict):
        return "extra_headers_invalid", {"example": example, "message": str(headers)}
    for name, value in headers.items():
        if not (
            isinstance(value, str)
            and _HEADER_NAME.fullmatch(str(name))
            and _HEADER_VALUE.fullmatch(value)
        ):
            return "extra_headers_invalid", {"example": example, "message": str(name)}
    return None, {}


def _to_text(value: object) -> str:
    """Return an object as text for the form."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
