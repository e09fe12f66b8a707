"""The words of a user that a fact is kept with."""

import re

from ..facts.fact import MAX_QUOTE
from ..facts.secrets import asks_not_to_tell
from ..words.normalization import one_line, spoken_words

_SENTENCE_END = re.compile(r"[.!?;。！？](?=\s|$)|[。！？\n]")

_BEGINNING = 3
"""Words by which a quote is known for the beginning of a sentence."""

_TELLS = re.compile(
    r"\b(?:know|knew|sais|savais|saviez|savez|weißt|wusstest|wisst|sabes|sabías|weet|wist"
    r"|sai|sapevi)\b",
    re.IGNORECASE,
)
"""What asks whether one knows what is told with it."""

_WINDOW = 12
"""Words in which it is asked not to tell something."""


def quotation(line: str, quote: str) -> str:
    """Return a line as one line, cut to `MAX_QUOTE` characters around a quote.

    The quote may differ from the words of the line in its punctuation.
    """
    text = one_line(line, len(line)) or ""
    if len(text) <= MAX_QUOTE:
        return text
    begin, end = _span(text, quote)
    # Without room for all of the quote, its beginning is kept.
    begin = max(min(begin, begin - (MAX_QUOTE - (end - begin)) // 2), 0)
    begin = min(begin, len(text) - MAX_QUOTE)
    return _whole_words(text, begin, begin + MAX_QUOTE)


def told_quote(utterance: str, last: str, value: str) -> str:
    """Return the words that a fact is kept with: one line, cut if it is long.

    They keep what is said of secrecy, also where that is said last.
    """
    said = utterance
    if last != utterance and asks_not_to_tell(last):
        said = f"{utterance} {last}"
    quote = quotation(said, value)
    if asks_not_to_tell(said) and not asks_not_to_tell(quote):
        return f"{_secrecy(said)} {quote}"[:MAX_QUOTE].strip()
    return quote


def sentence_around(line: str, quote: str) -> str:
    """Return the sentences of a line that have a quote, the line without punctuation."""
    begin, end = _span(line, quote)
    starts = [0, *(found.end() for found in _SENTENCE_END.finditer(line, 0, begin))]
    after = _SENTENCE_END.search(line, max(end - 1, 0))
    return line[starts[-1] : after.end() if after else len(line)].strip()


def is_only_asked(line: str, quote: str) -> bool:
    """Return whether a quote is a question of a line: "Is Tom at home?".

    "Do you know that Tom is at home?" tells it.
    """
    sentence = sentence_around(line, quote)
    begin = spoken_words(quote)[:_BEGINNING]
    return (
        sentence.endswith(("?", "？"))
        and spoken_words(sentence)[: len(begin)] == begin
        and not _TELLS.search(sentence)
    )


def _span(line: str, quote: str) -> tuple[int, int]:
    """Return where a line has a quote, its beginning and end if it has not."""
    words = re.findall(r"\w+", quote)
    pattern = r"[\W_]+".join(map(re.escape, words))
    found = re.search(pattern, line, re.IGNORECASE) if words else None
    return found.span() if found else (0, len(line))


def _whole_words(text: str, begin: int, end: int) -> str:
    """Return a part of a text, without the parts of words at its ends if it has spaces."""
    part = text[begin:end]
    if begin and not text[begin - 1].isspace():
        part = part.partition(" ")[2] or part
    if end < len(text) and not text[end].isspace():
        part = part.rpartition(" ")[0] or part
    return part.strip()


def _secrecy(said: str) -> str:
    """Return words of a text that ask not to tell it, and what follows them."""
    words = said.split()
    part = ""
    for begin in range(len(words)):
        shorter = " ".join(words[begin : begin + _WINDOW])
        if asks_not_to_tell(shorter):
            part = shorter
        elif part:
            break
    return part
