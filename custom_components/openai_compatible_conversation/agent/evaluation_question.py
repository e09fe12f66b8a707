"""Questions with a label for each option, and how probable each option is.

A model is asked for a label, whose first token tells how probable it found each of
them, or for the probabilities in an object. Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice, product
from string import ascii_uppercase
from typing import Any

YES_NO = ("Yes", "No")

MAX_ALTERNATIVES = 20
"""Alternatives to a token that servers report at most."""

MAX_POSITIONS = 5
"""Tokens of an answer in which its label is looked for: a quote may come before it."""

type Probabilities = list[float]
"""The probability of each option of a question; their sum is 1."""

type Token = tuple[str, Mapping[str, float]]
"""A token of an answer, and the probabilities of what could have stood there."""

_MIN_SHARE = 0.5
"""The probability that the labels have together where one of them is the answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the options of which one is the answer, by their labels."""

    instructions: str
    options: Mapping[str, str]
    """What each label stands for; nothing for labels that say it themselves."""

    @property
    def is_predicate(self) -> bool:
        """Return whether the question is answered with yes or no."""
        return tuple(self.options) == YES_NO

    @property
    def alternatives(self) -> int | None:
        """Return how many alternatives to a token are needed, None if too many.

        A label may be written in two ways, and something else may be in between.
        """
        wanted = 2 * len(self.options) + 1
        return (
            min(wanted, MAX_ALTERNATIVES)
            if len(self.options) < MAX_ALTERNATIVES
            else None
        )

    @property
    def text(self) -> str:
        """Return the question with its options."""
        lines = [
            self.instructions,
            *(f"{label}: {option}" for label, option in self.options.items() if option),
        ]
        return "\n".join(lines)

    @property
    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the probabilities."""
        if self.is_predicate:
            return {"type": "number"}
        return {
            "type": "object",
            "properties": {label: {"type": "number"} for label in self.options},
            "required": list(self.options),
            "additionalProperties": False,
        }


def predicate(instructions: str) -> Question:
    """Return a question that is answered with yes or no."""
    return Question(instructions, dict.fromkeys(YES_NO, ""))


def choice(instructions: str, options: Iterable[str]) -> Question:
    """Return a question with letters for its options."""
    return Question(instructions, dict(zip(_letters(), options, strict=False)))


def probabilities_of_token(
    question: Question, tokens: Iterable[Token]
) -> Probabilities | None:
    """Return the probability of each option by the first token that is a word.

    None if the answer does not begin with a label.
    """
    for token, probabilities in islice(tokens, MAX_POSITIONS):
        if _word(token):
            return _by_label(question, probabilities)
    return None


def probabilities_of_data(question: Question, data: Any) -> Probabilities:
    """Return the probability of each option in the data of a model's answer.

    Raises `ValueError`, with words for the model, if there are none.
    """
    if question.is_predicate and not isinstance(data, dict | list):
        probability = _number(data)
        # 70 is meant as a percentage.
        probability = probability / 100 if probability > 1 else probability
        return [probability, 1 - probability]
    if isinstance(data, list) and len(data) == len(question.options):
        data = dict(zip(question.options, data, strict=True))
    if not isinstance(data, dict):
        raise ValueError(f"there are no probabilities of {', '.join(question.options)}")  # noqa: TRY004
    given = {str(label).casefold(): value for label, value in data.items()}
    return _shares(
        [_number(given.get(label.casefold()) or 0) for label in question.options]
    )


def _letters() -> Iterator[str]:
    """Yield A to Z, AA to ZZ, and so on."""
    for size in count(1):
        yield from map("".join, product(ascii_uppercase, repeat=size))


def _word(token: str) -> str:
    """Return the letters and digits of a token, in one case."""
    return "".join(filter(str.isalnum, token)).casefold()


def _by_label(
    question: Question, probabilities: Mapping[str, float]
) -> Probabilities | None:
    """Return the probability of each option by those of the tokens.

    None if the labels are not what the model is about to say.
    """
    found: dict[str, float] = {}
    for token, probability in probabilities.items():
        word = _word(token)
        # Some tokenizers have no token for a whole word.
        labels = [o for o in question.options if word and o.casefold().startswith(word)]
        if len(labels) == 1:
            found[labels[0]] = found.get(labels[0], 0) + probability
    if sum(found.values()) < _MIN_SHARE:
        return None
    # What was not reported is less probable than what was, and cannot exceed the rest.
    missing = len(question.options) - len(found)
    rest = max(0.0, 1 - sum(probabilities.values())) / max(1, missing)
    least = min(rest, *probabilities.values())
    return _shares([found.get(label, least) for label in question.options])


def _shares(values: list[float]) -> Probabilities:
    """Return numbers divided by their sum; raises `ValueError` if that is 0."""
    if not (total := sum(values)):
        raise ValueError("all probabilities are 0")
    return [value / total for value in values]


def _number(value: Any) -> float:
    """Return a number that is not negative; raises `ValueError`.

    Models also write it as text, with a percent sign.
    """
    text = str(value).strip()
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        raise ValueError(f"{text[:40]} is not a number") from None
    number = number / 100 if text.endswith("%") else number
    if isinstance(value, bool) or not 0 <= number <= 100:
        raise ValueError(f"{text[:40]} is not a probability")
    return number
