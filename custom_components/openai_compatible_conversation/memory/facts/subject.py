"""Whose a fact is: that of who speaks of themselves, or the household's.

Knows the first person of English, German, French, Spanish and Dutch. What is said in
another language is taken for the household's.
"""

from collections.abc import Iterable
import re
import unicodedata

from ..words.normalization import APOSTROPHES
from .fact import Category

_WORD = re.compile(r"[^\W_]+")


def _set(words: str) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(words.split())


_POSSESSIVE = _set("""
    my mine myself mein meine meinem meinen meiner meines ma mon mes mi mis mijn mn
""")
_SUBJECT = _set("i ich je j ik yo")
_OBJECT = _set("me mich mir moi mij m")
_SPANISH_VERBS = _set("""
    soy estoy tengo vivo trabajo estudio prefiero odio detesto bebo tomo naci llamo
    levanto acuesto ducho entreno puedo debo hago voy salgo juego necesito uso
""")
"""Spanish verbs in the first person, of which the pronoun is left out."""

_PLURAL = _set("""
    we our ours us wir uns unser unsere unserem unseren unserer unseres nous notre nos
    nosotros nosotras nuestro nuestra nuestros nuestras vivimos tenemos wij ons onze
""")

_FRAMES = re.compile(
    r"\b(?:"
    r"i (?:(?:just |do )?(?:want|need|would like|d like|d love) you to"
    r"|(?:think|believe|guess|mean|suppose|said|hope)|(?:have |ve )?told you)"
    r"|ich (?:mochte|will|wunsche|wollte)(?: mir)? dass du"
    r"|ich (?:glaube|denke|meine|finde|sagte|hoffe)|(?:sagte|glaube) ich"
    r"|ich (?:habe|hab) (?:dir |es )?(?:schon )?gesagt"
    r"|je (?:veux|voudrais|souhaite) que tu|je (?:pense|crois|dis|t ai dit)|j ai dit"
    r"|yo creo|ik (?:wil|wou) (?:graag )?dat je|ik (?:denk|geloof|bedoel|zei)"
    r"|ik heb (?:je )?(?:al )?gezegd"
    r"|(?:remind|tell|ask|give|show|help|let|for|with) me"
    r"|(?:erinner|erinnere|sag|sage|gib|zeig|zeige|hilf|fur) (?:mich|mir)"
    r"|(?:rappelle|dis|donne|montre|aide|pour) moi|me (?:dis|dire|rappeler)"
    r"|(?:herinner|zeg|geef|help|voor|vertel) (?:mij|me)"
    r"|(?:este|ese|un|al|el|del|cada|proximo|todo|pasado) mes"
    r")\b"
)
"""Words in the first person that frame a sentence and do not tell whose it is."""

_ASKING = re.compile(
    r"\b(?:(?:can|could|may|shall|should|must|do|did|have) i|(?:habe|hab|kann) ich)\b"
)
"""The same, where something is told and not asked for."""

_PET = (
    "cat|cats|kitten|dog|dogs|puppy|hamster|rabbit|parrot|bird|budgie|horse|pony|turtle"
    "|tortoise|goldfish|fish|pet|pets|katze|kater|hund|hunde|hundin|kaninchen|hase"
    "|vogel|wellensittich|pferd|schildkrote|fisch|haustier|meerschweinchen|chat|chatte"
    "|chien|chienne|lapin|oiseau|cheval|tortue|poisson|gato|gata|perro|perra|conejo"
    "|pajaro|caballo|tortuga|pez|mascota|kat|poes|hond|konijn|paard|schildpad|vis"
    "|huisdier|cavia"
)
_OWN_PET = re.compile(rf"\b(?:{'|'.join(sorted(_POSSESSIVE))}) (?:{_PET})\b")
"""Pets, which belong to the household whoever speaks of them."""

_WHEREABOUTS = _set("""
    am live work study born park wohne lebe arbeite studiere parke bin habite travaille
    vis suis etudie nee ne vivo trabajo estudio soy naci woon werk studeer ben
""")
"""What of oneself says where one is, rather than where one puts something."""

