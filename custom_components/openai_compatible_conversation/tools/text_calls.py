"""Which calls are run of those that the model writes as text.

What can do harm is not run from text without a yes of the user, and neither is what the
user did not speak of.

Decision records: docs/decisions/0010-words-are-not-commands.md and
docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm

from ..confirmation.wording import Harm
from .exposed_targets import async_exposed_targets
from .fact_tool import FactSource, FactTool
from .meant_tool import intent_of
from .questions import is_question
from .sensitivity import harms_in
from .turn_questions import TurnQuestions
from .unasked import LANGUAGES, is_unasked
from .user_words import UserWords
from .withheld_calls import WithheldCalls

_NOT_FROM_TEXT = (
    "This call stood in the text of your answer, and was not run: what can do harm is "
    "run only if it is made as a tool call. If the user asked for it, make it so."
)

_NOT_ASKED = (
    "Nothing was done: the user did not speak of this. Answer what they said. "
    "If you think that they want it, ask them."
)

_ONLY_ASKED = (
    "Nothing was done: the user asked a question. Answer it with what you were told."
)


@dataclass(frozen=True, slots=True)
class TextCallCheck:
    """Withholds those calls in the text of one turn that are not run, or not yet."""

    hass: HomeAssistant
    llm_context: llm.LLMContext
    admin_tools: frozenset[str]
    """The names of the tools of APIs that require an administrator."""
    fact_source: FactSource
    withheld: WithheldCalls
    questions: TurnQuestions
    """What is asked in the turn before it is done."""

    def check(
        self,
        call: llm.ToolInput,
        tool: llm.Tool,
        given: Mapping[str, Any],
        repaired: Mapping[str, Any],
    ) -> None:
        """Withhold a call if it is not to be run at once.

        `tool`, `given` and `repaired` are what is done then or later, with the arguments
        of the model and those that the tool understands. What can do harm is run once
        the user has said yes. With nobody to ask, the model has to make it properly.
        """
        harms = self._harms(tool, given, repaired)
        if tool.name in self.admin_tools or (harms and not self.questions.can_ask):
            self.refuse(call)
        elif self._is_unasked(tool, repaired):
            self.withheld.refuse_unasked(call.id, _NOT_ASKED)
        elif self._is_only_asked(tool):
            self.withheld.refuse_unasked(call.id, _ONLY_ASKED)
        elif harms:
            self.withheld.ask_first(call.id)

    def refuse(self, call: llm.ToolInput) -> None:
        """Have a call answered with the advice to make it properly."""
        self.withheld.refuse(call.id, "NotRunFromText", _NOT_FROM_TEXT)

    def _harms(
        self, tool: llm.Tool, given: Mapping[str, Any], repaired: Mapping[str, Any]
    ) -> tuple[Harm, ...]:
        """Return what a call in the text can do, which is asked for first."""
        if isinstance(tool, FactTool):
            # It forgets only what the user just asked to forget.
            return ()
        return harms_in(self.hass, tool, given, repaired, self.llm_context)

    def _is_unasked(self, tool: llm.Tool, arguments: Mapping[str, Any]) -> bool:
        """Return whether the user spoke of nothing that an intent is directed at."""
        while isinstance(tool, llm.NamespacedTool):
            tool = tool.tool
        if not isinstance(tool, llm.IntentTool) or self._language not in LANGUAGES:
            return False
        targets = async_exposed_targets(self.hass, tool, self.llm_context)
        offered = self.fact_source.offered
        return targets is not None and is_unasked(
            arguments, targets, self._said, offered
        )

    def _is_only_asked(self, tool: llm.Tool) -> bool:
        """Return whether an intent would do something to what is only asked."""
        return (
            bool(intent_of(tool))
            and not tool.annotations.read_only
            and is_question(self._said.last, self._language)
        )

    @property
    def _language(self) -> str:
        """Return the language of the user without its region."""
        return (self.llm_context.language or "").partition("-")[0]

    @property
    def _said(self) -> UserWords:
        """Return what the user said."""
        return UserWords(self.fact_source.utterances)
