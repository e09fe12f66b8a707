"""Texts that depend on the speaker, split into what is the same for all and the rest.

The same part belongs to the system prompt, so that the turns of all speakers have their
beginning in common; the rest goes with the turn. Does not depend on Home Assistant.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
import re

type Blocks = tuple[str, ...]
"""The lines of a text, with those of one sentence together."""

_END_OF_BLOCK = re.compile(r"""[.!?:。！？：।]["'”»)]*\s*$""")


@dataclass(slots=True)
class SpeakerTexts:
    """A text as it is rendered for each speaker of a session.

    Each is rendered once: a clock in it must not change what was sent.
    """

    shared: Blocks | None = None
    """What is the same for all speakers so far, None without any."""
    rendered: dict[Hashable, Blocks] = field(default_factory=dict)

    def add(self, texts: Mapping[Hashable, str]) -> None:
        """Add the text of each speaker, unless it is known."""
        for speaker, text in texts.items():
            blocks = self.rendered.setdefault(speaker, _blocks(text))
            if self.shared is None:
                self.shared = blocks
            elif _rest(blocks, self.shared) is None:
                self.shared = _common(self.shared, blocks)

    def own(self, speaker: Hashable) -> str:
        """Return what only holds for a speaker, who is known."""
        rest = _rest(self.rendered[speaker], self.shared or ()) or ()
        return "\n".join(block for block in rest if block.strip())


def _blocks(text: str) -> Blocks:
    """Return the blocks of a text: a sentence over several lines is one."""
    blocks = [""]
    for line in text.split("\n"):
        blocks[-1] += line
        if not line.strip() or _END_OF_BLOCK.search(line):
            blocks.append("")
        else:
            blocks[-1] += "\n"
    return tuple(block.rstrip("\n") for block in blocks if block.strip())


def _rest(blocks: Iterable[str], shared: Blocks) -> Blocks | None:
    """Return the blocks that are not among the shared ones, None if these lack any."""
    rest, missing = [], list(shared)
    for block in blocks:
        if missing and block == missing[0]:
            del missing[0]
        else:
            rest.append(block)
    return None if missing else tuple(rest)


def _common(shared: Blocks, blocks: Blocks) -> Blocks:
    """Return blocks that both have in this order."""
    common, start = [], 0
    for block in shared:
        if block in blocks[start:]:
            start = blocks.index(block, start) + 1
            common.append(block)
    return tuple(common)
