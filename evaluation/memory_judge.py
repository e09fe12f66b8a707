"""The judgement of an answer from memory, by its words.

No model judges: an answer has the words that the question lists, or it has not.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from testbed.dialogue import Question
from testbed.talk import TurnResult

from .judge import LEARNING, bare_name, is_acting, wrong_words

_MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November"
    " Dezember",
    "en": "January February March April May June July August September October"
    " November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre"
    " décembre",
}

_ADMISSIONS = {
    "de": """
        weiß nicht|weiß ich nicht|weiß leider|nicht bekannt|unbekannt|keine Information
        |keine Informationen|keine Angabe|keine Angaben|keine Daten|keine Kenntnis
        |keine Ahnung|nichts|nicht gesagt|nicht gespeichert|nicht sicher|kann nicht
        |kann ich nicht|leider|kenne nicht|nicht gefunden|kenne ich nicht|nicht vorhanden
    """,
    "en": """
        don't know|do not know|don't have|do not have|no information|not aware
        |no record|no idea|not sure|unknown|haven't told|have not told|can't|cannot
        |couldn't|could not|unable|nothing|don't remember|do not remember|not mentioned
        |not specified|not known|sorry|no fact|no facts|nobody told|not been told
        |doesn't say|isn't known
    """,
    "fr": """
        ne sais pas|ne connais pas|sais pas|aucune information|pas d'information
        |pas d'informations|aucune donnée|inconnu|inconnue|ne dispose pas|n'ai pas
        |n'ai aucune|pas dit|ne peux pas|pas sûr|pas trouvé|rien|désolé|désolée
        |pas connu|pas mentionné|pas précisé|ignore
    """,
}
"""What admits that something is not known, by language."""


def misses(question: Question, answer: TurnResult, now: datetime) -> list[str]:
    """Return what was not as expected of an answer, empty if it is right.

    `now` has the time zone of the home, whose clocks may have been changed since a fact
    was told.
    """
    said = answer.answer
    groups = list(question.said)
    if question.since is not None:
        told_at = (now.astimezone(UTC) - question.since).astimezone(now.tzinfo)
        groups.append(date_words(told_at.date(), question.language))
    wrong = [
        *([f"failed: {answer.error}"] if answer.error else ()),
        *wrong_words(groups, question.not_said, said),
        *(
            f"{bare_name(call)} was called"
            for call in answer.calls
            if call.good and is_acting(call) and bare_name(call) not in LEARNING
        ),
    ]
    if question.admits and not admits(said, question.language):
        wrong.append("does not admit that it is not known")
    return wrong


def admits(said: str, language: str) -> bool:
    """Return whether an answer says that something is not known, or asks back."""
    return said.rstrip().endswith("?") or not wrong_words(
        [_phrases(_ADMISSIONS[language])], (), said
    )


def date_words(day: date, language: str) -> Sequence[str]:
    """Return ways to say a date, its month alone among them."""
    month = _MONTHS[language].split()[day.month - 1]
    return (
        month,
        day.isoformat(),
        f"{day.day}.{day.month}.",
        f"{day.day}.{day.month}.{day.year}",
        f"{day:%d.%m}.",
        f"{day:%d.%m.%Y}",
        f"{day:%d/%m}",
        f"{day:%m/%d}",
        f"{day.day}/{day.month}",
        f"{day.month}/{day.day}",
    )


def _phrases(text: str) -> list[str]:
    """Return the phrases of a list."""
    return [" ".join(phrase.split()) for phrase in text.split("|")]
