"""A prompt that a server reads in steps, so that it can be stopped soon.

llama.cpp notices that a connection was closed only after the batch of the prompt that it
is reading: 2,048 tokens, which take a processor half a minute. A step has fewer, and the
next one finds it in the cache.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

from collections.abc import Callable, Iterator, Sequence

from ..completions.messages import Message, SystemMessage, UserMessage

STEP = 256
"""Tokens that are read in one step."""

MIN_REUSED = 0.5
"""Share of a step that has to be in the cache by the next one, else steps cost time."""

_NO_WORDS = UserMessage("-")
"""What stands in for the user's words in a step that is within the system prompt.

Templates of many models refuse a conversation without any.
"""


def beginnings(
    messages: Sequence[Message], count: Callable[[str], int], step: int = STEP
) -> Iterator[list[Message]]:
    """Yield a system prompt and a user's message, cut after ever more tokens.

    Other messages are not cut. Each has about `step` tokens more than the one before it. The whole is not among
    them, and neither is what is nearly the whole. `count` returns the tokens of a text.
    """
    match messages:
        case [SystemMessage(system), UserMessage(text)]:
            pass
        case _:
            return
    in_system, in_text = count(system), count(text)
    for read in range(step, in_system + in_text - step // 2 + 1, step):
        if read < in_system:
            cut = system[: len(system) * read // in_system]
            yield [SystemMessage(cut), _NO_WORDS]
        elif words := text[: len(text) * (read - in_system) // max(in_text, 1)]:
            yield [SystemMessage(system), UserMessage(words)]


def is_reused(prompt_before: int, cached: int) -> bool:
    """Return whether a server found in its cache what it has read in the step before.

    `prompt_before` are the tokens of that step, and `cached` those of this one's prompt
    that were in the cache.
    """
    return cached >= MIN_REUSED * prompt_before
