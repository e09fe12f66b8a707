"""How the demo's model hears a sentence, speaks, and uses a tool."""

import re
from typing import Any

from .asked import SEARCH, Asked
from .replies import Answer, Call, Pause, say

PAUSE = 0.03
"""Seconds between two words."""

_FRILLS = re.compile(
    r"^((hello|hi|hey|good (morning|evening)|please|now|and|(can|could) you)\b[,.! ]*)+"
    r"|(,? (please|again|now))*[.!?\s]*$",
    re.IGNORECASE,
)


def heard(asked: Asked, pattern: str) -> re.Match[str] | None:
    """Return the match of what the user said, without its frills."""
    return match(asked.text, pattern)


def match(text: str, pattern: str) -> re.Match[str] | None:
    """Return the match of a text without its frills."""
    return re.fullmatch(pattern, _FRILLS.sub("", text), re.IGNORECASE)


def bare(words: str) -> str:
    """Return words without their articles."""
    return re.sub(r"^(all )?(of )?(the )?", "", words.strip(), flags=re.IGNORECASE)


def speak(asked: Asked, text: str) -> Answer:
    """Say something word by word."""
    words: list[str | Pause] = []
    for word in re.findall(r"\s*\S+", text):
        words += [word, Pause(PAUSE)]
    return say(*words[:-1], usage=_usage(asked, text))


def use(asked: Asked, tool: str | None, what: str, **arguments: Any) -> Answer:
    """Call a tool; look for one if there is none, and say so if that fails."""
    if tool is None and asked.tool(SEARCH) and not asked.searched:
        tool, arguments = SEARCH, {"query": what}
    if tool is None:
        return speak(asked, f"I was given no tool to {what}.")
    # A call id has to be one of its kind in the whole conversation.
    number = sum(len(m.get("tool_calls") or ()) for m in asked.body["messages"])
    call = Call(tool, arguments, id=f"call_{number + 1}")
    return say(calls=[call], usage=_usage(asked, str(arguments)))


def _usage(asked: Asked, text: str) -> tuple[int, int, int]:
    """Return counts of tokens that are no more than a guess: a token in four letters."""
    return len(str(asked.body["messages"])) // 4, len(text) // 4, 0


def apology(asked: Asked, problem: str) -> Answer:
    """Tell of a tool that failed."""
    short = problem if len(problem) < 160 else problem.partition(":")[0]
    return speak(asked, f"That did not work. Home Assistant says: {short}.")
