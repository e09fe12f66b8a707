"""The characters of a text by script, as far as tokenizers treat them differently."""

from typing import Final

SCRIPTS: Final = (
    "latin",
    "spaces",
    "digits",
    "signs",
    "accented",
    "greek",
    "cyrillic",
    "hebrew",
    "arabic",
    "devanagari",
    "thai",
    "cjk",
    "kana",
    "hangul",
    "emoji",
    "rare",
    "symbols",
)
"""Names of the scripts, in the order of the counts.

The first four are ASCII: letters, white space, digits, and everything else.
`devanagari` includes Bengali, `rare` are the scripts that tokenizers have few words of.
"""

type Counts = tuple[int, ...]

_LETTERS: Final = bytes([*range(0x41, 0x5B), *range(0x61, 0x7B)])
_SPACES: Final = b" \t\r\n\f\v"
_DIGITS: Final = b"0123456789"

_PAGES: Final = {
    "accented": (0x00, 0x01, 0x02, 0x1D, 0x1E),
    "greek": (0x03, 0x1F),
    "cyrillic": (0x04,),
    "hebrew": (0x05,),
    "arabic": (0x06, 0x07, 0x08, 0xFB, 0xFC, 0xFD),
    "devanagari": (0x09,),
    "thai": (0x0E,),
    "cjk": (*range(0x31, 0xA0), 0xF9, 0xFA),
    "kana": (0x30,),
    "hangul": (0x11, *range(0xAC, 0xD8)),
    # Both halves of a surrogate pair.
    "emoji": tuple(range(0xD8, 0xE0)),
    "rare": (*range(0x0A, 0x0E), 0x0F, 0x10, *range(0x12, 0x1D), *range(0xA0, 0xAC)),
}
"""The upper bytes of the UTF-16 code units of each script; all others are symbols."""

_PAGE_BYTES: Final = tuple(bytes(pages) for pages in _PAGES.values())
_ONLY_ASCII: Final = (0,) * (len(_PAGES) + 1)


def count_scripts(text: str) -> Counts:
    """Return how many characters of each of `SCRIPTS` a text has.

    A character beyond the basic multilingual plane, such as an emoji, counts as two.
    """
    # Deleting bytes is the fastest way to count them.
    plain = text.encode("ascii", "ignore")
    counts, others = _count_groups(plain, (_LETTERS, _SPACES, _DIGITS))
    counts.append(others)
    if len(plain) == len(text):
        return (*counts, *_ONLY_ASCII)
    upper = text.encode("utf-16-le", "surrogatepass")[1::2]
    beyond, others = _count_groups(upper, _PAGE_BYTES)
    # ASCII shares a page with the first accented letters.
    beyond[0] -= len(plain)
    return (*counts, *beyond, others)


def _count_groups(data: bytes, groups: tuple[bytes, ...]) -> tuple[list[int], int]:
    """Return how many bytes of each group there are, and how many of none."""
    counts = []
    for group in groups:
        rest = data.translate(None, group)
        counts.append(len(data) - len(rest))
        data = rest
    return counts, len(data)
