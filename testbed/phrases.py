"""Helpers of the scripted model: sentence matching, answers and tool calls."""

import re
from typing import Any

from .replies import Answer, Call, Pause, say
from .request_view import SEARCH, RequestView

PAUSE = 0.03
"""Seconds between two words of an answer."""

_FILLER_WORDS = re.compile(
    r"^((hello|hi|hey|good (morning|evening)|please|now|and|(can|could) you)\b[,.! ]*)+"
    r"|(,? (please|again|now))*[.!?\s]*$",
    re.IGNORECASE,
)


def match_request(request: RequestView, pattern: str) -> re.Match[str] | None:
    """Return the match of the last user text, without its filler words."""
    return match_text(request.text, pattern)


def match_text(text: str, pattern: str) -> re.Match[str] | None:
    """Return the match of a whole text, without its filler words, ignoring case."""
    return re.fullmatch(pattern, _FILLER_WORDS.sub("", text), re.IGNORECASE)


def without_article(words: str) -> str:
    """Return words without a leading article."""
    return re.sub(r"^(all )?(of )?(the )?", "", words.strip(), flags=re.IGNORECASE)


def speak(request: RequestView, text: str) -> Answer:
    """Return an answer that is streamed word by word."""
    words: list[str | Pause] = []
    for word in re.findall(r"\s*\S+", text):
        words += [word, Pause(PAUSE)]
    return say(*words[:-1], usage=_usage(request, text))


def call_tool(
    request: RequestView, tool: str | None, purpose: str, /, **arguments: Any
) -> Answer:
    """Return a tool call, or a search for the tool if it is missing.

    Without the tool and the search tool, the answer says that `purpose` is impossible.
    """
    if tool is None and request.tool(SEARCH) and not request.has_searched:
        tool, arguments = SEARCH, {"query": purpose}
    if tool is None:
        return speak(request, f"I was given no tool to {purpose}.")
    # A call ID has to be unique in the whole chat.
    number = sum(len(m.get("tool_calls") or ()) for m in request.body["messages"])
    call = Call(tool, arguments, id=f"call_{number + 1}")
    return say(calls=[call], usage=_usage(request, str(arguments)))


def _usage(request: RequestView, text: str) -> tuple[int, int, int]:
    """Return a rough estimate of the token usage: four characters a token."""
    return len(str(request.body["messages"])) // 4, len(text) // 4, 0


def apology(request: RequestView, problem: str) -> Answer:
    """Return an answer about a failed tool call."""
    short = problem if len(problem) < 160 else problem.partition(":")[0]
    return speak(request, f"That did not work. Home Assistant says: {short}.")
