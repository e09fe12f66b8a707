"""What a user asks to remember, in so many words.

A small model copies a fact that it was told before, or calls nothing. What the user
asked to have remembered is kept in their own words then.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

import re

MIN_WORDS = 3
"""Words of a statement; "remember that" has none."""

MAX_STATEMENT = 500
"""Characters of a statement."""

MAX_TOPIC_WORDS = 6
MAX_TOPIC = 100
"""Words and characters of what a statement is about."""

_ASKS = re.compile(
    r"^\W*(?:(?:please|bitte|ok(?:ay)?|hey|s['’]il te pla[iî]t|por favor|alsjeblieft)\W+)*"
    r"(?:remember(?: this)?|(?:please )?(?:make a )?note|keep in mind|(?:don['’]?t|do not) forget"
    r"|merke? dir(?: bitte)?|denk dran|vergiss (?:bitte )?nicht"
    r"|retiens|note bien|rappelle-toi|souviens-toi|n['’]oublie pas"
    r"|recuerda|acu[eé]rdate de|anota|no olvides"
    r"|onthoud(?: alsjeblieft)?|vergeet niet)"
    r"(?:\s*[:,]\s*|\s+)(?:(?:that|dass|que|qu['’]|dat)\b\s*)(?P<that>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ASKS_PLAINLY = re.compile(
    r"^\W*(?:please\W+|bitte\W+)?(?:remember(?: this)?|note|merke? dir|retiens|recuerda|onthoud)"
    r"\s*:\s*(?P<that>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ASKS_AFTERWARDS = re.compile(
    r"^(?P<that>.+?)[.,;!]\s*(?:please |bitte )?(?:(?:so |and )?remember (?:that|this|it)"
    r"|(?:don['’]?t|do not) forget (?:that|it)|merke? dir das|vergiss das nicht"
    r"|retiens[- ](?:le|ça|cela)|ne l['’]oublie pas|recu[eé]rdalo|no lo olvides"
    r"|onthoud dat|vergeet dat niet)(?: please| bitte)?\W*$",
    re.IGNORECASE | re.DOTALL,
)
_VERB = re.compile(
    r"\s+(?:is|are|was|were|has|have|go|goes|ist|sind|war|hat|haben|heißt|heissen|heißen"
    r"|est|sont|a|ont|s['’]appelle|es|son|está|están|tiene|tienen|se llama|zijn|heeft"
    r"|hebben|heet|gaat)\s+",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:i|we|you|it|this|that|there|he|she|they|ich|wir|es|er|sie|das|je|nous|il|elle"
    r"|on|ce|yo|nosotros|ik|wij|we|het|dat|hij|ze)",
    re.IGNORECASE,
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


def topic_of(statement: str) -> str:
    """Return what a statement is about: what stands before its verb, or its beginning."""
    before = _VERB.split(statement, maxsplit=1)[0]
    words = before.split()
    if before == statement or not words or _NOBODY.fullmatch(before):
        words = statement.split()
    return " ".join(words[:MAX_TOPIC_WORDS])[:MAX_TOPIC]
