"""What a model answers from memory: `script/eval memory`.

It is told and asked as in the dialogues of `testbed/dialogue.py`, which test five
abilities, and asked of twenty facts of a household.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import override
from zoneinfo import ZoneInfo

from bench.measure import tell
from testbed.config_dir import TIME_ZONE
from testbed.dialogue import ABILITIES, Dialogue, Question, load_dialogues
from testbed.dialogue_model import DialogueModel

from .command import Place, Run, chosen, parse, parser_of
from .household_facts import FITTING_GOAL, KINDS, UNFIT_GOAL, HouseholdFacts
from .judge import described
from .memory_household import Household
from .memory_judge import admits, misses
from .people import People
from .report import as_json, show, tell_result
from .run import Result
from .tasks import Task

FACTS = "facts"
"""Kind of the questions about the twenty facts."""

TITLES = {**ABILITIES, **KINDS}


@dataclass
class MemoryRun(Run):
    """A run of dialogues, and of the facts of a household."""

    dialogues: Sequence[Dialogue]
    facts: HouseholdFacts | None
    results: list[Result] = field(default_factory=list)

    @override
    async def perform(self, place: Place) -> None:
        """Play all dialogues and ask all questions in a Home Assistant."""
        async with People(place.hass, place.house.client) as people:
            household = await Household.move_in(place, people, self.args.time_limit)
            questions = sum(len(dialogue.questions) for dialogue in self.dialogues)
            if self.facts:
                questions += len(self.facts.questions)
            model = household.assistant.model
            self.begin(place.server, model, f"{questions} questions")
            for dialogue in self.dialogues:
                await self._play(household, dialogue)
            if self.facts:
                await self._ask_facts(household, self.facts)

    @override
    def report(self) -> None:
        """Print the table and the goals, and write the results if a file is named."""
        if self.results:
            show(self.results, TITLES)
            self._tell_goal(("same", "other"), "facts told", FITTING_GOAL)
            self._tell_goal(("unfit",), "facts not told", UNFIT_GOAL)
        if self.args.json:
            document = as_json(self.results, self.about, TITLES)
            self.args.json.write_text(document, "utf-8")

    async def _play(self, household: Household, dialogue: Dialogue) -> None:
        """Play a dialogue, and judge the answers in it."""
        await household.begin_story()
        dates = any(question.since for question in dialogue.questions)
        number = 0
        for turn in dialogue.turns:
            await household.let_pass(turn.after, dates=dates)
            if not isinstance(turn, Question):
                await household.say(turn, is_telling=True)
                continue
            number += 1
            name = f"{dialogue.id}-{number}" if number > 1 else dialogue.id
            await self._ask(household, name, dialogue.ability, turn)

    async def _ask_facts(self, household: Household, facts: HouseholdFacts) -> None:
        """Tell all facts, each in a session of its own, and ask the questions."""
        await household.begin_story()
        for turn in facts.told:
            await household.let_pass(turn.after, dates=False)
            await household.say(turn, is_telling=True)
        for number, (kind, question) in enumerate(facts.questions, 1):
            await household.let_pass(question.after, dates=False)
            await self._ask(household, f"facts-{number}", kind, question)

    async def _ask(
        self, household: Household, name: str, kind: str, question: Question
    ) -> None:
        """Ask a question, and judge the answer."""
        answer, tokens = await household.say(question, is_telling=False)
        wrong = misses(question, answer, datetime.now(ZoneInfo(TIME_ZONE)))
        if kind == "unfit" and admits(answer.answer, question.language):
            # Other facts may be named then.
            wrong = []
        result = Result(
            household.assistant.name,
            Task(id=name, kind=kind, language=question.language, say=[question.say]),
            wrong,
            answer.first_word,
            answer.seconds,
            tokens,
            answer.answer,
            described(answer.calls),
        )
        self.results.append(result)
        tell_result(result, verbose=self.args.verbose)

    def _tell_goal(self, kinds: Sequence[str], what: str, goal: float) -> None:
        """Print how many questions of some kinds were answered rightly."""
        found = [result for result in self.results if result.task.kind in kinds]
        if not found:
            return
        share = sum(result.passed for result in found) / len(found)
        reached = "reached" if share >= goal else "not reached"
        tell(f"{what}: {share:.0%} of {len(found)} right (goal {goal:.0%}: {reached})")


def main() -> int:
    """Evaluate a server; return the exit code."""
    dialogues = load_dialogues()
    kinds = [*ABILITIES, FACTS]
    args = parse(parser_of("script/eval memory", "dialogue", dialogues, kinds))
    is_part = args.ids or args.limit is not None or args.language not in {None, "en"}
    asks_facts = FACTS in args.kind if args.kind else not is_part
    return MemoryRun(
        args,
        DialogueModel(dialogues),
        chosen(dialogues, args, lambda dialogue: dialogue.ability),
        HouseholdFacts.load() if asks_facts else None,
    ).main()
