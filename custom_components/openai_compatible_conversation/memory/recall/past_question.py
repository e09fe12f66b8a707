"""Whether a question is about the time of a fact, or about what was true before.

Knows how that is asked in English, German, French, Spanish and Dutch.
"""

import re

from ..words.normalization import spoken_words

_ASKS = re.compile(
    r"\b(?:since|how long|before|previous|previously|formerly|former|used to|last time"
    r"|did (?:i|we|you|he|she|they) (?:use|live|have|work)|in the past|originally"
    r"|seit|wie lange|vorher|fruher|davor|zuvor|ehemals|bisher|letzte[nrs]?"
    r"|depuis|combien de temps|avant|auparavant|autrefois|precedemment|ancien"
    r"|ancienne|desde|cuanto tiempo|antes|anteriormente|anterior"
    r"|sinds|hoe lang|eerder|vroeger|voorheen|vorige|daarvoor)\b"
)


def asks_for_past(text: str) -> bool:
    """Return whether a question is about since when, or what was before."""
    return bool(_ASKS.search(" ".join(spoken_words(text))))
