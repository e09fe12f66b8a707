"""The tasks: what is said, and what the house must be like afterwards.

Each file in `languages/` has the tasks of one language. The fields of a task are those
of `Task`; `docs/models.md` explains how to write one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
import json
from pathlib import Path
from typing import Any, Literal, Self

LANGUAGES = Path(__file__).with_name("languages")

KINDS: Mapping[str, str] = {
    "on": "on",
    "off": "off",
    "level": "level",
    "colour": "colour",
    "temperature": "temperature",
    "cover": "cover",
    "lock": "lock",
    "media": "media",
    "list": "list",
    "timer": "timer",
    "weather": "weather",
    "state": "state asked",
    "several": "several at once",
    "row": "several in a row",
    "area": "an area",
    "room": "a room's own",
    "missing": "does not exist",
    "hidden": "is not exposed",
    "fact": "a fact told and asked",
    "small_talk": "small talk",
}
"""Titles for the table, by kind."""

type States = Mapping[str, Mapping[str, Any]]
"""States and attributes, or what they are expected to be, by entity ID."""

type Words = Sequence[Sequence[str]]
"""Groups of words; each group holds if one of its words was said."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task for the model, and what is expected of it."""

    id: str
    kind: str
    language: str
    say: Sequence[str]
    """What the user says, in order. The last turn is the one that is measured."""
    apart: Literal["turn", "conversation", "session"] = "turn"
    """What begins between two turns: only a turn, or also a new conversation or session."""
    room: str | None = None
    """Area of the satellite that is spoken to; None for the chat window."""
    given: States = field(default_factory=dict)
    """What differs from the usual state of the house."""
    expect: States = field(default_factory=dict)
    """What must be so afterwards. Nothing else may have changed."""
    called: Sequence[str] = ()
    """Tools of which one must have been called, if the answer was not told before."""
    not_called: Sequence[str] = ()
    """Tools of which none may have been called."""
    said: Words = ()
    not_said: Sequence[str] = ()

    @classmethod
    def of(cls, language: str, stored: Mapping[str, Any]) -> Self:
        """Return a task from a file; raises `TypeError` for an unknown field."""
        say = stored["say"]
        turns = [say] if isinstance(say, str) else say
        return cls(**{**stored, "say": turns, "language": language})


def load_tasks() -> list[Task]:
    """Return all tasks in the order of the kinds, English first."""
    tasks = [
        Task.of(file.stem, stored)
        for file in sorted(LANGUAGES.glob("*.json"))
        for stored in json.loads(file.read_text("utf-8"))
    ]
    kinds = list(KINDS)
    return sorted(tasks, key=lambda t: (t.language != "en", kinds.index(t.kind)))


def spread[T](items: Iterable[T], limit: int, kind: Callable[[T], str]) -> list[T]:
    """Return at most `limit` items, of as many kinds as possible, in the order given."""
    ordered = list(items)
    groups: dict[str, list[int]] = {}
    for number, item in enumerate(ordered):
        groups.setdefault(kind(item), []).append(number)
    # The first item of each kind, then the second of each, and so on.
    rows = zip_longest(*groups.values())
    numbers = (number for row in rows for number in row if number is not None)
    chosen = set(islice(numbers, limit))
    return [item for number, item in enumerate(ordered) if number in chosen]
