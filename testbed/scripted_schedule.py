"""Rules of the scripted model for what is to be done later."""

import re

from .phrases import apology, call_tool, match_request, speak, without_article
from .replies import Answer
from .reports import listing
from .request_view import RequestView

NUMBERS = {"one": 1, "two": 2, "five": 5, "ten": 10, "twenty": 20, "thirty": 30}
SECONDS = {"second": 1, "minute": 60, "hour": 3600}


def do_later(request: RequestView) -> Answer | None:
    """Turn something on or off in some time."""
    amount = rf"(\d+|{'|'.join(NUMBERS)}) ({'|'.join(SECONDS)})s?"
    pattern = rf"(?:turn|switch) (on|off) (.+) in {amount}"
    if not (found := match_request(request, pattern)):
        return None
    if not request.results:
        name = without_article(found[2])
        number = NUMBERS.get(found[3].lower()) or int(found[3])
        return call_tool(
            request,
            request.tool("schedule_action", "tool", "in_minutes"),
            "do something later",
            tool=request.tool(f"HassTurn{found[1].title()}", "name"),
            arguments={"name": request.names.get(name.casefold(), name)},
            in_minutes=number * SECONDS[found[4].lower()] / 60,
        )
    if problem := request.results[-1].problem:
        return apology(request, problem)
    at = re.sub(r".*T(\d\d:\d\d).*", r"\1", request.results[-1].data["scheduled"]["at"])
    return speak(request, f"I will do that at {at}.")


def tell_scheduled(request: RequestView) -> Answer | None:
    """Tell what is to be done later."""
    if not match_request(request, r"what is scheduled|what will you do later"):
        return None
    if not request.results:
        tool = request.tool("query_scheduled_actions")
        return call_tool(request, tool, "list scheduled actions")
    if problem := request.results[-1].problem:
        return apology(request, problem)
    actions = request.results[-1].data["scheduled"]
    names = [str(action["arguments"].get("name")) for action in actions]
    return speak(request, f"Scheduled: {listing(names) if names else 'nothing'}.")


def cancel_scheduled(request: RequestView) -> Answer | None:
    """Cancel what is to be done next."""
    if not match_request(request, r"cancel (?:it|that|what is scheduled)"):
        return None
    if not request.results:
        tool = request.tool("query_scheduled_actions")
        return call_tool(request, tool, "list scheduled actions")
    if problem := request.results[-1].problem:
        return apology(request, problem)
    match request.results[-1].data:
        case {"cancelled": True}:
            return speak(request, "It is cancelled.")
        case {"scheduled": [{"id": action_id}, *_]}:
            tool = request.tool("cancel_scheduled_action", "id")
            return call_tool(request, tool, "cancel an action", id=action_id)
    return speak(request, "There is nothing to cancel.")
