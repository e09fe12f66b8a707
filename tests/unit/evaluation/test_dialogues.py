"""Tests of the dialogues: what they cover, and that each can be missed."""

from collections import Counter
from datetime import timedelta

import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import Category
from evaluation.inventory import ROOMS
from evaluation.judge import has_word
from testbed.dialogue import ABILITIES, Dialogue, Question, Turn, load_dialogues

DIALOGUES = load_dialogues()


def test_ids() -> None:
    assert len({dialogue.id for dialogue in DIALOGUES}) == len(DIALOGUES)
    for dialogue in DIALOGUES:
        assert dialogue.id.startswith(f"{dialogue.language}-{dialogue.ability}-")


def test_languages_and_abilities() -> None:
    """Each ability is tested by as many dialogues in each language."""
    counts = Counter((d.language, d.ability) for d in DIALOGUES)
    assert counts.keys() == {(x, a) for x in ("de", "en", "fr") for a in ABILITIES}
    assert min(counts.values()) >= 4
    assert counts.total() >= 60


def test_variety() -> None:
    """In each language there is what makes a memory of a household hard."""
    for language in ("de", "en", "fr"):
        dialogues = [d for d in DIALOGUES if d.language == language]
        turns = [turn for dialogue in dialogues for turn in dialogue.turns]
        questions = [turn for turn in turns if isinstance(turn, Question)]
        assert any(len({t.by for t in d.turns}) > 1 for d in dialogues)
        assert any(turn.room for turn in turns)
        assert any(turn.told for turn in turns)
        assert any(turn.noted for turn in turns)
        assert any("words" in turn.forget for turn in turns)
        assert any("key" in turn.forget for turn in turns)
        assert any(
            q.absent and not d.turns[0].forget for d in dialogues for q in d.questions
        )
        assert any(question.query for question in questions)
        assert any(question.since for question in questions)
    assert any(t.language != d.language for d in DIALOGUES for t in d.turns)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.id)
def test_dialogue(dialogue: Dialogue) -> None:
    """A dialogue ends with a question, and no answer is given away by its question."""
    assert isinstance(dialogue.turns[-1], Question)
    for turn in dialogue.turns:
        assert turn.room in ("", *ROOMS)
        for fact in (*turn.told, *turn.noted):
            assert fact["category"] in set(Category)
            assert fact["key"]
            assert fact["value"]
    for question in dialogue.questions:
        assert question.offered or question.found or question.absent or question.nothing
        assert bool(question.found) <= bool(question.query)
        assert (
            question.said
            or question.not_said
            or question.admits
            or question.since is not None
        )
        for group in question.said:
            assert not any(has_word(question.say, word) for word in group)


def test_durations() -> None:
    turn = Turn.of("en", {"ask": "And?", "after": "3 days", "since": "1 hour"})
    assert isinstance(turn, Question)
    assert turn.after == timedelta(days=3)
    assert turn.since == timedelta(hours=1)
    with pytest.raises(ValueError, match="no duration"):
        Turn.of("en", {"say": "Hi", "after": "3 weeks"})


def test_unknown_field() -> None:
    with pytest.raises(TypeError, match="telling"):
        Turn.of("en", {"say": "Hi", "telling": []})
    with pytest.raises(TypeError, match="said"):
        Turn.of("en", {"say": "Hi", "said": [["ho"]]})
