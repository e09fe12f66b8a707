"""Text before a tool call, which is not spoken before it is clear what follows.

Decision record: docs/decisions/0025-no-gap-in-speech.md.
"""

import re
from typing import Final

SPEECH_START: Final = 60
"""Characters after which Home Assistant starts to speak an answer that is not complete."""

MAX_PREAMBLE: Final = 160
"""Characters from which one sentence is taken for an answer."""

_NEXT_SENTENCE: Final = re.compile(
    r"""(?:(?<!\d)[.!?…]+["'”’»)\]]*\s+|[。！？।॥؟۔։።။]+["”’」』）]*\s*|\s*\n\s*)\S"""
)
_WIDE_ENDS: Final = "。！？"


def may_be_preamble(text: str) -> bool:
    """Return whether a tool call may still follow a text that is not complete.

    What models say before a call is short, or one sentence. Speech output does not
    start before the second one either.
    """
    text = text.strip()
    return len(text) <= SPEECH_START or (
        len(text) <= MAX_PREAMBLE and not _NEXT_SENTENCE.search(text)
    )


def joined(first: str, second: str) -> str:
    """Return two texts that are spoken one after the other."""
    if not first.strip() or not second.strip():
        return second if second.strip() else first
    first, second = first.rstrip(), second.lstrip()
    return f"{first}{'' if first[-1] in _WIDE_ENDS else ' '}{second}"
