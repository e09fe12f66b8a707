"""How it is asked whether something may be done, and what that is.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import Any, Literal, NamedTuple

type HarmKind = Literal["unlock", "open", "other"]

MAX_VALUE = 60
"""Characters of a value that are named."""

MAX_VALUES = 6
"""Values of a call that are named."""

MAX_SUBJECTS = 10
"""Things of one kind that are named."""

_QUESTIONS: Mapping[str, Mapping[HarmKind, str]] = {
    "de": {
        "unlock": "Soll ich {what} aufschließen?",
        "open": "Soll ich {what} öffnen?",
        "other": "Soll ich das wirklich tun: {what}?",
    },
    "en": {
        "unlock": "Should I unlock {what}?",
        "open": "Should I open {what}?",
        "other": "Should I really do this: {what}?",
    },
    "es": {
        "unlock": "¿Quieres que desbloquee {what}?",
        "open": "¿Quieres que abra {what}?",
        "other": "¿Quieres que haga esto de verdad: {what}?",
    },
    "fr": {
        "unlock": "Dois-je déverrouiller {what} ?",
        "open": "Dois-je ouvrir {what} ?",
        "other": "Dois-je vraiment faire ceci : {what} ?",
    },
    "nl": {
        "unlock": "Zal ik {what} ontgrendelen?",
        "open": "Zal ik {what} openen?",
        "other": "Zal ik dit echt doen: {what}?",
    },
}
_SECRET = re.compile(r"code|\bpin\b|passw|secret|token|api.?key", re.IGNORECASE)
_QUESTION_MARK = re.compile(r"[?？؟;]")


class Harm(NamedTuple):
    """What a call would do that has to be asked for, and to what."""

    kind: HarmKind
    subject: str


class Wording(NamedTuple):
    """A question, and whether it is in the language that it was asked in."""

    text: str
    is_worded: bool


def question_text(
    harms: Iterable[Harm], language: str | None, time: str = ""
) -> Wording:
    """Return the question whether something may be done, at a later `time` if given.

    In English if the words of the language are not known.
    """
    key = language_key(language)
    words = _QUESTIONS.get(key, _QUESTIONS["en"])
    subjects: dict[HarmKind, list[str]] = {}
    for harm in harms:
        subjects.setdefault(harm.kind, []).append(harm.subject)
    text = " ".join(
        words[kind].format(what=_listed(dict.fromkeys(named)))
        for kind, named in subjects.items()
    )
    return Wording(f"{time}: {text}" if time else text, key in _QUESTIONS)


def asks_for(text: str, harms: Iterable[Harm]) -> bool:
    """Return whether a text is a question that names all that would be done."""
    folded = text.casefold()
    return _QUESTION_MARK.search(text) is not None and all(
        harm.kind != "other" and harm.subject.casefold() in folded for harm in harms
    )


def described(title: str, arguments: Mapping[str, Any]) -> str:
    """Return what a call is, as a person may hear it: nothing that is to be kept secret."""
    values = [
        f"{key}: {value if len(value) <= MAX_VALUE else f'{value[:MAX_VALUE]}…'}"
        for key, value in _leaves("", arguments)
        if not _SECRET.search(key)
    ]
    named = [*values[:MAX_VALUES], *(["…"] if len(values) > MAX_VALUES else [])]
    return f"{title} ({', '.join(named)})" if named else title


def language_key(language: str | None) -> str:
    """Return a language without its region, in small letters."""
    return re.split("[-_]", language or "", maxsplit=1)[0].casefold()


def _listed(subjects: Iterable[str]) -> str:
    """Return the names of things, with the number of those that are not named."""
    names = list(subjects)
    rest = len(names) - MAX_SUBJECTS
    return ", ".join([*names[:MAX_SUBJECTS], *([f"+ {rest}"] if rest > 0 else [])])


def _leaves(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield each value in an argument as a text on one line, with its name."""
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _leaves(f"{key} {name}".strip(), inner)
        case list() | tuple():
            for inner in value:
                yield from _leaves(key, inner)
        case None:
            return
        case _:
            if text := " ".join(str(value).split()):
                yield key, text
