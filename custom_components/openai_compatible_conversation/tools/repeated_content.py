"""Content that a result holds twice, as text and as data.

Servers for the Model Context Protocol that return `structuredContent` are asked by its
specification to return the same as JSON in a text, for clients that know nothing else.

Does not depend on Home Assistant.
"""

from collections.abc import Mapping

import orjson

from ..excerpts.json_values import Json

_TEXT, _DATA = "content", "structuredContent"


def without_repeated_content(result: Mapping[str, Json]) -> dict[str, Json]:
    """Return a result without its text if that says the same as its data."""
    if (data := result.get(_DATA)) is None or not _repeats(result.get(_TEXT), data):
        return dict(result)
    return {key: value for key, value in result.items() if key != _TEXT}


def _repeats(content: Json, data: Json) -> bool:
    """Return whether content is the text of data, which may be wrapped in an object."""
    match content:
        case [{"type": "text", "text": str(text)}]:
            said = {"result": text}
            try:
                value = orjson.loads(text)
            except ValueError:
                return data == said
            return data in (value, {"result": value}, said)
    return False
