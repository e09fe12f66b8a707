"""Tool calls in an ordinary notation in a complete text."""

import re

from .call_blocks import LINE_WRAPPERS, WRAPPERS
from .call_candidates import initials_of_calls
from .call_scanner import CallScanner
from .tool_names import ToolNames

_CANDIDATE = re.compile(
    rf"(?P<fence>```+|^~~~+)|(?P<tag><(?:invoke\s|(?:{'|'.join((*WRAPPERS, *LINE_WRAPPERS))})>))"
    r"|^(?P<line>[^\s<`~}\]])",
    re.MULTILINE,
)


def find_call(
    text: str, start: int, stop: int, names: ToolNames
) -> tuple[int, int] | None:
    """Return start and end of the first call that begins between two positions."""
    is_code = False
    initials = initials_of_calls(names)
    for found in _CANDIDATE.finditer(text, start, stop):
        if is_code and not found["fence"]:
            continue
        if not found["line"] or found[0] in initials:
            begin = found.start()
            line = text[text.rfind("\n", 0, begin) + 1 : begin]
            scanner = CallScanner(names, is_line_start=not line.strip())
            if not is_code and scanner.scan(text, begin, ended=True):
                return begin, begin + scanner.end
        if found["fence"]:
            is_code = not is_code
    return None
