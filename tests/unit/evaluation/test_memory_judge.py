"""Tests of the judgement of answers from memory."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from evaluation.household_facts import HouseholdFacts
from evaluation.memory_judge import admits, date_words, misses
from testbed.dialogue import Question
from testbed.talk import ToolCall, TurnResult

NOW = datetime(2026, 5, 14, 12, tzinfo=UTC)


def answer(text: str, *calls: ToolCall, error: str = "") -> TurnResult:
    return TurnResult("any", answer=text, calls=list(calls), error=error)


def call(name: str) -> ToolCall:
    return ToolCall(name, {}, {"success": True}, answered=True)


def test_words() -> None:
    question = Question(
        say="Where?", language="en", said=[["york"]], not_said=["leeds"]
    )
    assert not misses(question, answer("In York."), NOW)
    assert misses(question, answer("In Leeds."), NOW) == [
        "does not say york",
        "says leeds",
    ]


def test_calls() -> None:
    """Something may be looked up and remembered, but nothing else be done."""
    question = Question(say="Where?", language="en")
    calls = [call("query_facts"), call("learn_fact"), call("intent__HassTurnOn")]
    assert misses(question, answer("Well.", *calls), NOW) == ["HassTurnOn was called"]


def test_failed_turn() -> None:
    question = Question(say="Where?", language="en", said=[["york"]])
    assert misses(question, answer("", error="no end within 180 s"), NOW) == [
        "failed: no end within 180 s",
        "does not say york",
    ]


@pytest.mark.parametrize(
    ("language", "text", "right"),
    [
        ("en", "Since March.", True),
        ("en", "You told me on 2026-03-05.", True),
        ("en", "Since April.", False),
        ("de", "Seit dem 5. März.", True),
        ("de", "Seit 05.03.2026", True),
        ("fr", "Depuis le 5 mars.", True),
        ("fr", "Depuis le 5 mai.", False),
    ],
)
def test_date(language: str, text: str, right: bool) -> None:
    """An answer has the date when it was told, or its month."""
    question = Question(say="Since?", language=language, since=timedelta(days=70))
    assert (not misses(question, answer(text), NOW)) is right


def test_date_before_the_clocks_changed() -> None:
    """A winter's late evening is after midnight in summer."""
    question = Question(say="Since?", language="en", since=timedelta(days=65))
    now = datetime(2026, 11, 30, 23, 13, tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert not misses(question, answer("Since 2026-09-27."), now)
    assert misses(question, answer("Since 2026-09-26."), now)


@pytest.mark.parametrize("month", range(1, 13))
def test_months(month: int) -> None:
    day = date(2026, month, 9)
    names = {date_words(day, language)[0] for language in ("de", "en", "fr")}
    assert all(name.isalpha() for name in names)
    assert f"2026-{month:02}-09" in date_words(day, "fr")


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "I don’t know your blood type.", True),
        ("en", "I'm sorry, I have no information about that.", True),
        ("en", "Which club do you mean?", True),
        ("en", "It meets at the Black Swan.", False),
        ("de", "Das weiß ich leider nicht.", True),
        ("de", "Er liegt bei Familie Lorenz.", False),
        ("fr", "Je ne sais pas où il est.", True),
        ("fr", "Désolé, je n’ai pas cette information.", True),
        ("fr", "Il est chez madame Perrin.", False),
    ],
)
def test_admission(language: str, text: str, found: bool) -> None:
    """What is not known has to be admitted, or asked back."""
    assert admits(text, language) is found
    question = Question(say="What?", language=language, admits=True)
    expected = [] if found else ["does not admit that it is not known"]
    assert misses(question, answer(text), NOW) == expected


def test_household_facts() -> None:
    """There are enough facts and questions, half of them in other words."""
    facts = HouseholdFacts.load()
    kinds = [kind for kind, _ in facts.questions]
    assert len(facts.told) == 20
    assert [kinds.count(kind) for kind in ("same", "other", "unfit")] == [20, 20, 10]
    said = dict.fromkeys(question.say for _, question in facts.questions)
    assert len(said) == len(facts.questions)
    for kind, question in facts.questions:
        assert bool(question.said) is (kind != "unfit")
        assert bool(question.not_said) is (kind == "unfit")
        silent = misses(question, answer("Well."), NOW)
        assert bool(silent) is (kind != "unfit")
