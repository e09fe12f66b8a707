"""What common tokenizers take, before anything was learned of a model.

Measured with those of Qwen 3, Llama 3, Gemma 3, GPT-4o and Llama 2 on Home Assistant's
translations, on sentences of a household and on definitions of tools. A prior is what
most of them stay below; the bounds are what none of them is outside of, so that a count
beyond can be no count of what was sent.
"""

from dataclasses import dataclass
from typing import Final

from .scripts import SCRIPTS


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens of one unit of a feature: the prior, and the bounds."""

    prior: float
    low: float
    high: float


_BY_SCRIPT: Final = {
    "latin": Rate(0.30, 0.15, 0.5),
    "spaces": Rate(0.03, 0.0, 0.3),
    "digits": Rate(1.0, 0.3, 1.1),
    "signs": Rate(0.4, 0.15, 1.0),
    "accented": Rate(0.7, 0.2, 2.5),
    "greek": Rate(1.0, 0.3, 2.2),
    "cyrillic": Rate(0.5, 0.2, 1.5),
    "hebrew": Rate(0.6, 0.3, 2.2),
    "arabic": Rate(0.6, 0.25, 2.2),
    "devanagari": Rate(1.2, 0.25, 3.0),
    "thai": Rate(0.6, 0.25, 3.0),
    "cjk": Rate(0.8, 0.4, 3.0),
    "kana": Rate(0.6, 0.3, 3.0),
    "hangul": Rate(0.85, 0.35, 3.0),
    "emoji": Rate(1.0, 0.3, 2.2),
    "rare": Rate(1.6, 0.25, 3.2),
    "symbols": Rate(1.0, 0.25, 3.0),
}

_BY_PART: Final = {
    # What the text of these parts takes, in terms of the priors. Chat templates write
    # definitions in their own way, and may leave out reasoning.
    "system_prompt": Rate(0.9, 0.4, 1.6),
    "definitions": Rate(1.1, 0.0, 2.0),
    "reasoning": Rate(1.0, 0.0, 1.3),
    # One each.
    "messages": Rate(6.0, 0.0, 30.0),
    "images": Rate(1000.0, 0.0, 6000.0),
    "requests": Rate(60.0, 0.0, 2000.0),
}

FEATURES: Final = (*SCRIPTS, *_BY_PART)
"""What the tokens of a request are reckoned from, the scripts of its messages first."""

RATES: Final = tuple(
    {**{name: _BY_SCRIPT[name] for name in SCRIPTS}, **_BY_PART}.values()
)
"""The rates of `FEATURES`, in this order."""
