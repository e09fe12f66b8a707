"""What the demo's model remembers, with the memory's tools."""

import json
import re

from .phrases import apology, heard, match, speak, use
from .replies import Answer, say
from .request_view import RequestView

_NAMING = r"my (\w+) is called (.+)"


def hear_name(request: RequestView) -> Answer | None:
    """Hear what something is called, or something in passing."""
    if said := heard(request, _NAMING):
        return speak(request, f"{said[2]} is a nice name for a {said[1]}.")
    return speak(request, "I see.") if heard(request, "by the way.*") else None


def remember(request: RequestView) -> Answer | None:
    """Remember what something is called."""
    if not (said := heard(request, f"remember that {_NAMING}")):
        return None
    if not request.results:
        fact = {"category": "family_members", "key": said[1], "value": said[2]}
        return use(request, request.tool("learn_fact"), "remember facts", **fact)
    if problem := request.results[-1].problem:
        return apology(request, problem)
    return speak(request, f"I will remember that your {said[1]} is called {said[2]}.")


def tell_name(request: RequestView) -> Answer | None:
    """Tell what something is called, if that was said or is remembered."""
    if not (question := heard(request, r"what is my (\w+) called")):
        return None
    for text in request.said[:-1]:
        said = match(text, _NAMING)
        if said and said[1].casefold() == question[1].casefold():
            return speak(request, f"Your {said[1]} is called {said[2]}.")
    return _recall(request, question[1], "Your {key} is called {value}.")


def tell_drink(request: RequestView) -> Answer | None:
    """Tell what the user drinks, if that is remembered."""
    if heard(request, "what do i drink"):
        return _recall(request, "drink", "You drink {value}.")
    return None


def _recall(request: RequestView, what: str, answer: str) -> Answer:
    """Answer with what is remembered of something."""
    if not request.results:
        tool = request.tool("query_facts", "query")
        return use(request, tool, "look up facts", query=what)
    facts = (request.results[-1].data or {}).get("facts") or []
    if not facts:
        return speak(request, f"I know nothing about your {what}.")
    return speak(request, answer.format(**facts[0]))


def note_facts(request: RequestView) -> Answer | None:
    """Find the facts in a transcript, which is what is request for without a user."""
    if request.schema is None or not request.lines:
        return None
    found = [
        {"quote": said[0], "category": "preferences", "key": "drink", "value": said[1]}
        for line in request.lines
        if (said := re.search(r"I always drink ([\w ]+)", line))
    ]
    return say(json.dumps({"facts": found}))
