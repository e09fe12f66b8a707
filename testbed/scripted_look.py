"""Rules of the scripted model for what a camera sees."""

from .phrases import apology, call_tool, match_request, speak, without_article
from .replies import Answer
from .request_view import RequestView


def look(request: RequestView) -> Answer | None:
    """Look through a camera."""
    if not (found := match_request(request, r"what (?:do|can) you see on (.+)")):
        return None
    if request.results:
        problem = request.results[-1].problem
        return apology(request, problem or "no picture came with the result")
    name = without_article(found[1])
    return call_tool(
        request,
        request.tool("look_at_camera", "name"),
        "look through a camera",
        name=request.names.get(name.casefold(), name),
    )


def describe_picture(request: RequestView) -> Answer | None:
    """Tell that a picture came after the results of tools."""
    if not request.is_shown_picture:
        return None
    return speak(request, "I see a picture. A real model would tell what is in it.")
