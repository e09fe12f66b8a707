"""Rules of the scripted model that call_tool the fact tools."""

import json
import re

from .phrases import apology, call_tool, match_request, match_text, speak
from .replies import Answer, say
from .request_view import RequestView

_NAMED = r"my (\w+) is called (.+)"


def acknowledge(request: RequestView) -> Answer | None:
    """Acknowledge the name of something, or a remark."""
    if found := match_request(request, _NAMED):
        return speak(request, f"{found[2]} is a nice name for a {found[1]}.")
    return speak(request, "I see.") if match_request(request, "by the way.*") else None


def remember(request: RequestView) -> Answer | None:
    """Learn the name of something as a fact."""
    if not (found := match_request(request, f"remember that {_NAMED}")):
        return None
    if not request.results:
        fact = {"category": "family_members", "key": found[1], "value": found[2]}
        return call_tool(request, request.tool("learn_fact"), "remember facts", **fact)
    if problem := request.results[-1].problem:
        return apology(request, problem)
    return speak(request, f"I will remember that your {found[1]} is called {found[2]}.")


def tell_name(request: RequestView) -> Answer | None:
    """Tell the name of something, from the chat or from the facts."""
    if not (question := match_request(request, r"what is my (\w+) called")):
        return None
    for text in request.user_texts[:-1]:
        found = match_text(text, _NAMED)
        if found and found[1].casefold() == question[1].casefold():
            return speak(request, f"Your {found[1]} is called {found[2]}.")
    return _recall(request, question[1], "Your {key} is called {value}.")


def tell_drink(request: RequestView) -> Answer | None:
    """Tell what the user drinks, from the facts."""
    if match_request(request, "what do i drink"):
        return _recall(request, "drink", "You drink {value}.")
    return None


def tell_former_name(request: RequestView) -> Answer | None:
    """Tell what something was called before, from the facts."""
    if not (question := match_request(request, r"what was my (\w+) called before")):
        return None
    if not request.results:
        return _recall(request, question[1], "")
    facts = (request.results[-1].data or {}).get("facts") or []
    before = [past["value"] for fact in facts for past in fact.get("before", ())]
    if not before:
        return speak(request, f"I know no other name of your {question[1]}.")
    return speak(request, f"Your {question[1]} was called {before[0]}.")


def forget(request: RequestView) -> Answer | None:
    """Forget what was said about something."""
    if not (found := match_request(request, r"forget what i said about (.+)")):
        return None
    if not request.results:
        tool = request.tool("forget_fact", "words")
        return call_tool(request, tool, "forget facts", words=found[1])
    if problem := request.results[-1].problem:
        return apology(request, problem)
    if request.results[-1].data.get("forgotten"):
        return speak(request, "I have forgotten it.")
    return speak(request, f"I do not know what you mean by {found[1]}.")


def _recall(request: RequestView, subject: str, answer: str) -> Answer:
    """Answer with the best fact about a subject."""
    if not request.results:
        tool = request.tool("query_facts", "query")
        return call_tool(request, tool, "look up facts", query=subject)
    facts = (request.results[-1].data or {}).get("facts") or []
    if not facts:
        return speak(request, f"I know nothing about your {subject}.")
    return speak(request, answer.format(**facts[0]))


def extract_facts(request: RequestView) -> Answer | None:
    """Answer a fact extraction request with the facts in its transcript."""
    if request.schema is None or not request.transcript_lines:
        return None
    found = [
        {
            "quote": found[0],
            "category": "preferences",
            "key": "drink",
            "value": found[1],
        }
        for line in request.transcript_lines
        if (found := re.search(r"I always drink ([\w ]+)", line))
    ]
    return say(json.dumps({"facts": found}))
