"""Tool calls in an ordinary notation in a complete text."""

import re

from .call_blocks import WRAPPERS
from .call_scanner import CallScanner
from .tool_names import ToolNames

_CANDIDATE = re.compile(
    rf"(?P<fence>```+|^~~~+)|(?P<tag><(?:invoke\s|(?:{'|'.join(WRAPPERS)})>))"
    r"|^(?P<line>[^\s<`~}\]])",
    re.MULTILINE,
)


def find_call(
    text: str, start: int, stop: int, names: ToolNames
) -> tuple[int, int] | None:
    """Return start and end of the first call that begins between two positions."""
    is_code = False
    for found in _CANDIDATE.finditer(text, start, stop):
        if is_code and not found["fence"]:
            continue
        if not found["line"] or found[0] in "{[" or names.may_become(found[0]):
            begin = found.start()
            scanner = CallScanner(names)
            if not is_code and scanner.scan(text, begin, ended=True):
                return begin, begin + scanner.end
        if found["fence"]:
            is_code = not is_code
    return None
