"""The texts that a model is sent in a request, and whose words they are.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import json
import re
from typing import Any

from ..completions.messages import (
    PICTURE,
    AssistantMessage,
    Message,
    SystemMessage,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)

SEARCH = "query_tools"
"""The tool whose results name other tools, as their definitions do."""

NOTE = "note"
REPAIRED = "called with "
"""The key and start of what a result says of a call that was repaired."""

_ENTITY = re.compile(r"\s*- names:")
_HAD_IMAGES = re.compile(r"\n\(with \d+ images?\)\Z")
"""What a message of an earlier turn ends with in place of its images."""


@dataclass(frozen=True, slots=True)
class SentText:
    """One of the texts of a request."""

    text: str
    names_tools: bool = False
    """Whether it names tools and arguments anyway, because it says how to use them."""
    answered: tuple[str, str] | None = None
    """Name and arguments of the call that it answers, which it may repeat."""


def sent_texts(
    messages: Iterable[Message], definitions: Iterable[Mapping[str, Any]]
) -> Iterator[SentText]:
    """Yield every text that the model reads, except for the calls that it made itself.

    A value of such a call is among them: what was read may stand nowhere else any
    more. So is what the model thought about an image, which cannot be searched.
    """
    calls_by_id: dict[str, ToolCallPart] = {}
    has_images = False
    for message in messages:
        match message:
            case SystemMessage(text):
                yield from _system_prompt_texts(text)
            case UserMessage(text, images):
                has_images = bool(images or _HAD_IMAGES.search(text))
                yield SentText(text)
            case ToolMessage(call_id, text, images):
                has_images |= bool(images) or PICTURE in text
                yield from _result_texts(text, calls_by_id.get(call_id))
            case AssistantMessage(text, calls, reasoning):
                calls_by_id = _by_id(calls)
                yield from (SentText(part) for part in (text,) if part)
                for call in calls:
                    yield from _each(_parsed(call.arguments))
                if has_images and reasoning:
                    yield SentText(reasoning, names_tools=True)
    for definition in definitions:
        yield from _each(definition, names_tools=True)


def _by_id(calls: Sequence[ToolCallPart]) -> dict[str, ToolCallPart]:
    """Return the calls of a message by id, without those whose id is used twice."""
    ids = [call.id for call in calls]
    return {call.id: call for call in calls if ids.count(call.id) == 1}


def _result_texts(text: str, call: ToolCallPart | None) -> Iterator[SentText]:
    """Yield the texts in the result of a call, None if it is not known."""
    # What is told after a result is on lines of its own.
    data = _parsed(text.partition("\n")[0])
    if call and call.name == SEARCH:
        yield from _each(data, names_tools=True)
        return
    answered = None
    if call:
        note = data.get(NOTE) if isinstance(data, dict) else None
        # What the call was repaired to is told in a note.
        is_repaired = isinstance(note, str) and note.startswith(REPAIRED)
        answered = (call.name, f"{call.arguments} {note if is_repaired else ''}")
    yield SentText(text, answered=answered)


def _parsed(text: str) -> object:
    """Return what a JSON text holds, the text itself if it is none."""
    try:
        return json.loads(text)
    except ValueError, RecursionError:
        return text


def _each(value: object, *, names_tools: bool = False) -> Iterator[SentText]:
    """Yield each text in a JSON value by itself, keys included."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case Mapping() as items:
                waiting += [*items.keys(), *items.values()]
            case list() | tuple() as items:
                waiting += items
            case str(text):
                yield SentText(text, names_tools=names_tools)


def _system_prompt_texts(prompt: str) -> Iterator[SentText]:
    """Yield the texts of a system prompt: the entities, whose names others chose, and the rest.

    Home Assistant lists entities in YAML right before it names its tools, so that taken
    together any command for the last ones would look like a quotation.
    """
    rest: list[str] = []
    entities: list[str] = []
    is_entity = False
    for line in prompt.splitlines():
        is_entity = bool(_ENTITY.match(line)) or (is_entity and line.startswith(" "))
        (entities if is_entity else rest).append(line)
    yield SentText("\n".join(entities))
    yield SentText("\n".join(rest), names_tools=True)
