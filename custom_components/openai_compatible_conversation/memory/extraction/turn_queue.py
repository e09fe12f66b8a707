"""What is passed on from a session to fact extraction, exactly once.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Collection, Sequence

from ...session.turns import Turn, has_call
from ..forgetting.forget_request import asks_to_forget, begins_with_forgetting
from ..store.transcript_store import TranscriptStore
from .extraction import utterances_of


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
        if (kept := [line for line in lines if not begins_with_forgetting(line.text)])
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