_ENGLISH = _set("""
    am is are was the that to at and like likes love hate have has had never always
    every when my was be want need prefer live work get go drink eat don ve m
""")
_DUTCH = _set("""
    dat het een onthoud niet van voor naar moet kunt bent hebt wordt vergeet de op is
    en mag met jij jouw
""")
_FRENCH = _set("que le la les est et un une suis ne pas du des au")


def subject_of(words: str, category: Category, speaker: str | None) -> str:
    """Return the person whose fact is told in some words, "" for the household.

    It is the speaker, where that is known and speaks of themselves.
    """
    if not speaker or category is Category.DEVICE_NICKNAMES:
        return ""
    if category is Category.USER_NAME:
        return speaker
    written = _words(words)
    said = _OWN_PET.sub(" ", _ASKING.sub(" ", _unframed(written))).split()
    if _PLURAL & set(said):
        return ""
    if _POSSESSIVE.intersection(_french_only(said, written)):
        return speaker
    if category is Category.LOCATIONS and not _WHEREABOUTS & set(said):
        # Who puts the key into the vase says nothing of themselves.
        return ""
    return speaker if _is_first_person(said, written) else ""


def of_speaker(words: str, *, or_household: bool = False) -> bool:
    """Return whether a question is about who asks it, or about their household."""
    written = _words(words)
    said = _unframed(written).split()
    if _PLURAL & set(said):
        return or_household
    return bool(
        _POSSESSIVE.intersection(_french_only(said, written))
    ) or _is_first_person(said, written)


def person_in(words: str, names: Iterable[str], besides: str = "") -> str:
    """Return the first person of whom some words have the name, "" if there is none.

    `names` are those of people, of which the first word is enough; `besides` is the
    name of who speaks.
    """
    said = [word.casefold() for word in _words(words)]
    found = [
        (place, name)
        for name in names
        if not is_same_person(name, besides)
        and (place := _place(name, said)) is not None
    ]
    return min(found, key=lambda item: item[0])[1] if found else ""


def first_name(name: str) -> str:
    """Return the first word of a name, folded, "" if it has none."""
    return next((word.casefold() for word in _words(name)), "")


def first_names_in(words: str) -> set[str]:
    """Return the words that may be first names, folded.

    A word is also returned without the ending of a genitive.
    """
    folded = {word.casefold() for word in _words(words)}
    return folded | {word.removesuffix("s") for word in folded}


def is_same_person(name: str, other: str) -> bool:
    """Return whether two names are one person's, as `Tom` and `Tom Smith` are."""
    one, two = ({word.casefold() for word in _words(text)} for text in (name, other))
    return bool(one and two) and (one <= two or two <= one)


def _unframed(written: list[str]) -> str:
    """Return words in lower case, without those that frame a sentence."""
    return _FRAMES.sub(" ", " ".join(word.casefold() for word in written))


def _place(name: str, said: list[str]) -> int | None:
    """Return where words have a name, by itself or with an ending of a genitive."""
    if not (first := first_name(name)):
        return None
    for place, word in enumerate(said):
        if word in (first, f"{first}s"):
            return place
    return None


def _is_first_person(said: list[str], written: list[str]) -> bool:
    """Return whether a sentence speaks of who says it."""
    for word in said:
        if word == "i":
            # "i" means "and" in other languages, and "the" in Italian.
            if "I" in written or len(_ENGLISH.intersection(said)) > 1:
                return True
        elif word == "je":
            # In Dutch it means "you".
            if not _DUTCH.intersection(said) or _FRENCH.intersection(said):
                return True
        elif word in _SUBJECT | _SPANISH_VERBS:
            return True
    return bool(_OBJECT.intersection(said))


def _french_only(said: list[str], written: list[str]) -> list[str]:
    """Return words without those that look like French ones: Monday, for `mon`."""
    if "Mon" in written[1:] or said[-1:] == ["mon"]:
        return [word for word in said if word != "mon"]
    return said


def _words(text: str) -> list[str]:
    """Return the words of a text as they are written, but for accents."""
    text = unicodedata.normalize("NFKD", APOSTROPHES.sub(" ", text))
    text = "".join(char for char in text if not unicodedata.combining(char))
    return _WORD.findall(text)
