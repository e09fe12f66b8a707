"""What a model was just sent, which it reads out as its answer, and what it makes up.

A model of half a billion parameters answers with the JSON of the last tool result, or
with a part of it. After its own calls, it writes down the results that it expects.
Does not depend on Home Assistant.
"""

from collections.abc import Iterable
import json
import re

MIN_CUT = 20
"""Characters of an echo that the end of the response cuts, or that are a part only."""

_NOTE = '"note":"'
_OBJECT = re.compile(r"\n[^\S\n]*\{")
_DECODER = json.JSONDecoder()


class EchoRemover:
    """Removes texts from the start of an answer, as it arrives.

    Text is held only as long as it is the start of one of them, or of an object whose
    members are all in one of them.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Initialize with texts that are no answers: JSON objects and lists."""
        self._texts = [text for text in texts if text.startswith(("{", "["))]
        self._members = [_without_spaces(text) for text in self._texts]
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what is said of a piece of the answer and of what was held."""
        if not self._texts:
            return text
        self._held += text
        start = self._held.lstrip()
        if (end := self._echo_end(start)) is not None:
            self._held = start[end:]
            return self.feed("")
        if any(t.startswith(start) for t in self._texts) or self._may_be_part(start):
            return ""
        # From here on it is an answer of its own.
        self._texts.clear()
        return self._held

    def flush(self) -> str:
        """Return what was held at the end of the answer, if it is no echo."""
        held, self._held = self._held, ""
        if not self._texts:
            return ""
        self._texts.clear()
        return held if len(held.strip()) < MIN_CUT else ""

    def _echo_end(self, start: str) -> int | None:
        """Return where an echo ends that is complete, None if there is none."""
        if echo := next((t for t in self._texts if start.startswith(t)), None):
            return len(echo)
        if not start.startswith("{") or "}" not in start:
            return None
        try:
            _, end = _DECODER.raw_decode(start)
        except ValueError:
            return None
        return end if end >= MIN_CUT and self._has(start[1 : end - 1]) else None

    def _may_be_part(self, start: str) -> bool:
        """Return whether a text may become an object with members of a text."""
        if not start.startswith("{"):
            return False
        members = start[1:].lstrip()
        # Other quotes are those of a text within the result.
        return members[:1] in ("", '"') and self._has(members.removesuffix("}"))

    def _has(self, members: str) -> bool:
        """Return whether members of an object stand in one of the texts.

        Of a note it may be the end, for it has several sentences.
        """
        members = _without_spaces(members)
        if members.startswith(_NOTE):
            members = members.removeprefix(_NOTE).removesuffix('"')
        return any(members in text for text in self._members)


def _without_spaces(text: str) -> str:
    """Return a text without white space, which is set at will in JSON."""
    return "".join(text.split())


class MadeUpResult:
    """Cuts a text that follows a call where it goes on with the result of it."""

    def __init__(self) -> None:
        """Initialize at the end of a call, which ends a line."""
        self.is_found = False
        """Whether there was one. What follows it is made up as well."""
        self._is_line_start = True

    def cut(self, text: str) -> str:
        """Return what stands before a line that begins an object, all if there is none."""
        before = "\n" if self._is_line_start else ""
        if found := _OBJECT.search(f"{before}{text}"):
            self.is_found = True
            return text[: max(found.start() - len(before), 0)]
        line = text.rpartition("\n")[2]
        self._is_line_start = not line.strip() and (self._is_line_start or "\n" in text)
        return text
