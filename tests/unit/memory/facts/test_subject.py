"""Tests of whose a fact is."""

import pytest

from custom_components.openai_compatible_conversation.memory.facts.fact import Category
from custom_components.openai_compatible_conversation.memory.facts.subject import (
    is_same_person,
    person_in,
    subject_of,
)

PREFERENCES = Category.PREFERENCES
FAMILY = Category.FAMILY_MEMBERS
LOCATIONS = Category.LOCATIONS
ROUTINES = Category.ROUTINES


@pytest.mark.parametrize(
    ("category", "words"),
    [
        (PREFERENCES, "Remember that my favourite colour is green."),
        (PREFERENCES, "I'm allergic to nuts"),
        (PREFERENCES, "i like my coffee black"),
        (PREFERENCES, "I can't stand coriander."),
        (PREFERENCES, "I’d rather have tea"),
        (PREFERENCES, "Please remember for me that I hate olives"),
        (FAMILY, "My sister is called Emma"),
        (LOCATIONS, "I work in Bonn"),
        (LOCATIONS, "My car keys are in the drawer"),
        (ROUTINES, "I get up at half past six"),
        (ROUTINES, "Wake me at six on weekdays"),
        (PREFERENCES, "Merk dir, dass meine Lieblingsfarbe Grün ist."),
        (PREFERENCES, "Ich vertrage keine Nüsse"),
        (PREFERENCES, "Mir schmeckt Tee besser"),
        (FAMILY, "Meine Schwester heißt Emma"),
        (LOCATIONS, "Ich arbeite in Bonn"),
        (ROUTINES, "Ich stehe um halb sieben auf"),
        (PREFERENCES, "Souviens-toi que ma couleur préférée est le vert."),
        (PREFERENCES, "J'aime le thé"),
        (PREFERENCES, "Je suis allergique aux noix"),
        (PREFERENCES, "Mon anniversaire est le 3 mai"),
        (FAMILY, "Ma sœur s'appelle Emma"),
        (LOCATIONS, "J’habite à Lyon"),
        (PREFERENCES, "Recuerda que mi color favorito es el verde."),
        (PREFERENCES, "Me gusta el té"),
        (PREFERENCES, "Soy alérgica a las nueces"),
        (LOCATIONS, "Trabajo en Sevilla"),
        (PREFERENCES, "Onthoud dat mijn lievelingskleur groen is."),
        (PREFERENCES, "Ik ben allergisch voor noten"),
        (ROUTINES, "Ik sta om half zeven op"),
        (LOCATIONS, "Ik woon in Gent"),
        (Category.USER_NAME, "Call me Annie"),
        (Category.USER_NAME, "Remember the name Annie"),
        (Category.USER_NAME, "We live here, and my name is Ann"),
    ],
)
def test_speaker(category: Category, words: str) -> None:
    """What is said in the first person is the speaker's, where that is known."""
    assert subject_of(words, category, "Ann") == "Ann"
    assert subject_of(words, category, None) == ""
    assert subject_of(words, category, "") == ""


@pytest.mark.parametrize(
    ("category", "words"),
    [
        (PREFERENCES, "The cat likes tuna"),
        (PREFERENCES, "I want you to remember that Tom likes tuna"),
        (PREFERENCES, "I think Tom is allergic to nuts"),
        (PREFERENCES, "Can I have you remember that the guests like tea"),
        (PREFERENCES, "We like the living room warm, and I hate a cold kitchen"),
        (FAMILY, "Our cat is called Mimi"),
        (FAMILY, "My cat is called Mimi"),
        (FAMILY, "Tom's birthday is on 3 May"),
        (LOCATIONS, "I put the spare key under the mat"),
        (LOCATIONS, "We live in Bonn"),
        (LOCATIONS, "The bins are behind the house"),
        (ROUTINES, "The bins go out on Mon"),
        (ROUTINES, "Remind me that the bins go out on Tuesday"),
        (ROUTINES, "On Mon and Thu the cleaner comes"),
        (Category.DEVICE_NICKNAMES, "When I say sunshine I mean the ceiling lights"),
        (FAMILY, "Unser Hund heißt Bello"),
        (FAMILY, "Mein Hund heißt Bello"),
        (PREFERENCES, "Ich möchte, dass du dir merkst: Tom mag keinen Fisch"),
        (PREFERENCES, "Ich glaube, Tom mag keinen Fisch"),
        (ROUTINES, "Erinnere mich daran, dass die Tonne dienstags rausgeht"),
        (LOCATIONS, "Ich habe den Schlüssel in die Vase gelegt"),
        (LOCATIONS, "Im Keller steht der Rasenmäher"),
        (FAMILY, "Notre chat s'appelle Mimi"),
        (FAMILY, "Mon chat s'appelle Mimi"),
        (PREFERENCES, "Je pense que Tom n'aime pas le poisson"),
        (ROUTINES, "Rappelle-moi que les poubelles sortent le mardi"),
        (FAMILY, "Nuestro gato se llama Mimi"),
        (ROUTINES, "Este mes viene la abuela"),
        (PREFERENCES, "Creo que a Tom no le gusta el pescado"),
        (FAMILY, "Onze kat heet Mimi"),
        (PREFERENCES, "Onthoud dat je stil moet zijn"),
        (PREFERENCES, "Ik denk dat Tom geen vis lust"),
        # Other languages
        (PREFERENCES, "Zapamiętaj, że kot i pies lubią rybę"),
        (PREFERENCES, "Ricorda che i bambini non mangiano pesce"),
        (PREFERENCES, "私は緑が好きです"),
        (PREFERENCES, ""),
        (PREFERENCES, "!?"),
    ],
)
def test_household(category: Category, words: str) -> None:
    """All else is the household's."""
    assert subject_of(words, category, "Ann") == ""


@pytest.mark.parametrize(
    ("words", "person"),
    [
        ("I bought Tom a bike, don't tell him", "Tom"),
        ("Toms Fahrrad steht im Keller", "Tom"),
        ("Le vélo d'Élodie", "Élodie Martin"),
        ("Élodie said that Tom has a bike", "Élodie Martin"),
        ("tom gets a bike", "Tom"),
        ("The tomatoes are for Ann", ""),
        ("A bike for my brother", ""),
        ("", ""),
    ],
)
def test_person(words: str, person: str) -> None:
    """The first person besides the speaker whose name is in some words is found."""
    people = ["Tom", "Élodie Martin", "Ann Smith", "", "?"]
    assert person_in(words, people, "Ann") == person


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("Tom", "Tom Smith", True),
        ("tom smith", "Tom", True),
        ("Élodie", "Elodie", True),
        ("Tom Smith", "Tom Miller", False),
        ("Tom", "Tim", False),
        ("", "", False),
        ("Tom", "", False),
    ],
)
def test_same_person(name: str, other: str, *, same: bool) -> None:
    """A first name is the name of the person who has it in full."""
    assert is_same_person(name, other) is same
