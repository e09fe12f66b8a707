"""Cuts values and texts to a number of tokens.

Does not depend on Home Assistant.
"""

from collections.abc import Callable, Collection, Iterable
from math import floor

import orjson

from .excerpt import cut
from .json_values import Json, json_text, to_json

MIN_LENGTH = 100
"""Characters to which anything can be cut."""

_MARGIN = 0.97
"""Share of the length that should fit, as some parts of a text take more tokens."""


def cut_to_tokens(
    value: Json, limit: int, count: Callable[[str], int], asked: Collection[str] = ()
) -> Json:
    """Return a value of which the JSON text has at most `limit` tokens.

    `count` returns the tokens of a text. `asked` are texts that say what was asked for.
    A limit below the tokens of `MIN_LENGTH` characters is not kept.
    """
    shown, text = value, json_text(value)
    room = len(text)
    while (tokens := count(text)) > limit and room > MIN_LENGTH:
        fitting = floor(min(room, len(text)) * limit / tokens * _MARGIN)
        room = max(fitting, MIN_LENGTH)
        shown = cut(value, room, asked)
        text = json_text(shown)
    return shown


def cut_text_to_tokens(text: str, limit: int, count: Callable[[str], int]) -> str:
    """Return a text of at most `limit` tokens: JSON of the same kind if it is JSON."""
    if count(text) <= limit:
        return text
    if is_json(text):
        return json_text(cut_to_tokens(to_json(orjson.loads(text)), limit, count))
    shown = cut_to_tokens(text, limit, count)
    # A text with a JSON document inside is cut to an excerpt of that document.
    return shown if isinstance(shown, str) else json_text(shown)


def cut_object_to_tokens(text: str, limit: int, count: Callable[[str], int]) -> str:
    """Return the JSON text of an object in at most `limit` tokens.

    A text that is too long and no object becomes an empty one.
    """
    if count(text) <= limit:
        return text
    if is_json(text) and isinstance(value := orjson.loads(text), dict):
        return json_text(cut_to_tokens(to_json(value), limit, count))
    return "{}"


def fitting(entries: Iterable[Json], limit: int, count: Callable[[str], int]) -> int:
    """Return how many entries from the first one fit a list of `limit` tokens."""
    size, number = count("[]"), 0
    for entry in entries:
        size += count(f"{json_text(entry)},")
        if size > limit:
            break
        number += 1
    return number


def is_json(text: str) -> bool:
    """Return whether a text is JSON."""
    try:
        orjson.loads(text)
    except ValueError:
        return False
    return True
