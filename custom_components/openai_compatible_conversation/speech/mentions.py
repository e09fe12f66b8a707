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


def is_call_mention(
    before: str, text: str, end: int, *, span: str, final: bool
) -> bool | None:
    """Return whether the opening of a call is written about; None if unknown yet.

    `before` is the character before it, `end` is where it ends in a text, and `span`
    is what opened the code span around it.
    """
    after = text[end : end + max(2, len(span))]
    if not final and len(after) < 2 and (span or before in _BEFORE):
        return None
    if span:
        # A call that is whole may stand in code, but its opening alone does not call.
        return after.startswith(span)
    following = after[:2].lstrip(" ")[:1]
    is_word = after[:1] == " " and following.islower()
    return before in _BEFORE and (is_word or (bool(following) and following in _AFTER))
