"""Tests that a fact has nothing that a model only copied from the sentence."""

import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import (
    key_of,
    value_of,
)
from custom_components.openai_compatible_conversation.memory.learning.plain_fact import (
    plain_fact,
)


@pytest.mark.parametrize(
    ("key", "value", "said", "plain"),
    [
        (
            "Leeds",
            "We live in Leeds, remember that.",
            "We live in Leeds, remember that.",
            ("We live in", "Leeds"),
        ),
        (
            "York",
            "York",
            "We have moved, we live in York now. Remember that.",
            ("we live in", "York"),
        ),
        (
            "Acme",
            "works at Acme",
            "Ben now works at Acme.",
            ("works at", "Acme"),
        ),
        (
            "Lyon",
            "Lyon",
            "Retiens que nous habitons à Lyon",
            ("nous habitons à", "Lyon"),
        ),
        ("city", "We live in Leeds, remember that", "", ("city", "We live in Leeds")),
    ],
)
def test_copied(key: str, value: str, said: str, plain: tuple[str, str]) -> None:
    """The request goes, and the key says what the value is of."""
    assert plain_fact(key, value, said) == plain


@pytest.mark.parametrize(
    ("key", "value", "said", "told"),
    [
        (
            "Laktose",
            "vertrage",
            "Ich vertrage übrigens keine Laktose, schon seit der Schulzeit.",
            "Ich vertrage übrigens keine Laktose",
        ),
        ("nuts", "eat nuts", "Remember that I can’t eat nuts.", "I can’t eat nuts"),
        ("lunch", "in a restaurant", "He never eats in a restaurant", None),
        ("pork", "eat pork", "We dont eat pork", "We dont eat pork"),
        ("milk", "drink milk", "Ben doesn't drink milk", "Ben doesn't drink milk"),
        ("lactose", "lactose", "I cannot have lactose", "I cannot have lactose"),
        ("poisson", "aime le poisson", "Je n'aime pas le poisson.", None),
        ("pescado", "como pescado", "Yo no como pescado.", "Yo no como pescado"),
        ("vis", "vis", "Wij eten geen vis.", "Wij eten geen vis"),
        ("кофе", "пью кофе", "Я не пью кофе.", "Я не пью кофе"),
    ],
)
def test_denied(key: str, value: str, said: str, told: str | None) -> None:
    """A value that lost its "not" is kept as it was said: it would be the opposite."""
    assert plain_fact(key, value, said) == (key, told or said.rstrip("."))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("cat", "Mimi", "Remember that our cat is called Mimi."),
        ("cat", "our cat is called Mimi", "Remember that our cat is called Mimi."),
        ("Grandma", "lives in the garden flat", "Grandma lives in the garden flat."),
        ("Mimi", "Mimi", "Mimi"),
        ("cat", "Mimi", "I don't know if you know, but our cat is called Mimi."),
        ("age", "five", "Mia is five, not six."),
        ("cat", "Mia", "No, she is called Mia."),
        ("birthday", "the 3rd of May", "Don't forget that it is on the 3rd of May."),
        ("Urlaub", "Rom", "Im Mai fahren wir nach Rom."),
        ("meat", "does not eat meat", "Ben does not eat meat."),
        ("diet", "vegetarian", "I don't eat meat."),
        ("", "", ""),
        ("Tom", "hates olives", "I heard that Tom hates olives, by the way."),
        (
            "Jules",
            "mange à la cantine",
            "Jules mange à la cantine le jeudi maintenant.",
        ),
        ("code", "1234", "The code of the gate is 1234."),
        ("bins", "on Thursday", "The bins go out on Thursday evening."),
        ("cats", "3", "We have 3 cats."),
        ("Tom", "hates olives", "Tom hates olives, you know."),
        ("seat", "window", "I want the seat at the window."),
        ("Katze", "Minka", "Übrigens heißt unsere Katze Minka."),
        ("Katze", "Minka", "Merk dir, dass unsere Katze Minka heißt."),
        ("daughter", "Lea", "Our daughter Lea."),
        ("Code", "1234", "Der Code 1234 ist für das Tor."),
        ("tea", "green", "I drink green tea in the morning."),
        ("Ada", "the mill", "Ada works at the mill these days."),
        ("Manon", "déteste les épinards", "Manon déteste les épinards, figure-toi."),
        ("Filou", "chien", "Retiens que notre chien s'appelle Filou le fort."),
        ("Emma", "called Emmi", "Emma is called Emmi at school."),
        ("allergies", "crevettes", "Je suis allergique aux crevettes, au fait."),
    ],
)
def test_as_told(key: str, value: str, said: str) -> None:
    """What tells a fact stays as it is."""
    assert plain_fact(key, value, said) == (key, value)


