"""Whether a tag ends reasoning, or is a word of a sentence about it."""

_BEFORE = (" ", "\t", '"', "'", "(")
_AFTER = ".,;:)\"'"


def is_mention(before: str, after: str, *, final: bool) -> bool | None:
    """Return whether a tag stands within a sentence; None if unknown yet.

    `before` is the character before the tag, and `after` is the text after it.
    """
    if before not in _BEFORE:
        return False
    if after in ("", " ") and not final:
        return None
    following = after[:2].lstrip(" ")[:1]
    return following.islower() or (bool(following) and following in _AFTER)
