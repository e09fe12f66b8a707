"""Calls in vain, in place of an answer.

A model of half a billion parameters calls something to "thank you" and to a question
whose answer it was told, and then the same again. Asked for words, it has some.

Decision record: docs/decisions/0017-what-a-small-model-means.md.
"""

from collections.abc import Sequence
from dataclasses import replace

from ..completions.messages import Message, ToolMessage, UserMessage
from ..tools.outcome import Outcome
from ..tools.withheld_calls import WithheldCalls
from .response_calls import ResponseCalls

IN_WORDS = "Answer in words, without a tool."
"""What follows the last message then. It is not kept, and neither are the calls."""


def are_unasked(calls: ResponseCalls, withheld: WithheldCalls) -> bool:
    """Return whether a response has calls, and nobody asked for any of them."""
    return bool(calls.parts) and all(withheld.is_unasked(p.id) for p in calls.parts)


def are_copies(calls: ResponseCalls, outcome: Outcome, *, has_made_up: bool) -> bool:
    """Return whether the calls of a response repeat earlier ones, with nothing new.

    What acts may be meant again, unless the model made up its result as well.
    """
    return (
        calls.has_read
        and outcome.only_repeats
        and (has_made_up or not (outcome.acts or outcome.failures))
    )


def asking_for_words(messages: Sequence[Message]) -> list[Message]:
    """Return messages of which the last asks for an answer in words.

    It is the user's or a result: servers want none of the user's after a result.
    """
    last = messages[-1]
    assert isinstance(last, UserMessage | ToolMessage)
    return [*messages[:-1], replace(last, text=f"{last.text}\n{IN_WORDS}")]