@pytest.mark.parametrize(
    ("key", "value", "said", "told"),
    [
        ("dentist", "dentist", "The dentist is on Friday.", None),
        ("nuts", "nuts", "I'm allergic to nuts, so no nut cake for me.", None),
        ("猫", "猫", "我们的猫叫咪咪", None),
        ("Odile", "Ma sœur", "Ma sœur Odile travaille à la mairie.", None),
        ("Bastien", "Frère", "Mon frère Bastien est boulanger à Nîmes.", None),
        (
            "poubelles jaunes",
            "poubelles jaunes",
            "Au fait. Les poubelles jaunes, on les sort le mardi soir. Voilà.",
            "Les poubelles jaunes, on les sort le mardi soir",
        ),
        (
            "montgolfière",
            "montgolfière",
            "Pour le départ de Gilles, nous offrons une montgolfière. Retiens-le.",
            "Pour le départ de Gilles, nous offrons une montgolfière",
        ),
        ("tiroir", "bureau", "Les passeports sont dans le tiroir du bureau.", None),
        ("Schwester", "Birgit", "Meine Schwester Birgit wohnt in Passau.", None),
        ("Pflegeheim", "am Park", "Opa wohnt jetzt im Pflegeheim am Park.", None),
        ("Manon", "épinards", "Manon déteste les épinards, figure-toi.", None),
    ],
)
def test_says_nothing(key: str, value: str, said: str, told: str | None) -> None:
    """A value that says nothing of its key is kept as the sentence was said."""
    assert plain_fact(key, value, said) == (key, told or said.rstrip("."))


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("Ann", "Dr Roussel", ("My doctor", "Dr Roussel")),
        ("doctor", "Dr Roussel", ("doctor", "Dr Roussel")),
        ("doctor", "remember that", ("My doctor", "My doctor is Dr Roussel")),
        ("Ann", "remember that", ("My doctor", "My doctor is Dr Roussel")),
    ],
)
def test_speaker_and_request(key: str, value: str, told: tuple[str, str]) -> None:
    """Neither the speaker is what a fact is about, nor the request what it says."""
    said = "My doctor is Dr Roussel, remember that."
    assert plain_fact(key, value, said, "Ann") == told


@pytest.mark.parametrize(
    ("value", "said", "told"),
    [
        (
            "docteur Roussel",
            "Mon médecin est le docteur Roussel, retiens-le.",
            ("Mon médecin", "le docteur Roussel"),
        ),
        ("Mimi", "Remember that our cat is Mimi.", ("our cat", "Mimi")),
        (
            "miercoles",
            "Recuerda que el judo es los miércoles",
            ("el judo", "los miércoles"),
        ),
    ],
)
def test_named_by_value(value: str, said: str, told: tuple[str, str]) -> None:
    """A fact that is named by its value is named by what the statement is about."""
    assert plain_fact(value, value, said) == told


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("nuts", "eat nuts", f"I do not eat nuts\nand {'so on ' * 900}"),
        ("nuts", "eat nuts", f"{'and so on ' * 400}I do not eat nuts {'or so ' * 400}"),
        ("nuts", "eat nuts", f"I do not\teat\u2028nuts{' and so on' * 90}"),
        ("York", "York", f"{'x' * 90} {'y' * 90} we live in York"),
    ],
)
def test_long_text(key: str, value: str, said: str) -> None:
    """What is kept of a long text is a fact that can be stored, and is not false."""
    new_key, new_value = plain_fact(key, value, said)
    assert (key_of(new_key), value_of(new_value)) == (new_key, new_value)
    assert key == "York" or "do not" in new_value
