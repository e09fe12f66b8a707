"""The words of a refusal: which of them are the same, and which can be shown.

Servers quote what they were sent. So what was learned from their words is told without
what a user, a tool or the prompt said.
"""

from collections.abc import Iterator, Mapping
import re
from typing import Any

MAX_SHOWN = 300
"""Maximum characters of a server's words that are kept."""

MASK = "…"

# Ids of requests, times and digests, which differ each time.
_CHANGING = re.compile(
    r"\b(?=\w*\d)(?=\w*[a-z])[\w-]{12,}\b|\b\d{9,}\b|\b\d+-\d+-\d+[T ]\S+",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\w+")
_SHINGLE = 3
"""Words in a row that are not both the server's and the prompt's by chance."""

_MIN_PRIVATE = 4
"""Letters of a single word that is taken for a quotation of the user's or a tool's."""

# What servers say of their own; it is in most texts that a model is sent, too.
_COMMON_TEXT = """
    accept accepted additional after allowed also already and any arguments array
    assistant available bad been before begin beginning body boolean but call called
    calls cannot change channel check choice code conflict contain content context
    conversation does each either empty enabled enum error errors exactly exceed
    exceeds expected extra failed false field fields first following for format
    found from function functions given have headers ids image index input inputs
    instead integer invalid item items json just keep key last least length less
    limit list long loop many maximum maybe message messages minimum missing model
    models more most must name names need none null number object only option
    options output over parameter parameters part parts permitted please prompt
    properties property provide provided range reached read reason received refused
    rejected remove request requests required response result results role roles
    same schema see server set should start stream string such support supported
    supports system template text than that the them then there these this token
    tokens tool tools true try turn type types unexpected unknown unsupported use
    used user users using valid validation value values when which will with without
    your
"""
_COMMON = frozenset(_COMMON_TEXT.split())


def reason_of(words: str) -> str:
    """Return a refusal's words in a form in which the same refusal is equal."""
    return " ".join(_CHANGING.sub("#", words).casefold().split())


def shown_words(words: str, body: Mapping[str, Any]) -> str:
    """Return a refusal's words without what was quoted from the request.

    Tool names are masked, as is what occurs in messages: three words in a row, or, but
    for the system prompt, any longer word that servers do not use themselves.
    """
    tokens = [token.casefold() for token in _TOKEN.findall(words)]
    api = set(body) | _COMMON
    hidden: set[int] = set()
    for text, is_prompt in _texts(body):
        said = [token.casefold() for token in _TOKEN.findall(text)]
        size = min(_SHINGLE, len(said))
        if not size:
            continue
        runs = {tuple(said[i : i + size]) for i in range(len(said) - size + 1)}
        for start in range(len(tokens) - size + 1):
            run = tokens[start : start + size]
            if tuple(run) in runs and not api.issuperset(run):
                hidden.update(range(start, start + size))
        if not is_prompt:
            private = {t for t in said if len(t) >= _MIN_PRIVATE} - api
            hidden.update(i for i, token in enumerate(tokens) if token in private)
    return _masked(words, hidden)


def _masked(words: str, hidden: set[int]) -> str:
    """Return words on one line, with some masked, by their number."""
    numbers = iter(range(len(words)))
    text = _TOKEN.sub(lambda f: MASK if next(numbers) in hidden else f[0], words)
    text = re.sub(rf"{MASK}(\W{{1,3}}{MASK})+", MASK, " ".join(text.split()))
    return text[:MAX_SHOWN]


def _texts(body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield the texts of a request, and whether each is of the prompt."""
    for message in body.get("messages", ()):
        is_prompt = message.get("role") == "system"
        content = message.get("content")
        for part in content if isinstance(content, list) else [{"text": content}]:
            yield str(part.get("text") or ""), is_prompt
        for call in message.get("tool_calls") or ():
            yield call["function"]["name"], False
            yield call["function"]["arguments"], False
    for tool in body.get("tools", ()):
        yield tool["function"]["name"], False
        yield str(tool["function"].get("description") or ""), True
