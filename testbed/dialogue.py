"""Dialogues with a household: what is told, and what is asked afterwards.

Each file in `dialogues/` has those of one language. They are played with a scripted
model in the tests, and with a real one by `script/eval memory`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

from homeassistant.util.yaml import parse_yaml

FOLDER = Path(__file__).with_name("dialogues")

ABILITIES: Mapping[str, str] = {
    "once": "said once",
    "several": "over several sessions",
    "when": "when it was",
    "updates": "updates",
    "unknown": "not known",
}
"""Titles for the table, by the five abilities that LongMemEval tests."""

type Ability = Literal["once", "several", "when", "updates", "unknown"]

type Words = Sequence[Sequence[str]]
"""Groups of words; each group holds if one of its words is there."""

_UNITS = ("seconds", "minutes", "hours", "days")


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What somebody says in a dialogue, and what a model is to make of it.

    `told`, `noted` and `forget` are what a scripted model calls and extracts; a real
    one decides for itself.
    """

    say: str
    by: str = ""
    """The name of the speaker, empty where Home Assistant does not know it."""
    room: str = ""
    """The area of the device that is spoken to, empty for the chat window."""
    language: str
    after: timedelta = timedelta(seconds=10)
    """The time since the turn before."""
    told: Sequence[Mapping[str, str]] = ()
    """Arguments of the calls of `learn_fact`."""
    noted: Sequence[Mapping[str, str]] = ()
    """The facts that are extracted afterwards, each without its quote."""
    forget: Mapping[str, str] = field(default_factory=dict)
    """The arguments of `forget_fact`."""

    @classmethod
    def of(cls, language: str, stored: Mapping[str, Any]) -> Turn:
        """Return a turn from a file; raises `TypeError` for an unknown field."""
        durations = {k: _duration(stored[k]) for k in ("after", "since") if k in stored}
        fields = {"language": language, **stored, **durations}
        if "ask" in fields:
            return Question(say=fields.pop("ask"), **fields)
        return Turn(**fields)


@dataclass(frozen=True, kw_only=True)
class Question(Turn):
    """A turn with a question, and what is expected of the answer.

    The model has to be offered each word of `offered` with the turn, and each of
    `found` by `query_facts`, when it is called with `query`.
    """

    offered: Sequence[str] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    found: Sequence[str] = ()
    absent: Sequence[str] = ()
    """Words that must not be in the request at all, neither offered nor found."""
    nothing: bool = False
    """Whether no fact may be offered with the turn."""
    said: Words = ()
    """Groups of words of which one must be in the answer."""
    not_said: Sequence[str] = ()
    """Words that must not be in the answer."""
    since: timedelta | None = None
    """How long ago it was told, if the answer is the date of that."""
    admits: bool = False
    """Whether the answer has to say that it is not known, or to ask back."""


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """A dialogue that tests one of the abilities."""

    id: str
    ability: Ability
    language: str
    turns: Sequence[Turn]

    @classmethod
    def of(cls, language: str, stored: Mapping[str, Any]) -> Self:
        """Return a dialogue from a file; raises `TypeError` for an unknown field."""
        turns = [Turn.of(language, turn) for turn in stored["turns"]]
        return cls(**{**stored, "turns": turns, "language": language})

    @property
    def questions(self) -> list[Question]:
        """Return the questions, in order."""
        return [turn for turn in self.turns if isinstance(turn, Question)]


def load_dialogues(folder: Path = FOLDER) -> list[Dialogue]:
    """Return the dialogues of a folder by language, English first."""
    files = sorted(folder.glob("*.yaml"), key=lambda file: (file.stem != "en", file))
    return [Dialogue.of(file.stem, stored) for file in files for stored in _read(file)]


def _read(file: Path) -> list[Mapping[str, Any]]:
    """Return the items of a file."""
    items = parse_yaml(file.read_text("utf-8"))
    assert isinstance(items, list)
    return items


def _duration(text: str) -> timedelta:
    """Return a duration such as `3 days`; raises `ValueError` for another unit."""
    number, unit = text.split()
    unit = unit if unit.endswith("s") else f"{unit}s"
    if unit not in _UNITS:
        raise ValueError(f"{text!r} is no duration in {', '.join(_UNITS)}")
    return timedelta(**{unit: float(number)})
