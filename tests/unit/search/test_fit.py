"""Tests of how much of what a query asks for a document has."""

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from custom_components.openai_compatible_conversation.search.index import Index
from custom_components.openai_compatible_conversation.search.lexicon import Lexicon

DOCUMENTS = {
    "washer": {"name": "start_washing_machine", "details": ""},
    "photos": {"name": "search_photos", "details": ""},
    "lock": {"name": "front_door_lock", "details": ""},
    "clocks": {"name": "convert_time", "details": "between zones such as Lisbon"},
}


@contextmanager
def _index(**more: str) -> Generator[Index]:
    """Yield an index of tools, with more of them by name."""
    index = Index(
        {"name": 1.6, "details": 0.24}, heading=("name",), lexicon=Lexicon(["en", "de"])
    )
    index.put_all(DOCUMENTS.items())
    index.put_all(
        (name, {"name": name, "details": text}) for name, text in more.items()
    )
    yield index
    index.close()


def _best_fit(index: Index, query: str) -> float:
    """Return how much of a query the best document has."""
    return max((hit.fit for hit in index.search(query)), default=0.0)


@pytest.mark.parametrize(
    "query",
    [
        "knit a jacket for the washing machine",
        "strick eine jacke für die waschmaschine",
        "peel the door",
    ],
)
def test_a_command_for_hands_does_not_fit(query: str) -> None:
    """What no tool does is missed, though a word of the query is one of a tool."""
    with _index() as index:
        assert _best_fit(index, query) < 0.3


@pytest.mark.parametrize(
    "query",
    [
        "wipe the photos",
        "could you please wipe the photos",
        "scrub the washing machine",
        "frobnicate the washing machine",
    ],
)
def test_the_verb_of_a_command_is_missed(query: str) -> None:
    """What is done by hand is not done by a tool for the object."""
    with _index() as index:
        assert _best_fit(index, query) < 0.3


@pytest.mark.parametrize(
    "query",
    [
        "is the washing machine wiped",
        "start the washing machine so that i can wipe the table",
        "find a photo of when we wipe the table",
        "lock the front door",
        "carry on with the photos",
    ],
)
def test_a_verb_elsewhere_is_not_missed(query: str) -> None:
    """A question, a clause, a known verb and an idiom are no command for hands."""
    with _index() as index:
        assert _best_fit(index, query) >= 0.3


def test_what_is_cleaned_by_a_tool_fits() -> None:
    """A thing that is mostly cleaned by hand fits a tool that cleans it."""
    with _index() as index:
        assert _best_fit(index, "clean the windows") < 0.3
    with _index(clean_windows="") as index:
        assert _best_fit(index, "clean the windows") > 0.6


def test_what_a_tool_is_about_fits() -> None:
    """What mostly no tool is for fits the tool of a home that has one."""
    with _index() as index:
        assert _best_fit(index, "knit a jacket") < 0.3
    with _index(knit_jacket="") as index:
        assert _best_fit(index, "knit a jacket") > 0.6


def test_all_joined_words_are_needed() -> None:
    """What is meant by words together is not there with one of them."""
    with _index(ring_phone="") as index:
        assert _best_fit(index, "phone my grandmother") < 0.3
    with _index(make_phone_call="") as index:
        assert _best_fit(index, "phone my grandmother") > 0.5


def test_a_mention_fits_less_than_a_name() -> None:
    """A word in a long text is one by chance."""
    with _index(long="the iguana " + "sleeps well here today " * 20) as index:
        mentioned = _best_fit(index, "iguana")
    with _index(iguana="") as index:
        assert mentioned < 0.5 * _best_fit(index, "iguana")


def test_a_question_may_name_anything() -> None:
    """A question about what has no tool is not taken for a command."""
    with _index() as index:
        asked = _best_fit(index, "does the bicycle fit the machine")
        told = _best_fit(index, "make the bicycle fit the machine")
    assert told < asked


def test_a_container_holds_anything() -> None:
    """Photos may be of what has no tool."""
    with _index() as index:
        assert _best_fit(index, "photos with a bicycle") > _best_fit(
            index, "machine with a bicycle"
        )


def test_a_name_that_is_only_mentioned_is_a_name() -> None:
    """Without a better word, a query with an unknown name is about its weak words."""
    with _index() as index:
        assert index.search("what time is it in Lisbon")[0].key == "clocks"
        assert _best_fit(index, "what time is it in Lisbon") > 0.3


def test_short_form_is_no_other_word() -> None:
    """What stands before an apostrophe is a word, and is not joined with the rest."""
    with _index(lets_dance="") as index:
        keys = [hit.key for hit in index.search("let's see the photos")]
    assert keys[0] == "photos"
