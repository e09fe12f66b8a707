"""What is passed on from a session to fact extraction, exactly once.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Collection, Sequence
import re

from ..session.turns import Turn, has_call
from .extraction import utterances_of
from .forget_request import asks_to_forget
from .normalization import spoken_words
from .transcript_store import TranscriptStore

_FORGET = re.compile(
    r"(?:(?:please|bitte|sil|te|vous|plait|por|favor|alsjeblieft|ok|okay|and|und) )*"
    r"(?:forget|vergiss|vergesst|oublie|oubliez|olvida|olvide|olvidate|vergeet)\b"
)
"""How a sentence begins that asks to have something forgotten."""


async def async_queue_turns(
    store: TranscriptStore, turns: Sequence[Turn], held: Collection[str]
) -> None:
    """Queue what users said in turns for fact extraction, unless it was queued before.

    `held` are the ids of all turns that sessions hold. What asks to have something
    forgotten is left out, also if the model did not understand it. Raises
    `HomeAssistantError` if it cannot be written.
    """
    new = [turn for turn in turns if not store.has_queued(turn.id)]
    transcripts = [
        kept
        for lines in utterances_of(new)
        if (kept := [line for line in lines if not _asks_to_forget(line.text)])
    ]
    if transcripts:
        await store.async_enqueue(transcripts, [turn.id for turn in new], held)


def is_forget_request(turn: Turn, tool: str) -> bool:
    """Return whether a user asked to have something forgotten, and a tool was called.

    `tool` is its name. A model also calls it unasked: then the turn is like any other.
    """
    return has_call(turn, tool) and any(
        asks_to_forget(line.text) for lines in utterances_of([turn]) for line in lines
    )


def _asks_to_forget(text: str) -> bool:
    """Return whether a sentence begins with a request to forget something."""
    said = " ".join(spoken_words(text))
    return bool(_FORGET.match(said)) and asks_to_forget(text)
