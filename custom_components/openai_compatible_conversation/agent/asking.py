"""What is asked at the end of a turn whose calls wait for a yes.

Decision record: docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from collections.abc import Sequence

from ..completions.messages import AssistantMessage, Message
from ..speech.confirmation import confirmation, failure
from ..tools.outcome import Outcome
from ..tools.turn_questions import TurnQuestions


def question_in_place(
    questions: TurnQuestions, outcome: Outcome, language: str
) -> str | None:
    """Return what is asked in place of an answer, with what came of other calls.

    None if all calls do not wait, or the words for it are not known in the language.
    """
    wording = questions.wording
    if not (outcome.only_asks and wording.text and wording.is_worded):
        return None
    return whole_question(questions, outcome, language)


def whole_question(questions: TurnQuestions, outcome: Outcome, language: str) -> str:
    """Return all that is asked, after what was done and what failed."""
    acts, failures = outcome.acts, outcome.failures
    parts = [
        confirmation(language, acts) if acts else "",
        failure(language, failures) if failures else "",
        questions.wording.text,
    ]
    return " ".join(filter(None, parts))


def left_to_ask(questions: TurnQuestions, messages: Sequence[Message]) -> str | None:
    """Return what the answer at the end of messages does not ask, None if it does."""
    last = messages[-1] if messages else None
    text = last.text if isinstance(last, AssistantMessage) else None
    if not questions.new or questions.is_asked_in(text or ""):
        return None
    return questions.wording.text
