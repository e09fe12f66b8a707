"""Twenty facts of a household, and what is asked of them and of what it does not know."""

from dataclasses import dataclass
from datetime import timedelta
import json
from pathlib import Path
from typing import Self

from testbed.dialogue import Question, Turn

FILE = Path(__file__).with_suffix(".json")

KINDS = {
    "same": "asked in the same words",
    "other": "asked in other words",
    "unfit": "no fact fits",
}
"""Titles for the table."""

FITTING_GOAL, UNFIT_GOAL = 0.8, 0.9
"""Shares of the questions that are to be answered rightly."""

_SPEAKER = "Anna"
_LANGUAGE = "en"
_PAUSE = timedelta(minutes=10)
"""So that each turn has a session of its own."""

_MIN_LETTERS = 4
"""Letters of a word that can only be known from a fact."""


@dataclass(frozen=True)
class HouseholdFacts:
    """What is told, and the questions afterwards, each with its kind."""

    told: list[Turn]
    questions: list[tuple[str, Question]]

    @classmethod
    def load(cls) -> Self:
        """Return the facts and questions of the file."""
        stored = json.loads(FILE.read_text("utf-8"))
        answers = [word for item in stored["questions"] for word in item["answer"]]
        of_facts = sorted({a for a in answers if len(a) >= _MIN_LETTERS})
        fitting = [
            (item["words"], _question(item["ask"], said=[_forms(item["answer"])]))
            for item in stored["questions"]
        ]
        unfit = [
            ("unfit", _question(item["ask"], not_said=_forms(of_facts)))
            for item in stored["unfit"]
        ]
        told = [
            Turn(say=fact["said"], by=_SPEAKER, language=_LANGUAGE, after=_PAUSE)
            for fact in stored["facts"]
        ]
        return cls(told, fitting + unfit)


def _question(
    ask: str, said: list[list[str]] | None = None, not_said: list[str] | None = None
) -> Question:
    """Return a question of the one who told the facts."""
    return Question(
        say=ask,
        by=_SPEAKER,
        language=_LANGUAGE,
        after=_PAUSE,
        said=said or (),
        not_said=not_said or (),
    )


def _forms(words: list[str]) -> list[str]:
    """Return words with their plurals."""
    return [form for word in words for form in (word, f"{word}s")]
