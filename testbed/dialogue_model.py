"""A scripted model for dialogues: it learns what their data says, and reads out facts.

It knows the turns of a dialogue by their words. So what it answers shows what it was
offered, and nothing else.
"""

from collections.abc import Iterable
import json

from .dialogue import Dialogue, Question, Turn
from .phrases import call_tool
from .replies import Answer, Body, Call, say
from .request_view import RequestView

UNKNOWN = {
    "de": "Das weiß ich nicht.",
    "en": "I do not know that.",
    "fr": "Je ne sais pas.",
}


class DialogueModel:
    """Answers the requests of some dialogues, including those for extraction."""

    def __init__(self, dialogues: Iterable[Dialogue]) -> None:
        """Initialize with the dialogues that it is going to hear."""
        self._turns: list[Turn] = [
            turn for dialogue in dialogues for turn in dialogue.turns
        ]

    def __call__(self, body: Body) -> Answer:
        """Return the answer to a request."""
        request = RequestView(body)
        if request.schema is not None:
            return self._extract(request)
        turn = next((t for t in self._turns if t.say == request.text), None)
        if turn is None:
            return say("Hello", " there.")
        if isinstance(turn, Question):
            return _answer(request, turn)
        return _note(request, turn)

    def _extract(self, request: RequestView) -> Answer:
        """Return the facts in a transcript, each with the whole line as its quote."""
        found = [
            {"quote": turn.say, **fact}
            for turn in self._turns
            # The lines may be strings or within objects.
            if json.dumps(turn.say, ensure_ascii=False)[1:-1] in request.text
            for fact in turn.noted
        ]
        return say(json.dumps({"facts": found}))


def _note(request: RequestView, turn: Turn) -> Answer:
    """Learn or forget facts, and tell what came of it."""
    if request.results:
        problem = request.results[-1].problem
        return say(f"That did not work: {problem}." if problem else "Done.")
    if turn.forget:
        tool = request.tool("forget_fact")
        return call_tool(request, tool, "forget facts", **turn.forget)
    if turn.told and (tool := request.tool("learn_fact")):
        number = sum(len(m.get("tool_calls") or ()) for m in request.body["messages"])
        calls = [
            Call(tool, dict(fact), id=f"call_{number + index}")
            for index, fact in enumerate(turn.told, 1)
        ]
        return say(calls=calls)
    return say("I see.")


def _answer(request: RequestView, question: Question) -> Answer:
    """Read out what was offered with the turn, and what a query finds."""
    if question.query and not request.results:
        tool = request.tool("query_facts")
        return call_tool(request, tool, "look up facts", **question.query)
    found = request.results[-1].data.get("facts", ()) if request.results else ()
    # Not as JSON, which would be taken for an echo of the result.
    lines = [request.remembered, *(", ".join(map(str, f.values())) for f in found)]
    return say(". ".join(filter(None, lines)) or UNKNOWN[question.language])
