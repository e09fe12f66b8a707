"""What a turn asks before it is done, and what it may say yes to.

A question is asked in one turn, and its token told in the next one of the same person in
the same place. So no call of the turn that asks can hold it, nor can any text that is
read know it. Words that refuse, ask something, or speak of something else are no yes,
whatever the model makes of them: then the token is not told.

Does not depend on Home Assistant.

Decision record: docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..confirmation.answer_words import is_plain_yes
from ..confirmation.open_questions import Approver, Question, new_token
from ..confirmation.wording import Harm, Wording, asks_for, question_text
from .possible_yes import is_no, may_be_yes

CONFIRM = "confirm_action"

MAX_QUESTIONS = 8
"""Calls of one turn that may wait for a yes."""

_NOT_YET = (
    "Nothing was done yet: the user has to say yes first. Ask them this question in "
    "their language, and say nothing of it as done. It is done once they say yes."
)
_NOT_ANSWERED = (
    "Nothing was done: the user was asked, and what they just said is no yes. "
    "Answer what they said."
)
_NOBODY = (
    "Nothing was done: the user has to say yes to this first, and there is nobody here "
    "who can. Say that it was not done."
)
_TOO_MANY = "Nothing was done: too much waits for a yes already. Ask for that first."
_SAID_NO = "Nothing was done, as it was not confirmed."
_NO_QUESTION = (
    "Nothing was done: no question waits for a yes. Call the tool for what the user "
    "wants. They are asked then."
)
_NO_SUCH_QUESTION = "Nothing was done: no question that waits has this token."
_HAS_READ = (
    "Nothing was done: a yes counts only before something else is looked up. Call the "
    "tool for what the user wants. They are asked then."
)
_DONE = (
    "This was confirmed, and called once. It is called again only if they ask again."
)

type Verdict = Literal["run", "ask", "tell", "done", "refuse", "not_asked"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a call, and what the model is told instead of its result."""

    verdict: Verdict
    text: str = ""
    question: Question | None = None
    """The question that is asked, or the one whose call is run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCall:
    """A call that is run only after a yes."""

    tool: str
    integration: str | None
    arguments: Mapping[str, Any]
    identity: str
    harms: tuple[Harm, ...]
    time: str = ""
    """When it would be done, empty for now."""


@dataclass(slots=True)
class TurnQuestions:
    """The questions of one turn: nobody can be asked anything unless it has begun."""

    asks_first: bool = False
    """Whether what can do harm is asked for, however it is called."""
    new: list[Question] = field(default_factory=list)
    """What is asked in this turn."""
    _approver: Approver | None = None
    _said: str = ""
    _language: str = ""
    _open: dict[str, Question] = field(default_factory=dict)
    """What this turn may say yes to, by token."""
    _declined: list[Question] = field(default_factory=list)
    """What was asked, and is not answered by this turn."""
    _confirmed: list[Question] = field(default_factory=list)
    _reminded: set[str] = field(default_factory=set)
    """The tokens of questions whose call was made again, instead of a confirmation."""
    _results: int = 0
    _has_read: bool = False

    def begin(
        self,
        approver: Approver | None,
        asked: Sequence[Question],
        said: str,
        language: str,
    ) -> None:
        """Begin a turn: `asked` is what the last one asked, and `said` the answer.

        `approver` is who can say yes to what this turn asks, None if nobody can.
        """
        self._approver, self._said, self._language = approver, said, language
        if may_be_yes(said, language, asked):
            self._open = {question.token: question for question in asked}
        else:
            self._declined = [*asked]

    @property
    def can_ask(self) -> bool:
        """Return whether there is somebody to ask."""
        return self._approver is not None

    @property
    def is_open(self) -> bool:
        """Return whether a question waits for a yes."""
        return bool(self._open)

    @property
    def is_yes_unheeded(self) -> bool:
        """Return whether the user said nothing but yes, and nothing came of it."""
        return (
            bool(self._open)
            and not (self._confirmed or self._reminded or self.new)
            and is_plain_yes(self._said, self._language)
        )

    @property
    def wording(self) -> Wording:
        """Return all that is asked in this turn, and whether its words are known."""
        return Wording(
            " ".join(question.text for question in self.new),
            all(question.is_worded for question in self.new),
        )

    def notes(self) -> list[str]:
        """Return lines for the context of the user's words."""
        return [
            f'You asked: "{question.text}" Only if this message is a yes to that, call '
            f"{CONFIRM} with token {question.token}. Otherwise do not."
            for question in self._open.values()
        ]

    def is_asked_in(self, text: str) -> bool:
        """Return whether a text asks all that is to be asked."""
        return all(asks_for(text, question.harms) for question in self.new)

    def next_round(self) -> None:
        """Begin a round: another response, to the results so far."""
        self._has_read = self._results > 0

    def has_result(self) -> None:
        """Note a result, in which anything may stand."""
        self._results += 1

    def is_token(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether arguments hold the token of a question that is open."""
        return self._meant(arguments, self._open.values()) is not None

    def is_known(self, identity: str) -> bool:
        """Return whether a call is one that was asked for, however that ended."""
        known = (*self._open.values(), *self._declined, *self._confirmed, *self.new)
        return any(question.identity == identity for question in known)

    def hold(self, call: HeldCall) -> Decision:
        """Decide on a call that can do harm."""
        identity = call.identity
        if any(question.identity == identity for question in self._confirmed):
            return Decision("done", _DONE)
        if self._approver is None:
            return Decision("refuse", _NOBODY)
        if any(question.identity == identity for question in self._declined):
            return Decision("not_asked", _NOT_ANSWERED)
        for question in self._open.values():
            if (
                question.identity == identity
                and question.token not in self._reminded
                and not self._has_read
            ):
                self._reminded.add(question.token)
                return Decision("tell", _reminder(question))
        return self._ask(call)

    def _ask(self, call: HeldCall) -> Decision:
        """Ask for a call, unless it is asked for already."""
        for question in self.new:
            if question.identity == call.identity:
                return Decision("ask", _NOT_YET, question)
        if len(self.new) >= MAX_QUESTIONS:
            return Decision("refuse", _TOO_MANY)
        wording = question_text(call.harms, self._language, call.time)
        question = Question(
            token=new_token(),
            tool=call.tool,
            integration=call.integration,
            arguments=call.arguments,
            identity=call.identity,
            harms=call.harms,
            text=wording.text,
            is_worded=wording.is_worded,
        )
        self.new.append(question)
        return Decision("ask", _NOT_YET, question)

    def confirm(self, arguments: Mapping[str, Any]) -> Decision:
        """Decide on a call of the tool that confirms: which call is run, if any."""
        if self._meant(arguments, self._confirmed):
            return Decision("done", _DONE)
        if not self._open:
            text = _NOT_ANSWERED if self._declined else _NO_QUESTION
            return Decision("not_asked" if self._declined else "refuse", text)
        if any(is_no(value, self._language) for value in arguments.values()):
            return Decision("not_asked", _SAID_NO)
        if (question := self._meant(arguments, self._open.values())) is None:
            return Decision("refuse", _NO_SUCH_QUESTION)
        if self._has_read:
            return Decision("refuse", _HAS_READ)
        del self._open[question.token]
        self._confirmed.append(question)
        # What was asked for again meanwhile is not asked any more.
        self.new = [q for q in self.new if q.identity != question.identity]
        return Decision("run", question=question)

    def _meant(
        self, arguments: Mapping[str, Any], questions: Iterable[Question]
    ) -> Question | None:
        """Return the question whose token is among arguments, whatever its name."""
        given = {
            value.strip(" \t\n\"'`<>[]").casefold()
            for value in arguments.values()
            if isinstance(value, str)
        }
        return next((q for q in questions if q.token in given), None)


def _reminder(question: Question) -> str:
    """Return what the model is told that calls again instead of confirming."""
    return (
        f'Nothing was done: you asked "{question.text}" If the user just said yes, call '
        f"{CONFIRM} with token {question.token}. If not, do not call it."
    )
