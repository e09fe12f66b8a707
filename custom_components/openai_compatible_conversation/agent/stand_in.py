"""What speaks in the place of a model that has nothing to say, or does not ask.

Decision records: docs/decisions/0010-words-are-not-commands.md and
docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from dataclasses import dataclass

from ..completions.messages import AssistantMessage
from ..tools.outcome import Outcome
from ..tools.turn_questions import TurnQuestions
from .asking import left_to_ask, question_in_place, whole_question
from .replacement import replacement
from .run_history import RunHistory
from .turn_output import TurnOutput


@dataclass(slots=True)
class StandIn:
    """Ends one turn in the model's place, with what is true, or what is to be asked."""

    history: RunHistory
    output: TurnOutput
    language: str
    outcome: Outcome
    questions: TurnQuestions
    is_data: bool
    """Whether the answer is data, in whose place only what was done is said."""
    failure: str | None = None
    """What was said because tool calls failed."""
    asked: bool = False
    """Whether the user was asked for what waits for a yes."""
    answer_before_question: str | None = None
    """What the model said, if that was asked in another message after it."""

    async def say(self, unspoken: str = "") -> bool:
        """Say what is true in place of a silent model; return whether there is anything.

        It does not enter the history: a model imitates what stands there.
        """
        questions = self.questions
        if questions.new and not self.is_data:
            await self._ask(whole_question(questions, self.outcome, self.language))
            return True
        said = replacement(self.outcome, self.language, unspoken)
        if said is None:
            return False
        self.failure = said.text if said.is_failure else None
        await self.output.say(said.text)
        return True

    async def ask(self) -> bool:
        """Ask for the calls that wait for a yes, if that is all there is to say.

        The model is not needed for that, and a small one says that it is done.
        """
        if self.is_data:
            return False
        text = question_in_place(self.questions, self.outcome, self.language)
        if text is None:
            return False
        await self._ask(text)
        return True

    async def ask_what_is_left(self) -> None:
        """Ask for the calls that wait for a yes, unless the model has asked."""
        if self.is_data or not self.questions.new:
            return
        messages = self.history.new_messages
        if (text := left_to_ask(self.questions, messages)) is None:
            self.asked = True
            return
        match messages[-1]:
            case AssistantMessage(str(answer)):
                self.answer_before_question = answer
        await self._ask(text)

    async def _ask(self, text: str) -> None:
        """Ask something, and listen for the answer."""
        await self.output.say(text)
        self.history.new_messages.append(AssistantMessage(text))
        self.asked = True
