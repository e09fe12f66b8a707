"""Read from a server's message what is too long for its model, and for which context.

A context window holds the prompt and the response, so that a request for a long response
is refused with much the same words.
"""

import re

_LENGTH_OPTION = re.compile(
    r"\bmax_(completion_|new_|output_)?tokens\b|\b(completion|output) tokens\b"
    r"|\b(in|for) the (completion|output)\b",
    re.IGNORECASE,
)
_NUMBER = r"(?P<{}>\d[\d,]{{0,11}})"
_LIMIT = re.compile(
    r"(context[ _](length|window|size|limit)|maximum context)\D{0,40}?"
    + _NUMBER.format("limit")
    + r"|<= ?`?"
    + _NUMBER.format("most")
    + "|"
    + _NUMBER.format("ahead")
    + " maximum context",
    re.IGNORECASE,
)
_PROMPT = re.compile(
    _NUMBER.format("before")
    + r"`? (in (the|your) (messages|prompt)|of (text|tool) input|(prompt|input) tokens"
    r"|tokens (in|from) the (input|prompt|messages)|`inputs` tokens)"
    r"|(messages resulted in|prompt contains|(prompt|input) (has|is)) "
    + _NUMBER.format("behind"),
    re.IGNORECASE,
)
# Anthropic: the prompt, what was asked for, and the limit.
_SUM = re.compile(r"(?P<prompt>\d+) \+ (?P<output>\d+) > (?P<limit>\d+)")
_PROMPT_TOO_LONG = re.compile(
    r"\b(prompt|input|messages?)( \w+)? (is|are|was|were)? ?too (long|large)\b"
    # vLLM, which subtracts the prompt from the context window.
    r"|at least 1, got -",
    re.IGNORECASE,
)


def is_about_length_option(words: str) -> bool:
    """Return whether a message about the context window means the length option.

    If the server counts, the prompt has to fit by itself.
    """
    if found := _SUM.search(words):
        return int(found["prompt"]) < int(found["limit"])
    if not _LENGTH_OPTION.search(words):
        return False
    prompt = sum(
        _number(found["before"] or found["behind"]) for found in _PROMPT.finditer(words)
    )
    if prompt and (found := _LIMIT.search(words)):
        return prompt < _number(found["limit"] or found["most"] or found["ahead"])
    return not _PROMPT_TOO_LONG.search(words)


def context_limit(words: str) -> int | None:
    """Return the size of the context that a message names, None without one."""
    if found := _SUM.search(words):
        return int(found["limit"])
    if found := _LIMIT.search(words):
        return _number(found["limit"] or found["most"] or found["ahead"])
    return None


def _number(text: str) -> int:
    """Return the number that a message writes, with or without commas."""
    return int(text.replace(",", ""))
