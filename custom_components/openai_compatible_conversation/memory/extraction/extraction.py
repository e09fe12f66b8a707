"""Fact extraction: transcripts of sessions, and the facts in a model's answer.

Only the users' own words are transcribed: no context, answers or tool results. So
nothing that a tool or the model said can become a fact.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ...completions.messages import UserMessage
from ...session.turns import ASSISTANT_SPEAKS_FIRST, Turn
from ...session.user_text import split_context
from ..facts.extracted_fact import ExtractedFact
from ..facts.fact import NAMED, Category, Fact, FactError, category_of, key_of, value_of
from ..facts.said_line import SaidLine
from ..facts.secrets import asks_not_to_tell
from ..learning.evidence import Evidence
from ..learning.fact_subject import fact_subject
from ..learning.plain_fact import plain_fact
from ..learning.quotation import is_only_asked, quotation
from ..learning.remember_request import statement_in
from ..learning.replaced_fact import replaced_fact
from ..learning.statement import told_fact
from ..words.normalization import as_text
from .extraction_parser import fact_objects
from .transcript_parts import length, transcript_parts

MAX_TRANSCRIPT = 8000
"""Characters of a transcript; it is cut to the tokens of a request when it is sent."""


class ExtractionError(Exception):
    """The model's answer has neither facts nor a statement that there are none."""

    key: ClassVar[str] = "extraction_unreadable"


def utterances_of(turns: Iterable[Turn]) -> list[list[SaidLine]]:
    """Return what users said in turns, as the lines of each transcript.

    A transcript has at most `MAX_TRANSCRIPT` characters; longer text continues in the
    next one. Context, answers and tool results are left out.
    """
    return transcript_parts(_lines(turns), length, MAX_TRANSCRIPT)


def parse_facts(
    text: str, lines: Sequence[SaidLine], people: Collection[str] = ()
) -> list[ExtractedFact]:
    """Return the facts in a model's answer that the lines support, without duplicates.

    They are in the order of the lines. `people` are the names of those in the home.
    Invalid and unsupported facts are dropped. Raises `ExtractionError` if the answer
    cannot be parsed, or was cut off before the first fact.
    """
    if (items := fact_objects(text)) is None:
        raise ExtractionError("The model's answer has no facts and is no empty list")
    evidence = Evidence(line.text for line in lines)
    found = [
        (index, _fact(item, lines[index], people))
        for item in items
        for index in _lines_of(item, evidence, lines)
    ]
    found.sort(key=lambda pair: pair[0])
    return list(dict.fromkeys(fact for _, fact in found))


def asked_for(
    lines: Sequence[SaidLine],
    found: Iterable[Fact | ExtractedFact],
    people: Collection[str],
) -> list[ExtractedFact]:
    """Return the facts that lines ask to remember, where none was found in a line.

    They are in the user's own words. `found` are all facts that are known by now.
    """
    known = list(found)
    quotes = [fact.quote for fact in known if fact.quote]
    return [
        _fact(
            _asked(statement, replaced_fact(statement, known, line.speaker or "")),
            line,
            people,
        )
        for line in lines
        if (statement := statement_in(line.text))
        and not any(quote in line.text for quote in quotes)
    ]


def _asked(statement: str, replaced: Fact | ExtractedFact | None) -> dict[str, Any]:
    """Return the item for a statement that a user asks to remember.

    It takes the place of the known fact that it puts right.
    """
    key, value = told_fact(statement)
    return {
        "category": replaced.category if replaced else Category.PREFERENCES,
        "key": replaced.key if replaced else key,
        "value": statement if replaced else value,
        "quote": statement,
    }


def _lines_of(
    item: Mapping[str, Any], evidence: Evidence, lines: Sequence[SaidLine]
) -> Iterable[int]:
    """Return the indexes of the lines that an item is taken from, if it is valid.

    That is the last one that supports it, of each speaker: two may say the same of
    themselves.
    """
    try:
        category, value = category_of(item.get("category")), value_of(item.get("value"))
        key_of(item.get("key"))
    except FactError:
        return ()
    quote = as_text(item.get("quote")) or ""
    found = evidence.lines_of(quote, value, names=category in NAMED)
    found = [index for index in found if not is_only_asked(lines[index].text, quote)]
    return {lines[index].speaker: index for index in found}.values()


def _fact(
    item: Mapping[str, Any], line: SaidLine, people: Collection[str]
) -> ExtractedFact:
    """Return the fact of a valid item that a line supports."""
    category, value = category_of(item["category"]), value_of(item["value"])
    key, value = plain_fact(key_of(item["key"]), value, line.text, line.speaker)
    quote = as_text(item["quote"]) or ""
    subject = fact_subject(
        item.get("subject"), category, value, line=line, quote=quote, people=people
    )
    said = quotation(line.text, quote)
    return ExtractedFact(
        category,
        key,
        # A secret is kept as it was said: small models leave out what it is.
        said if asks_not_to_tell(line.text) else value,
        subject,
        said,
        line.speaker,
        line.channel,
        line.at,
    )


def _lines(turns: Iterable[Turn]) -> Iterator[SaidLine]:
    """Yield what users said."""
    for turn in turns:
        for message in turn.messages:
            if (
                isinstance(message, UserMessage)
                and message.text != ASSISTANT_SPEAKS_FIRST
            ):
                _, text = split_context(message.text)
                # A lone surrogate can be neither stored nor sent.
                if text := text.encode("utf-8", "replace").decode().strip():
                    yield SaidLine(text, turn.speaker, turn.channel, turn.said_at)
