"""What a user asks to remember, in so many words.

A small model copies a fact that it was told before, or calls nothing. What the user
asked to have remembered is kept in their own words then.

English, German, French, Spanish, Dutch and Italian. Does not depend on Home Assistant.
"""

import re

MIN_WORDS = 3
"""Words of a statement; "remember that" has none."""

MAX_STATEMENT = 500
"""Characters of a statement."""

_ASKS = re.compile(
    r"^\W*(?:(?:please|bitte|ok(?:ay)?|hey|s['’]il te pla[iî]t|por favor|alsjeblieft"
    r"|per favore)\W+)*"
    r"(?:remember(?: this)?|(?:please )?(?:make a )?note|keep in mind|(?:don['’]?t|do not) forget"
    r"|merke? dir(?: bitte)?|denk dran|vergiss (?:bitte )?nicht"
    r"|retiens|note bien|rappelle-toi|souviens-toi|n['’]oublie pas"
    r"|recuerda|acu[eé]rdate de|anota|no olvides"
    r"|onthoud(?: alsjeblieft)?|vergeet niet"
    r"|ricorda(?:ti)?|tieni a mente|non dimenticare)"
    r"(?:\s*[:,]\s*|\s+)(?:(?:that|dass|que|qu['’]|dat|che)\b\s*)(?P<that>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ASKS_PLAINLY = re.compile(
    r"^\W*(?:please\W+|bitte\W+)?(?:(?:remember(?: this)?|note)\s*:"
    r"|(?:merke? dir(?: bitte)?|retiens|recuerda|onthoud|ricorda(?:ti)?)\s*[:,])"
    r"\s*(?P<that>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ASKS_AFTERWARDS = re.compile(
    r"^(?P<that>.+?)[.,;!]\s*(?:please |bitte )?(?:(?:so |and )?remember (?:that|this|it)"
    r"|(?:don['’]?t|do not) forget (?:that|it)|merke? dir das|vergiss das nicht"
    r"|retiens[- ](?:le|ça|cela)|ne l['’]oublie pas|recu[eé]rdalo|no lo olvides"
    r"|onthoud dat|vergeet dat niet|ricorda(?:te)?lo|non dimenticarlo)"
    r"(?: (?:please|bitte|too|as well|auch|aussi|también|ook|anche questo))?\W*$",
    re.IGNORECASE | re.DOTALL,
)


def statement_in(text: str) -> str | None:
    """Return what a user asks to remember, None if they ask for nothing of the kind."""
    for pattern in (_ASKS, _ASKS_PLAINLY, _ASKS_AFTERWARDS):
        if found := pattern.match(text.strip()):
            statement = " ".join(found["that"].split()).rstrip(" .!,;")
            is_fit = (
                len(statement.split()) >= MIN_WORDS and len(statement) <= MAX_STATEMENT
            )
            return statement if is_fit and "?" not in text else None
    return None
