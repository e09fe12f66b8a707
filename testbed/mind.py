"""What the demo's model remembers, with the memory's tools."""

import json
import re

from .asked import Asked
from .phrases import apology, heard, match, speak, use
from .replies import Answer, say

_NAMING = r"my (\w+) is called (.+)"


def hear_name(asked: Asked) -> Answer | None:
    """Hear what something is called, or something in passing."""
    if said := heard(asked, _NAMING):
        return speak(asked, f"{said[2]} is a nice name for a {said[1]}.")
    return speak(asked, "I see.") if heard(asked, "by the way.*") else None


def remember(asked: Asked) -> Answer | None:
    """Remember what something is called."""
    if not (said := heard(asked, f"remember that {_NAMING}")):
        return None
    if not asked.results:
        fact = {"category": "family_members", "key": said[1], "value": said[2]}
        return use(asked, asked.tool("learn_fact"), "remember facts", **fact)
    if problem := asked.results[-1].problem:
        return apology(asked, problem)
    return speak(asked, f"I will remember that your {said[1]} is called {said[2]}.")


def tell_name(asked: Asked) -> Answer | None:
    """Tell what something is called, if that was said or is remembered."""
    if not (question := heard(asked, r"what is my (\w+) called")):
        return None
    for text in asked.said[:-1]:
        said = match(text, _NAMING)
        if said and said[1].casefold() == question[1].casefold():
            return speak(asked, f"Your {said[1]} is called {said[2]}.")
    return _recall(asked, question[1], "Your {key} is called {value}.")


def tell_drink(asked: Asked) -> Answer | None:
    """Tell what the user drinks, if that is remembered."""
    if heard(asked, "what do i drink"):
        return _recall(asked, "drink", "You drink {value}.")
    return None


def _recall(asked: Asked, what: str, answer: str) -> Answer:
    """Answer with what is remembered of something."""
    if not asked.results:
        tool = asked.tool("query_facts", "query")
        return use(asked, tool, "look up facts", query=what)
    facts = (asked.results[-1].data or {}).get("facts") or []
    if not facts:
        return speak(asked, f"I know nothing about your {what}.")
    return speak(asked, answer.format(**facts[0]))


def note_facts(asked: Asked) -> Answer | None:
    """Find the facts in a transcript, which is what is asked for without a user."""
    if asked.schema is None or not asked.lines:
        return None
    found = [
        {"quote": said[0], "category": "preferences", "key": "drink", "value": said[1]}
        for line in asked.lines
        if (said := re.search(r"I always drink ([\w ]+)", line))
    ]
    return say(json.dumps({"facts": found}))
