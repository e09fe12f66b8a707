"""The words that tell what a fact is about, to see that two keys are the same.

Models name the same thing now one way and now another: `cat`, `the cat's name`,
`Katze`. Only what is certain is taken for the same.
"""

from functools import cache
import re

from .normalization import APOSTROPHES, spoken_words

_FAVOURITE = re.compile(r"^(?:lieblings|lievelings)(?=\w{3})")
"""The first part of German and Dutch compounds for what somebody likes best."""

_FRAME_WORDS = """
a an the my our your his her their of s for is name names named called user users
der die das den dem des ein eine einen mein meine meinen unser unsere unseren von
vom heisst heissen namen genannt
le la les l un une de du d mon ma mes notre nos nom appelle
el los las una del mi mis nuestro nuestra nombre llama
het een van mijn onze ons naam heet
"""

_FRAME = frozenset(_FRAME_WORDS.split())
"""Words around what a key is about."""

_SAME = """
cat katze kater chat chatte gato gata kat poes |
dog hund hundin chien chienne perro perra hond |
wife frau ehefrau femme epouse esposa vrouw echtgenote |
husband mann ehemann mari epoux esposo marido echtgenoot |
daughter tochter fille hija dochter | son sohn fils hijo zoon |
mother mom mum mama mutter mere maman madre moeder |
father dad papa vater pere padre vader |
brother bruder frere hermano broer | sister schwester soeur hermana zus |
grandmother grandma oma grossmutter mamie abuela |
grandfather grandpa opa grossvater papi abuelo |
birthday geburtstag anniversaire cumpleanos verjaardag |
job beruf metier trabajo beroep | school schule ecole escuela |
favourite favorite prefere preferee favorito favorita favoriete |
colour color farbe couleur kleur | food essen nourriture comida eten |
coffee kaffee cafe koffie | tea tee |
key keys schlussel cle cles llave llaves sleutel sleutels | car auto voiture coche
"""
"""Words of several languages for one thing, as `spoken_words` returns them."""


def key_words(key: str, subject: str = "") -> frozenset[str]:
    """Return the words of a key and a subject that tell what a fact is about.

    It makes no difference whether a name is the subject or stands in the key. Words of
    several languages for the same are one word.
    """
    return _own_words(key) | frozenset(_words(subject))


@cache
def _concepts() -> dict[str, str]:
    """Return the word that stands for each word of several languages."""
    return {
        word: group.split()[0] for group in _SAME.split("|") for word in group.split()
    }


def _own_words(key: str) -> frozenset[str]:
    """Return the words of a key without those around what it is about."""
    words = list(_words(key))
    own = frozenset(words) - _FRAME
    return own or frozenset(words)


def _words(text: str) -> list[str]:
    """Return the words of a text, those of several languages for the same as one."""
    found: list[str] = []
    for word in spoken_words(APOSTROPHES.sub(" ", text)):
        rest = _FAVOURITE.sub("", word)
        if rest != word:
            found.append("favourite")
        found.append(_concepts().get(rest, rest))
    return found


def is_thing(word: str) -> bool:
    """Return whether a word, as `spoken_words` returns it, is no name."""
    return word in _FRAME or word in _concepts()


def are_distinct(one: frozenset[str], two: frozenset[str]) -> bool:
    """Return whether words of two keys are known to mean different things."""
    known = set(_concepts().values())
    return one != two and one <= known and two <= known
