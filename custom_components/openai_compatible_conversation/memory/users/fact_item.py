"""A fact as an item of a list: its texts, and what a user changes in them.

The summary is `key: value`, or `Ann, key: value` for what is Ann's. The first line of
the description names the category. Where the fact comes from follows in further lines,
which are not read back. Home Assistant's frontend shows the summary as text, and the
description as Markdown.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
import re

from ..facts.fact import Category, Fact
from ..words.normalization import fold
from .category_names import CategoryNames

_COLON = re.compile("[:：]")
_COMMA = re.compile("[,，]")
"""Separators in what users write, full-width as on Chinese keyboards too."""
_MARKUP = re.compile(r"[\\`*_~\[\]<>|#&]")
"""Characters with which Markdown and HTML begin something else than text."""
_LINE_BREAK = "  \n"


def summary_of(fact: Fact) -> str:
    """Return the summary of a fact."""
    return f"{_label(fact)}: {fact.value}"


def parts_of(
    summary: str, people: Collection[str], old: Fact | None = None
) -> tuple[str, str, str] | None:
    """Return subject, key and value of a summary, None if it has no colon.

    What is in front of a comma is a subject if it is the name of one of the `people`,
    or if the `old` fact, which is edited, has a subject as well. Its subject and key
    may contain commas and colons: they are recognized as they are.
    """
    if old and summary.startswith(f"{_label(old)}: "):
        return old.subject, old.key, summary.removeprefix(f"{_label(old)}: ")
    match _COLON.split(summary, maxsplit=1):
        case [label, value]:
            return *_subject_and_key(label, people, old), value
    return None


class FactDescriptions:
    """Descriptions of facts in the language of the home."""

    def __init__(
        self,
        categories: CategoryNames,
        texts: Mapping[str, str],
        date_of: Callable[[str], str | None],
    ) -> None:
        """Initialize with translations, and a function that returns the date of a time.

        The keys of `texts` are `told`, `told_by`, `extracted`, `extracted_by`, `until`
        and `channel_` with each channel.
        """
        self._categories = categories
        self._texts = texts
        self._date_of = date_of

    def of(self, fact: Fact) -> str:
        """Return the description of a fact."""
        return _LINE_BREAK.join(
            [self._categories.name_of(fact.category), *self._source_lines(fact)]
        )

    def category_of(self, description: str | None, old: Fact | None = None) -> Category:
        """Return the category that a description names in its first line.

        Without one it is that of the `old` fact, or `PREFERENCES`. Raises `FactError`.
        """
        lines = [line.strip() for line in (description or "").splitlines()]
        first = next(filter(None, lines), "")
        if old and (not first or first in self._source_lines(old)):
            return old.category
        return self._categories.category_of(first) if first else Category.PREFERENCES

    def _source_lines(self, fact: Fact) -> Iterator[str]:
        """Yield who said a fact, when and where, its words, and what was true before."""
        texts = self._texts
        said = texts[f"{fact.source}_by" if fact.told_by else fact.source]
        channel = texts[f"channel_{fact.channel}"] if fact.channel else ""
        teller = said.format(name=_as_text(fact.told_by))
        date = self._date_of(fact.updated_at)
        yield " · ".join(filter(None, (teller, date, channel)))
        if fact.quote:
            yield f"“{_as_text(fact.quote)}”"
        for past in fact.past:
            until = self._date_of(past.until) or past.until
            yield texts["until"].format(date=until, value=_as_text(past.value))


def _as_text(words: str) -> str:
    """Return words so that Markdown shows them as they are.

    Otherwise a picture in them would be loaded by whoever looks at the list.
    """
    return _MARKUP.sub(r"\\\g<0>", words)


def _label(fact: Fact) -> str:
    """Return what a fact is about: its key, after its subject if it has one."""
    return f"{fact.subject}, {fact.key}" if fact.subject else fact.key


def _subject_and_key(
    label: str, people: Collection[str], old: Fact | None
) -> tuple[str, str]:
    """Return the subject and the key of what is in front of a colon."""
    names = {fold(name): name for name in people}
    commas = [found.span() for found in _COMMA.finditer(label)]
    # The longest name wins: a name may contain a comma, too.
    for start, end in reversed(commas):
        if name := names.get(fold(label[:start])):
            return name, label[end:]
    if old and old.subject and commas:
        start, end = commas[0]
        return label[:start], label[end:]
    return "", label
