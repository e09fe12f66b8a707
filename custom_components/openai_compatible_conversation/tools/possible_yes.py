"""Whether what a user says, or a model passes on, may be a yes to what was asked.

Words can only refuse: what may be a yes is none by itself. Does not depend on Home
Assistant.

Decision record: docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from collections.abc import Sequence

from ..confirmation.answer_words import is_about_something_else, is_plain_yes, refuses
from ..confirmation.open_questions import Question
from ..confirmation.wording import language_key
from .questions import is_question

_QUESTION_MARKS = ("?", "？", "؟")


def may_be_yes(said: str, language: str, asked: Sequence[Question]) -> bool:
    """Return whether words may be a yes, as far as that can be told by them."""
    text = " ".join(question.text for question in asked)
    return not (
        refuses(said, language)
        or _asks(said, language)
        or is_about_something_else(said, language, text)
    )


def _asks(said: str, language: str) -> bool:
    """Return whether words are a question; "Yes?" is none, nor is "Está bien"."""
    is_marked = said.rstrip().endswith(_QUESTION_MARKS)
    if is_plain_yes(said, language):
        return is_marked and len(said.split()) > 1
    return is_marked or is_question(said, language_key(language))


def is_no(value: object, language: str) -> bool:
    """Return whether an argument says no."""
    return value is False or (isinstance(value, str) and refuses(value, language))
