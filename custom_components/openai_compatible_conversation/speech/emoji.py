"""Emoji detection."""

_RANGES = (
    (0x1F000, 0x1FAFF),
    (0x2600, 0x27BF),
    (0x231A, 0x231B),
    (0x23E9, 0x23F3),
    (0x23F8, 0x23FA),
    (0x2B05, 0x2B07),
    (0x2B1B, 0x2B1C),
    (0x2B50, 0x2B50),
    (0x2B55, 0x2B55),
    (0x3030, 0x3030),
    (0x303D, 0x303D),
    (0x3297, 0x3297),
    (0x3299, 0x3299),
    (0xE0020, 0xE007F),
)
"""Code point ranges of emoji and of symbols that are displayed as emoji.

Source: https://www.unicode.org/reports/tr51/ and its data, emoji-data.txt.
"""

_MODIFIERS = frozenset("\ufe0e\ufe0f\u20e3")
_JOINER = "\u200d"


def is_emoji(char: str, *, after_emoji: bool) -> bool:
    """Return whether a character is an emoji or modifies the preceding one.

    Some scripts join letters with the zero-width joiner, so it only counts right
    after an emoji.
    """
    if char in _MODIFIERS:
        return True
    if char == _JOINER:
        return after_emoji
    code = ord(char)
    return code > 0x2300 and any(low <= code <= high for low, high in _RANGES)
