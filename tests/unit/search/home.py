"""Tools of a household, and what is said in it, in its languages."""

from collections.abc import Iterator
import json
from typing import NamedTuple

from custom_components.openai_compatible_conversation.tools.catalog import CatalogEntry

from .corpus import HERE, entries

LANGUAGES = ("en", "de", "fr", "es", "nl", "it", "pl", "sv", "pt", "ru", "tr")
"""The languages that the pipelines and the users of the home have."""


class Sentence(NamedTuple):
    """Something that is said; any one of the tools is a correct result."""

    language: str
    """A language, or `none` if there is no tool for it."""
    text: str
    tools: list[str]
    """Empty if no tool can do it."""


def home_entries() -> Iterator[CatalogEntry]:
    """Yield all tools as catalog entries of a home with `LANGUAGES`."""
    yield from entries(*LANGUAGES)
    tools = json.loads((HERE / "household_tools.json").read_text("utf-8"))
    for server in tools.values():
        for name, title, description, parameters in server:
            yield CatalogEntry(name, title, description, tuple(parameters), "mcp")


def _sentences(name: str) -> list[Sentence]:
    """Return the sentences of a file."""
    return [
        Sentence(language, text, tools)
        for language, sentences in json.loads((HERE / name).read_text("utf-8")).items()
        for text, tools in sentences
    ]


SENTENCES = {
    "first": _sentences("sentences.json"),
    "everyday": _sentences("everyday_sentences.json"),
    "spoken": _sentences("spoken_sentences.json"),
    "varied": _sentences("varied_sentences.json"),
    "held_out": _sentences("held_out_sentences.json"),
    "latest": _sentences("latest_sentences.json"),
    "paraphrased": _sentences("paraphrased_sentences.json"),
    "blind": _sentences("blind_sentences.json"),
    "indirect": _sentences("indirect_sentences.json"),
    "ordinary": _sentences("ordinary_sentences.json"),
    "written_last": _sentences("written_last_sentences.json"),
    "written_afterwards": _sentences("written_afterwards_sentences.json"),
}
"""Sentences by file.

The words of the lexicon were chosen for the first two and for `varied`, and the word
vectors are learned from these. Neither was changed for what the others have. Those of
`spoken` are in another style, with slips of speech recognition. Those of `held_out` were
written together with `varied`, and those of `latest` after the search was finished. Those
of `paraphrased` mostly avoid the words of the tools, and were written before there were
word vectors. Those of `blind`, `indirect`, `ordinary`, `written_last` and
`written_afterwards` were written by others, who knew only the tools. Those of `indirect`
avoid the words of the tools on purpose; those of the last were first searched for when
all was done. To choose words or sentences for one of these files makes it useless as a
measure: write a new one first.
"""
