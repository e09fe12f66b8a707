"""What a turn tells of when, where and by whom it is said, as far as that is new.

What the turns before it told still holds, so on most turns there is nothing to tell.
Has no clock, and does not depend on Home Assistant.

Decision record: docs/decisions/0006-one-session-that-only-grows.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .user_text import CONTEXT

MAX_AGE = timedelta(minutes=3)
"""How long a time that was told is not told again."""


@dataclass(frozen=True, slots=True)
class ToldContext:
    """When, where and by whom something is said."""

    time: datetime
    """The local time; in what was told, the time that was told last."""
    area: str | None
    """The area of the device, with its floor."""
    has_timers: bool
    """Whether the device supports timers."""
    language: str
    speaker: str | None
    """The name of the user, None if it is not known."""

    def news(self, before: ToldContext | None) -> tuple[list[str], ToldContext]:
        """Return lines with what is new, and what is told then.

        `before` is what the earlier turns of the session told, None if nothing.
        """
        lines = []
        time = self.time
        if before is None or time.date() != before.time.date():
            lines.append(time.strftime("%A, %Y-%m-%d, %H:%M"))
        elif abs(time - before.time) > MAX_AGE:
            lines.append(time.strftime("%H:%M"))
        else:
            time = before.time
        if self.area != (before.area if before else None):
            lines.append(f"Area: {self.area or 'none'}")
        if self.has_timers != (before is not None and before.has_timers):
            lines.append(f"Timers: {'yes' if self.has_timers else 'no'}")
        if before is None or self.language != before.language:
            lines.append(f"Language: {self.language}")
        return lines, replace(self, time=time)

    def speaker_news(self, before: ToldContext | None) -> list[str]:
        """Return a line with the speaker if it is another one; it comes last.

        Small models take "Speaker: Ann" for a value to fill in: a list or a timer is
        then called Ann, and so are they when they are asked who they are.
        """
        if self.speaker == (before.speaker if before else None):
            return []
        return [f"{self.speaker or 'Somebody'} says:"]


def with_context(
    text: str,
    context: ToldContext,
    before: ToldContext | None,
    notes: Sequence[str] = (),
) -> tuple[str, ToldContext]:
    """Return a user's text with what is new of its context in front, and what is told.

    `before` is what was told by the turns before it, None if nothing. `notes` are
    further lines of the context. Where there is nothing to tell, it is the text alone.
    """
    lines, told = context.news(before)
    lines += [*notes, *context.speaker_news(before)]
    begin, end = CONTEXT
    # Otherwise what a user wrote could be taken for the context.
    if not lines and not text.startswith(begin):
        return text, told
    # The first end is that of the context: what follows was said.
    lines = [line.replace(end.strip(), "") for line in lines]
    return begin + "\n".join(lines) + end + text, told
