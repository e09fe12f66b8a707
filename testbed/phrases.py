"""How the demo's model hears a sentence, speaks, and uses a tool."""

import re
from typing import Any

from .replies import Answer, Call, Pause, say
from .request_view import SEARCH, RequestView

PAUSE = 0.03
"""Seconds between two words."""

_FRILLS = re.compile(
    r"^((hello|hi|hey|good (morning|evening)|please|now|and|(can|could) you)\b[,.! ]*)+"
    r"|(,? (please|again|now))*[.!?\s]*$",
    re.IGNORECASE,
)


def heard(request: RequestView, pattern: str) -> re.Match[str] | None:
    """Return the match of what the user said, without its frills."""
    return match(request.text, pattern)


def match(text: str, pattern: str) -> re.Match[str] | None:
    """Return the match of a text without its frills."""
    return re.fullmatch(pattern, _FRILLS.sub("", text), re.IGNORECASE)


def bare(words: str) -> str:
    """Return words without their articles."""
    return re.sub(r"^(all )?(of )?(the )?", "", words.strip(), flags=re.IGNORECASE)


def speak(request: RequestView, text: str) -> Answer:
    """Say something word by word."""
    words: list[str | Pause] = []
    for word in re.findall(r"\s*\S+", text):
        words += [word, Pause(PAUSE)]
    return say(*words[:-1], usage=_usage(request, text))


def use(request: RequestView, tool: str | None, what: str, **arguments: Any) -> Answer:
    """Call a tool; look for one if there is none, and say so if that fails."""
    if tool is None and request.tool(SEARCH) and not request.searched:
        tool, arguments = SEARCH, {"query": what}
    if tool is None:
        return speak(request, f"I was given no tool to {what}.")
    # A call id has to be one of its kind in the whole conversation.
    number = sum(len(m.get("tool_calls") or ()) for m in request.body["messages"])
    call = Call(tool, arguments, id=f"call_{number + 1}")
    return say(calls=[call], usage=_usage(request, str(arguments)))


def _usage(request: RequestView, text: str) -> tuple[int, int, int]:
    """Return counts of tokens that are no more than a guess: a token in four letters."""
    return len(str(request.body["messages"])) // 4, len(text) // 4, 0


def apology(request: RequestView, problem: str) -> Answer:
    """Tell of a tool that failed."""
    short = problem if len(problem) < 160 else problem.partition(":")[0]
    return speak(request, f"That did not work. Home Assistant says: {short}.")
