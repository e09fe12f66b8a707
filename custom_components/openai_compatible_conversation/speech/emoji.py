"""Which characters are pictures, and which pictures show a status."""

from typing import Final

_RANGES: Final = (
    "\u231a-\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    # In the blocks of symbols and dingbats, the others are signs and numbers.
    "\u2600-\u2604\u260e\u2614-\u2615\u2618\u261d\u2620\u2622-\u2623\u2626\u262a"
    "\u262e-\u262f\u2638-\u263a\u2648-\u2653\u265f-\u2660\u2663\u2665-\u2666\u2668"
    "\u267b\u267e-\u267f\u2692-\u2697\u2699\u269b-\u269c\u26a0-\u26a1\u26a7"
    "\u26aa-\u26ab\u26b0-\u26b1\u26bd-\u26be\u26c4-\u26c5\u26c8\u26ce-\u26cf\u26d1"
    "\u26d3-\u26d4\u26e9-\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2708-\u270d"
    "\u270f\u2712\u271d\u2721\u2728\u2733-\u2734\u2744\u2747\u2753-\u2755\u2757"
    "\u2763-\u2764\u27a1\u27b0\u27bf"
    "\u2b05-\u2b07\u2b1b-\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f0ff\U0001f10d-\U0001f10f\U0001f16c-\U0001faff"
    "\U000e0020-\U000e007f"
)
"""Code points of pictures, as ranges of a regular expression.

Source: https://www.unicode.org/reports/tr51/ and its data, emoji-data.txt. Signs that
are also displayed as pictures, such as \N{HEAVY MULTIPLICATION X}, are none.
"""

STATUS: Final = {
    **dict.fromkeys("✅✔✓", "yes"),
    **dict.fromkeys("❌❎✗✘☒🚫⛔👎", "no"),
    "☑": "done",
    "☐": "not_done",
    "⚠": "warning",
    **dict.fromkeys("🟢🟩", "green"),
    **dict.fromkeys("🟡🟨", "yellow"),
    **dict.fromkeys("🔴🟥", "red"),
}
"""Which of the status words a picture stands for."""
DECORATION: Final = frozenset({"warning", "green", "yellow", "red"})
"""Which of them are also put before words that say the same."""

CROSS: Final = "✖"
"""Multiplies, or says no."""
JOINER: Final = "\u200d"
GENDERS: Final = "♀♂"
"""Signs that are part of a picture after a joiner."""
MODIFIERS: Final = "\ufe0e\ufe0f\u20e3"
"""What changes how the character before is displayed."""

SIGNS: Final = f"{_RANGES}{''.join(STATUS)}{CROSS}{JOINER}{GENDERS}{MODIFIERS}"
"""All of these, as ranges of a regular expression."""
