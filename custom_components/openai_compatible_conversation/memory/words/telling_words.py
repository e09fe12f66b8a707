"""The words of a sentence by which a fact can be told to fit it.

Words that stand in any sentence are left out, in English, German, French, Spanish and
Dutch, and so are those with which a home is commanded.
"""

from collections.abc import Iterator
from itertools import islice

from ...search.words import STOP_WORDS, words

MAX_TELLING = 16
"""Words of a sentence that are looked up."""

MIN_LETTERS = 3
"""Letters of a word in a script with spaces."""

_COMMON_WORDS = """
all also always any away back been call called come day don done down ever every
get gets getting give goes going good got hello hey home house know left look made make many maybe more
morning most much never new next nice night not off often okay one only open order
other out over play put remember remind right said say see set stop sure take tell
thank thanks thing think time today tomorrow tonight too turn under until very
wanted was way week well went whole without yes yesterday aber alle allen alles als
am an auch auf aus bei bin bis bist bitte da dann das dass dein deine dem den der
des dich die dies diese dir doch du ein eine einem einen einer eines er es euch für
ganz gib gut hab habe haben hallo hat heute hier ich ihm ihn ihr im in ist ja kann
kein keine kannst komm machen mach mal man mehr mein meine meinem meinen meiner mich
mir mit morgen muss nach nein nicht noch nun nur ob oder ohne sag sein seine sich
sie sind so soll stell tag über uhr um und uns unser unsere unserem unseren vom von
vor war weil wenn wer werden wie wieder will wir wird wo wohnt zu zum zur heißt
heisst welche welchem welchen welcher welches wann warum aux avec avez bien ces
cette ceux chez comme comment dans dis dit donc elle elles est être fait fais faut
ici ils jour juste les leur leurs lui mais merci mes mets moi mon nos notre nous pas
peut peux plus pour pourquoi quand que quel quelle quelles quels qui quoi sans ses
soir son sont sur tes toi ton tous tout toute très une votre vos vous aujourd hui
demain appelle algo aquí así ayer buenos como cómo con cuál cuando cuándo cuánto del
desde día dice dime donde dónde ella ellos era esa ese eso esta está este esto favor
gracias hace hacer hasta hay hola hoy las los más mañana mis muy nada nuestra
nuestro nuestros otra otro para pero poco pon por porque puede puedes qué quién
quiero ser sin sobre sus también tengo tiene todo todos tus una uno unos usted llama
aan alleen ben bij dag dan dat deze doe door een eens elke geen goed heb hebben
heeft het hij hoe hun iets ik is jij jouw jullie kan maar mag meer met mijn moet
naar nee niet nog nu ook onder ons onze samen ter thuis toen tot uit uur van vandaag
veel voor waar waarom wanneer wat weer wel welk welke wij wil worden wordt zal ze
zeg zet zich zijn zo zou heet light lights lamp lamps licht lichter lampe lampen
lumière lumières luz luces
"""

_WEAK_WORDS = """
name names named number day days date person people favourite favorite favourites
favorites music musik musique música muziek song songs lied chanson canción liedje
radio playlist office büro bureau oficina kantoor like likes love loves best most prefer
prefers kind
namen nummer tage datum leute liebsten liebster liebste mag magst gern gerne lieblings art
nom prénom numéro jours date personne préféré préférée préférés aime aiment aimes plus
nombre número días fecha persona favorito favorita favoritos gusta gustan preferido
naam nummer dagen datum mensen favoriete lievelings graag liefst mooist leuk soort
"""

_FAVOURITE = (
    "favourite",
    "favorit",
    "lieblings",
    "prefere",
    "lievelings",
)
"""Beginnings of words for what somebody likes best, without accents."""

_COMMON = frozenset(words(_COMMON_WORDS))


_WEAK = frozenset(words(_WEAK_WORDS))
"""Words that many facts have and many questions that no fact answers."""


def telling_words(text: str) -> Iterator[str]:
    """Yield the words of a text that tell what it is about, each once."""
    yield from islice(filter(is_telling, dict.fromkeys(words(text))), MAX_TELLING)


def is_telling(word: str) -> bool:
    """Return whether a word, in lower case and without accents, tells something."""
    if word in STOP_WORDS or word in _COMMON:
        return False
    if word.isascii():
        return len(word) >= MIN_LETTERS and not word.isdigit()
    return len(word) > 1


def is_favourite(word: str) -> bool:
    """Return whether a word asks for what somebody likes best."""
    return word.startswith(_FAVOURITE)


def is_weak(word: str) -> bool:
    """Return whether a word tells something only together with others."""
    return word in _WEAK
