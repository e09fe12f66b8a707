"""Tests of which facts go with what a user says."""

import pytest

from custom_components.openai_compatible_conversation.agent.fact_recall import (
    MAX_FACT,
    MAX_RECALLED,
    Recall,
    new_facts,
)
from custom_components.openai_compatible_conversation.memory.facts.fact import Fact
from custom_components.openai_compatible_conversation.memory.store.fact_index import (
    FactIndex,
)
from custom_components.openai_compatible_conversation.memory.words.telling_words import (
    MAX_TELLING,
    telling_words,
)
from custom_components.openai_compatible_conversation.session.session_state import (
    SessionState,
)

NOW = "2026-11-20T10:00:00+00:00"
FACTS = [
    ("family_members", "cat_name", "Mimi"),
    ("family_members", "sister", "drinks peppermint tea"),
    ("routines", "bins", "go out on Thursday evening"),
    ("device_nicknames", "ceiling lights", "the sun"),
    ("preferences", "Lieblingsfarbe", "Grün"),
    ("user_name", "name", "Anna"),
    ("locations", "spare key", "in the blue vase"),
]


def facts_with(*more: tuple[str, str, str]) -> FactIndex:
    """Return an index of the facts."""
    index = FactIndex()
    for fact in (*FACTS, *more):
        index.learn(*fact, "told", NOW)
    return index


def recall_of(index: FactIndex) -> Recall:
    """Return what finds facts in an index."""

    def recall(text: str, limit: int, *, speaker: str | None = None) -> list[Fact]:
        """Return the facts that fit."""
        return index.recall(text, limit, speaker or "")

    return recall


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("What is the cat's name?", ["cat_name"]),
        ("What should I offer my sister to drink?", ["sister"]),
        ("On which day do the bins go out?", ["bins"]),
        ("Turn on the sun", ["ceiling lights"]),
        ("Was ist meine Lieblingsfarbe?", ["Lieblingsfarbe"]),
        ("Where is the spare key?", ["spare key"]),
        ("What is my name?", ["name"]),
        # Nothing fits
        ("Turn on the lights in the kitchen", []),
        ("What is the capital of Portugal?", []),
        ("Was ist die Hauptstadt von Portugal?", []),
        ("Quelle est la capitale du Portugal ?", []),
        ("Good morning!", []),
        ("Schalte bitte das Licht aus", []),
        ("Set a timer for ten minutes", []),
        ("", []),
    ],
)
def test_fitting(said: str, keys: list[str]) -> None:
    """A fact goes where a word tells that it fits, and nowhere else."""
    found = facts_with().recall(said, MAX_RECALLED)
    assert [fact.key for fact in found][: len(keys)] == keys
    assert bool(found) == bool(keys)


def test_favourite_is_no_allergy() -> None:
    """Who asks for a favourite is told none where what they ask for is another thing."""
    index = facts_with(("preferences", "allergy", "nuts"))
    assert [fact.key for fact in index.recall("What must I not eat?", 5)] == ["allergy"]
    assert not index.recall("What is my favourite food?", 5)
    assert not index.recall("Was ist mein Lieblingsessen?", 5)


def test_words_of_many_facts() -> None:
    """A word that many facts have tells nothing."""
    many = [("locations", f"box {n}", f"cellar shelf {n}") for n in range(40)]
    index = facts_with(*many)
    assert not index.recall("What is in the cellar?", 5)
    assert [f.key for f in index.recall("Where in the cellar is the key?", 5)] == [
        "spare key"
    ]


def test_once_a_session() -> None:
    """What a session holds is not told again, unless its turns were dropped."""
    index, state = facts_with(), SessionState()
    assert new_facts(recall_of(index), "Where is the spare key?", state) == [
        "spare key: in the blue vase"
    ]
    assert not new_facts(recall_of(index), "The key, where?", state)
    state.drop([])
    assert new_facts(recall_of(index), "The key, where?", state)
    index.learn("locations", "spare key", "under the mat", "told", NOW)
    assert new_facts(recall_of(index), "And the key now?", state) == [
        "spare key: under the mat"
    ]


def test_bounds() -> None:
    """Few facts go with a turn, each of them short."""
    zoo = [("family_members", f"zebra {n}", "z" * 400) for n in range(MAX_RECALLED + 4)]
    index, state = FactIndex(), SessionState()
    for fact in zoo:
        index.learn(*fact, "told", NOW)
    assert not new_facts(recall_of(index), "Which zebra?", state)
    for fact in FACTS * 1 + [("routines", f"r{n}", f"v{n}") for n in range(90)]:
        index.learn(*fact, "told", NOW)
    told = new_facts(recall_of(index), "Which zebra?", state)
    assert len(told) == MAX_RECALLED
    assert all(len(fact) == MAX_FACT for fact in told)
    assert len(new_facts(recall_of(index), "Which zebra?", state)) == 4


def test_telling_words() -> None:
    """Only so many words of a long text are looked up, each once."""
    assert list(telling_words("The cat, the Cat and 12 a b")) == ["cat"]
    text = " ".join(f"word{chr(97 + n)}" for n in range(26))
    assert len(list(telling_words(text))) == MAX_TELLING
