"""Rules of the scripted model for what it needs a yes for.

It writes its calls as text, as small models do.
"""

import json
import re

from .phrases import apology, match_request, speak, without_article
from .replies import Answer, say
from .request_view import RequestView

_UNLOCK = r"unlock (.+)"


def unlock(request: RequestView) -> Answer | None:
    """Unlock something."""
    if not (found := match_request(request, _UNLOCK)):
        return None
    if request.results:
        return apology(request, request.results[-1].problem or "it was not unlocked")
    name = without_article(found[1])
    return _write_call(
        request.tool("HassTurnOff", "name"),
        name=request.names.get(name.casefold(), name),
    )


def confirm(request: RequestView) -> Answer | None:
    """Confirm what was asked, if the user says yes to it."""
    if not match_request(request, r"yes(?:,? (?:please|do it))?"):
        return None
    if request.results:
        if problem := request.results[-1].problem:
            return apology(request, problem)
        return speak(request, "It is unlocked.")
    if found := re.search(r"with token (\w+)", request.context):
        return _write_call(request.tool("confirm_action", "token"), token=found[1])
    return speak(request, "There is nothing to confirm.")


def _write_call(tool: str | None, **arguments: str) -> Answer:
    """Return an answer with a tool call in its text."""
    call = json.dumps({"name": tool, "arguments": arguments})
    return say(f"<tool_call>{call}</tool_call>")
