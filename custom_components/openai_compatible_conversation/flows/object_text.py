"""A form's field for an object, as text."""

import json
from typing import Any, override

from homeassistant.helpers.selector import TextSelector, TextSelectorConfig


class ObjectTextSelector(TextSelector):
    """A text selector for an object, which callers may also pass as an object.

    The frontend of Home Assistant's ObjectSelector sends nothing while its text cannot
    be parsed, so a typing mistake would clear the stored value.
    """

    @override
    def __call__(self, data: Any) -> Any:
        """Return objects and lists unchanged, and validate anything else as text."""
        return data if isinstance(data, dict | list) else super().__call__(data)


OBJECT_TEXT = ObjectTextSelector(TextSelectorConfig(multiline=True))


def object_text(value: object) -> str:
    """Return an object as text for the form."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
