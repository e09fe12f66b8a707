"""What a statement tells, by itself: what it is about, and what it says of that.

English, German, French, Spanish, Dutch and Italian. Does not depend on Home Assistant.
"""

import re

MAX_TOPIC_WORDS = 6
MAX_TOPIC = 100
"""Words and characters of what a statement is about."""

MAX_REST_WORDS = 6
"""Words that a statement can say of its topic, to be kept without it."""

CLAUSE_END = re.compile(r"[,.;:!?]+(?:\s+|$)|\n")

ONLY_ONE = re.compile(
    r"\b(?:live[sd]?|living|work(?:s|ed|ing)?|called|named|moved"
    r"|wohn\w*|leb\w*|arbeit\w*|hei(?:ß|ss)\w*|gezogen"
    r"|habit\w*|viv\w*|travaill\w*|appelle\w*|trabaj\w*|llam\w*"
    r"|woon\w*|wonen|werk\w*|heet|heten|abit\w*|chiam\w*|lavor\w*)\b",
    re.IGNORECASE,
)
"""Verbs of what somebody has only one of, so that the next one replaces it.

One may eat, like and be allergic to many things.
"""

_WHERE = (
    "in|at|as|for|to|near|bei|als|im|nach|zu|à|au|aux|en|chez|dans|como|te|op|bij|naar"
    "|a|ad|da|nel|nella|come"
)
_OF_ONE = re.compile(
    # What was moved may be a key as well.
    rf"(?P<topic>.*{ONLY_ONE.pattern}(?: (?:{_WHERE}))?)(?<! moved) (?P<rest>.+)",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\s+(?:is|are|was|were|has|have|go|goes|ist|sind|war|hat|haben|heißt|heissen|heißen"
    r"|est|sont|c['’]est|a|ont|s['’]appelle|es|son|está|están|tiene|tienen|se llama|zijn|heeft"
    r"|hebben|heet|gaat|è|sono|ha|hanno|si chiama)\s+",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:i|we|you|it|this|that|there|he|she|they|ich|wir|es|er|sie|das|je|nous|il|elle"
    r"|on|ce|yo|nosotros|ik|wij|we|het|dat|hij|ze|io|noi|lui|lei)",
    re.IGNORECASE,
)


def topic_of(statement: str) -> str:
    """Return what a statement is about: what stands before its verb, or its beginning."""
    if parts := _around_verb(statement):
        return parts[0]
    return " ".join(statement.split()[:MAX_TOPIC_WORDS])[:MAX_TOPIC]


def topic_and_rest(statement: str) -> tuple[str, str] | None:
    """Return what a statement is about, and the few words that it says of that."""
    parts = _around_verb(statement)
    return parts if parts and len(parts[1].split()) <= MAX_REST_WORDS else None


def told_fact(statement: str) -> tuple[str, str]:
    """Return key and value of the fact that a statement tells.

    What somebody has only one of is the value alone, so that the next one replaces it.
    """
    for clause in reversed(CLAUSE_END.split(statement)):
        found = _OF_ONE.fullmatch(" ".join(clause.split()))
        if found and len(found["rest"].split()) <= MAX_REST_WORDS:
            topic = found["topic"]
            if len(topic.split()) <= MAX_TOPIC_WORDS and len(topic) <= MAX_TOPIC:
                return topic, found["rest"]
    return topic_of(statement), statement


def clause_with(value: str, statement: str) -> str:
    """Return the clause of a statement that has a value, "" if none has it."""
    return next((part for part in CLAUSE_END.split(statement) if value in part), "")


def _around_verb(statement: str) -> tuple[str, str] | None:
    """Return what stands before the first verb of a statement and behind it, if it says of what."""
    found = _VERB.search(statement)
    if not found:
        return None
    topic = statement[: found.start()].strip(" ,")
    if not topic or _NOBODY.fullmatch(topic):
        return None
    topic = " ".join(topic.split()[:MAX_TOPIC_WORDS])[:MAX_TOPIC]
    return topic, statement[found.end() :].strip()
