"""Tests that what is said in a household finds its tool, in any of its languages."""

from collections.abc import Generator
from itertools import chain

import pytest

from custom_components.openai_compatible_conversation.tools.catalog import Catalog

from .home import LANGUAGES, SENTENCES, Sentence, home_entries

MIN_SHARES = {
    ("first", "en"): 0.98,
    ("first", "other"): 0.98,
    ("first", "none"): 0.92,
    ("everyday", "en"): 0.98,
    ("everyday", "other"): 0.98,
    ("everyday", "none"): 0.91,
    ("spoken", "en"): 0.93,
    ("spoken", "other"): 0.94,
    ("spoken", "none"): 0.9,
    ("varied", "en"): 0.97,
    ("varied", "other"): 0.96,
    ("varied", "none"): 0.84,
    ("held_out", "en"): 0.95,
    ("held_out", "other"): 0.88,
    ("held_out", "none"): 0.84,
    ("latest", "en"): 0.94,
    ("latest", "other"): 0.9,
    ("latest", "none"): 0.82,
    ("paraphrased", "en"): 0.91,
    ("paraphrased", "none"): 0.91,
    ("blind", "en"): 0.96,
    ("blind", "other"): 0.91,
    ("blind", "none"): 0.85,
    ("indirect", "en"): 0.71,
    ("indirect", "other"): 0.72,
    ("indirect", "none"): 0.82,
    ("ordinary", "en"): 0.96,
    ("ordinary", "other"): 0.9,
    ("ordinary", "none"): 0.77,
    ("written_last", "en"): 0.97,
    ("written_last", "other"): 0.88,
    ("written_last", "none"): 0.78,
    ("written_afterwards", "en"): 0.97,
    ("written_afterwards", "other"): 0.9,
    ("written_afterwards", "none"): 0.84,
}
"""Minimum share of sentences with the right result, by file and part.

What the words of the lexicon were chosen for is no measure of others.
"""


@pytest.fixture(scope="module")
def catalog() -> Generator[Catalog]:
    """Return the catalog of the home."""
    catalog = Catalog(home_entries(), LANGUAGES)
    yield catalog
    catalog.close()


def _part(sentence: Sentence) -> str:
    """Return which of the shares a sentence counts for."""
    return sentence.language if sentence.language in ("en", "none") else "other"


def test_home() -> None:
    """All tools that sentences need exist, and tool names are unique."""
    names = [entry.name for entry in home_entries()]
    assert len(names) == len(set(names))
    for sentence in chain(*SENTENCES.values()):
        assert set(sentence.tools) <= set(names), sentence
        assert bool(sentence.tools) == (sentence.language != "none"), sentence


@pytest.mark.parametrize(("name", "part"), MIN_SHARES)
def test_what_is_meant_is_found(catalog: Catalog, name: str, part: str) -> None:
    """The needed tool is among the results, and there are none if no tool fits."""
    sentences = [sentence for sentence in SENTENCES[name] if _part(sentence) == part]
    misses = []
    for sentence in sentences:
        found = catalog.search(sentence.text)
        is_right = set(found.names) & set(sentence.tools) or (
            part == "none" and not found.names and found.domains
        )
        if not is_right:
            misses.append(f"{sentence.text!r} -> {found.names}")
    share = 1 - len(misses) / len(sentences)
    assert share >= MIN_SHARES[name, part], "\n".join([f"{share:.1%}", *misses])
