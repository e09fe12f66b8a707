"""The messages of a turn, with only what was heard of its answer.

Calls and results stay: what was done is done, whether or not it was heard of.

Decision record: docs/decisions/0026-interrupted-is-known.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ..completions.messages import AssistantMessage, Message


@dataclass(frozen=True, slots=True)
class Interruption:
    """An answer that was interrupted, of which the model is still to be told."""

    last_words: str
    """The last words that were heard, empty if none were."""
    is_cut: bool
    """Whether the turn ends with what was heard."""
    device: str
    """The ID of the device that was to speak it."""


def heard_messages(
    messages: Iterable[Message], text: str, end: int, spoken_of: Mapping[str, str]
) -> tuple[list[Message], bool]:
    """Return messages without what was not heard, and whether they hold only that.

    `text` is what was to be spoken, and `end` where in it the speech ended. `spoken_of`
    is what is spoken of a message, if that is not the same as its text. A message whose
    words are not found is kept as it is.
    """
    heard: list[Message] = []
    position, all_found = 0, True
    for message in messages:
        if not isinstance(message, AssistantMessage) or not message.text:
            heard.append(message)
            continue
        spoken = spoken_of.get(message.text, message.text).strip()
        place = _place(spoken, text, position)
        if place is None:
            all_found = False
            heard.append(message)
            continue
        begin, position = place
        if position <= end and position - begin == len(spoken):
            heard.append(message)
            continue
        cut = replace(message, text=text[begin : min(end, position)].rstrip() or None)
        if cut.text or cut.calls:
            heard.append(cut)
    return heard, all_found


def _place(spoken: str, text: str, position: int) -> tuple[int, int] | None:
    """Return where the words of a message begin and end in a text from a position.

    The last message may have been spoken in part, or not at all. Returns None for words
    that are not found.
    """
    if (begin := text.find(spoken, position)) >= 0:
        return begin, begin + len(spoken)
    rest = text[position:].rstrip()
    begun = _from_letter(rest)
    if not begun:
        return len(text), len(text)
    if not _from_letter(spoken).startswith(begun):
        return None
    end = position + len(rest)
    return end - len(begun), end


def _from_letter(text: str) -> str:
    """Return a text from its first letter or digit: punctuation may be added."""
    first = next((n for n, char in enumerate(text) if char.isalnum()), len(text))
    return text[first:]
