"""The parts of a user message: the context of the turn, and what the user said."""

CONTEXT = ("<context>\n", "\n</context>\n")
"""What stands before and after the context at the start of a user message."""


def split_context(text: str) -> tuple[str, str]:
    """Return the context in front of what a user said, empty if none, and the latter.

    No context contains its end marker, so the first one counts. Nothing was said in a
    message that was cut within the context.
    """
    begin, end = CONTEXT
    if not text.startswith(begin):
        return "", text
    context, marker, said = text.partition(end)
    return (context + marker, said) if marker else (text, "")
