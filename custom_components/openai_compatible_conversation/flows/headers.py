"""Additional headers, between the text of a form and what is stored."""

from collections.abc import Mapping
import json
import re
from typing import Any, ClassVar

import yaml  # type: ignore[import-untyped]

EXAMPLE = '{"X-Title": "Home"}'

MAX_SHOWN = 80
"""Maximum characters of an invalid item that a form repeats."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")

_MANAGED = frozenset({"connection", "content-length", "transfer-encoding"})
"""Headers that describe the request itself, and would break it."""


class _TextLoader(yaml.SafeLoader):  # type: ignore[misc]
    """A YAML loader that keeps scalars as texts.

    A secret may look like a number, a date or a truth value.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


def parse_headers(value: object) -> object:
    """Return headers as typed, JSON or YAML, as a mapping of texts.

    Numbers are kept in their writing. What cannot be parsed stays as it is, and is
    refused by `headers_error`.
    """
    if isinstance(value, str):
        value = _parse_text(value)
    if not isinstance(value, Mapping):
        return value
    return {
        _canonical(name): str(item) if type(item) in (int, float) else item
        for name, item in value.items()
    }


def headers_error(headers: object) -> dict[str, dict[str, str]] | None:
    """Return the `errors` and `placeholders` of a form, None if headers are valid."""
    if not headers or (item := _invalid_item(headers)) is None:
        return None
    return {
        "errors": {"base": "extra_headers_invalid"},
        "placeholders": {"example": EXAMPLE, "message": item},
    }


def _invalid_item(headers: object) -> str | None:
    """Return the first invalid item of parsed headers, None if they are valid."""
    if not isinstance(headers, Mapping):
        return str(headers)[:MAX_SHOWN]
    for name, value in headers.items():
        if not (
            isinstance(value, str)
            and isinstance(name, str)
            and _NAME.fullmatch(name)
            and _VALUE.fullmatch(value)
            and name.lower() not in _MANAGED
        ):
            return str(name)[:MAX_SHOWN]
    return None


def _parse_text(text: str) -> object:
    """Return the object in a text; the text itself if there is none."""
    try:
        return json.loads(text, parse_int=str, parse_float=str)
    except RecursionError, ValueError:
        pass
    try:
        parsed: Any = yaml.load(text, Loader=_TextLoader)  # noqa: S506
    except yaml.YAMLError, RecursionError, TypeError, ValueError:
        return text
    return parsed


def _canonical(name: Any) -> Any:
    """Return the name of a header in the writing in which it replaces the API key's."""
    is_key = isinstance(name, str) and name.lower() == "authorization"
    return "Authorization" if is_key else name
