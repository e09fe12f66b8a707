"""Rules of the scripted model for what was."""

from typing import Any

from .phrases import apology, call_tool, match_request, speak, without_article
from .replies import Answer
from .request_view import RequestView

THERMOMETER = "outside temperature"
HOURS = {"today": 24, "this week": 7 * 24, "this month": 30 * 24}
STATES = {"open": "open", "close": "closed", "lock": "locked", "unlock": "unlocked"}


def tell_when(request: RequestView) -> Answer | None:
    """Tell when something was opened, closed, locked or unlocked."""
    pattern = rf"when did (?:some|any)(?:body|one) ({'|'.join(STATES)}) (.+)"
    if not (found := match_request(request, pattern)):
        return None
    if not request.results:
        return _look_up(request, without_article(found[2]))
    if problem := request.results[-1].problem:
        return apology(request, problem)
    verb = found[1].lower()
    done = f"{verb.removesuffix('e')}ed"
    entity = request.results[-1].data["entities"][0]
    times = [
        change["at"]
        for change in entity.get("changes", ())
        if change["state"].casefold() == STATES[verb]
    ]
    if not times:
        return speak(request, f"{entity['name']} was not {done} since yesterday.")
    return speak(request, f"{entity['name']} was {done} on {times[0]}.")


def tell_temperatures(request: RequestView) -> Answer | None:
    """Tell how warm it was outside."""
    pattern = rf"how (?:warm|cold) was it ({'|'.join(HOURS)})"
    if not (found := match_request(request, pattern)):
        return None
    if not request.results:
        return _look_up(request, THERMOMETER, hours=HOURS[found[1].lower()])
    if problem := request.results[-1].problem:
        return apology(request, problem)
    entity = request.results[-1].data["entities"][0]
    unit = entity["unit"]
    values = entity["statistics"]
    return speak(
        request,
        f"The coldest was {values['lowest']} {unit} on {values['lowest_at']}, the "
        f"warmest {values['highest']} {unit} on {values['highest_at']}.",
    )


def _look_up(request: RequestView, name: str, **others: Any) -> Answer:
    """Return the call that looks up the past of something."""
    return call_tool(
        request,
        request.tool("get_history", "name"),
        "see when devices last changed, and what sensors measured in the past",
        name=request.names.get(name.casefold(), name),
        **others,
    )
