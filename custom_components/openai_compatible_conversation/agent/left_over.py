"""What the user named and no call of the turn was for.

A small model does the first thing of a sentence, and says that all is done. Told what
is left it goes on.

Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Iterator

from ..completions.messages import AssistantMessage, Message, ToolMessage
from ..tools.named_entities import NamedEntity

_READ_ONLY = frozenset(
    {
        *("air_quality", "binary_sensor", "device_tracker", "person", "sensor", "sun"),
        *("weather", "zone"),
    }
)
"""Domains with which nothing is done."""


class LeftOver:
    """The entities that the user named and that no call was for yet."""

    def __init__(self, named: Iterable[NamedEntity] = ()) -> None:
        """Initialize with what the user named, in that order."""
        self._names = {
            one.entity.entity_id: one.entity.label
            for one in named
            if one.by_name and one.entity.domain not in _READ_ONLY
        }

    def take_next(self, messages: Iterable[Message]) -> str | None:
        """Return a note on what is left after the messages of a turn, None if nothing is.

        Each entity is told once. It is taken for called if it stands in a call or in
        the text of a result.
        """
        text = "\n".join(_called(messages)).casefold()
        for entity_id, name in list(self._names.items()):
            if entity_id in text or name.casefold() in text:
                del self._names[entity_id]
        if not self._names:
            return None
        name = self._names.pop(next(iter(self._names)))
        return f"{name}: nothing was called for it yet. Call the tool for it now."


def _called(messages: Iterable[Message]) -> Iterator[str]:
    """Yield the arguments and the results of all calls."""
    for message in messages:
        match message:
            case AssistantMessage(_, calls):
                yield from (call.arguments for call in calls)
            case ToolMessage(_, text):
                yield text
