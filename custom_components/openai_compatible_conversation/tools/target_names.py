"""Names of entities and areas as people and models say them.

English, German, French, Spanish and Dutch articles, plurals and words for kinds of
devices are known; in other languages only case, accents and punctuation are ignored.

Does not depend on Home Assistant.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
import re
import unicodedata

type Words = tuple[str, ...]

_ACCENTS = re.compile("[\u0300-\u036f]")
_NON_WORD = re.compile(r"[\W_]+")
_ARTICLE = re.compile(
    r"the|an?|my|our|d(?:er|ie|as|en|em|es)|(?:m|uns)?eine?[mn]?|unsere?[mn]?"
    r"|l|las?|les?|une?|mon|ma|mes|notre|nos|el|los|unas?|mis?|nuestr[ao]s?"
    r"|de|het|een|mijn|onze?"
)
_CONNECTOR = re.compile(
    rf"in|on|at|of|im|am|auf|v[oa]n|vom|des|du|del?|dans|en|al|op|{_ARTICLE.pattern}"
)
"""What stands between a thing and its area: "luz de la cocina"."""
_ALL = re.compile(
    r"all|every(?:thing)?|alles?|tou(?:t|te|s|tes)|tod(?:o|a|os|as)|allemaal"
)
_HOUSE = re.compile(
    r"house|home|haus|zuhause|wohnung|maison|appartement|casa|hogar|huis"
)
_EVERYWHERE = re.compile(r"everywhere|uberall|partout|overal")
_WHOLE = re.compile(
    rf"whole|entire|ganze[mnrs]?|entiere?|enter[ao]|hele|{_ALL.pattern}"
    rf"|{_CONNECTOR.pattern}"
)
_PLACE = re.compile(r"area|room|zone|bereich|raum|zimmer|piece|zona|kamer|ruimte")
_KINDS = {
    "light": (
        r"light|licht|lampe?|lumiere|luz|lampara",
        r"lights|lichter|lichten|lampe[sn]|lamps|lumieres|luces|lamparas",
    ),
    "switch": (
        r"switch|schalter|interrupteur|interruptor|schakelaar",
        r"switches|schalter|interrupteurs|interruptores|schakelaars",
    ),
    "fan": (
        r"fan|ventilator|ventilateur|ventilador",
        r"fans|ventilatoren|ventilateurs|ventiladores|ventilators",
    ),
    "cover": (
        r"blind|shutter|curtain|roll?laden|rollo|jalousie|volet|persiana|rolluik",
        r"blinds|shutters|curtains|roll?laeden|rollos|jalousien|volets|persianas",
    ),
    "climate": (
        r"thermostat|heating|heizung|chauffage|termostato|thermostaat|verwarming",
        r"thermostats|heizungen|chauffages|termostatos|thermostaten",
    ),
}
"""Words for the devices of a domain, in the singular and in the plural.

Locks and doors are not among them: they are opened by their own name only.
"""
_LOCK = re.compile(r"locks?|schloss|turschloss|serrure|cerradura|slot")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_PLURAL = re.compile(r"(?:e?s|e?n|er|e|x)")
_MIN_STEM = 3
"""Letters of a word below which it has no plural, and is no part of another word."""
_LINKS = ("", "n", "s")
"""What may join the parts of a compound: "Küchenlicht"."""


@lru_cache(maxsize=8192)
def words_of(text: str) -> Words:
    """Return the words of a name without case, accents, punctuation and articles."""
    text = unicodedata.normalize("NFKD", text).casefold()
    words = _NON_WORD.sub(" ", _ACCENTS.sub("", text)).split()
    return _strip_start(tuple(words), _ARTICLE) or tuple(words)


@lru_cache(maxsize=8192)
def spellings(text: str) -> tuple[Words, ...]:
    """Return the words of a name, and those with umlauts written as two letters."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return tuple({words_of(text): None, words_of(text.translate(_UMLAUTS)): None})


def are_alike(one: Words, two: Words) -> bool:
    """Return whether words are the same but for singular and plural."""
    return len(one) == len(two) and all(
        _is_form_of(*pair) for pair in zip(one, two, strict=True)
    )


def without_area(words: Words, area: Words) -> Iterator[Words]:
    """Yield what is left of a name without the area before, in or after it."""
    if not area:
        return
    size = len(area)
    if words[:size] == area:
        yield _strip_start(words[size:], _CONNECTOR)
    if words[-size:] == area:
        yield _strip_end(words[:-size])
    if size == 1 and words and words[0].startswith(area[0]):
        tail = words[0].removeprefix(area[0])
        for link in _LINKS:
            if tail.startswith(link) and len(tail) >= len(link) + _MIN_STEM:
                yield (tail.removeprefix(link), *words[1:])


def are_near(
    words: Words,
    own: Words,
    areas: Sequence[Words],
    same: Callable[[Words, Words], bool],
    *,
    is_whole: bool = False,
) -> bool:
    """Return whether words are an entity's own name, with or without its area.

    `areas` are the names of its area, `same` compares words. With `is_whole`, no word
    of the own name may be missing.
    """
    return same(words, own) or any(
        same(given, held)
        for area in areas
        for given, held in chain(
            ((rest, own) for rest in without_area(words, area)),
            ((words, rest) for rest in without_area(own, area) if not is_whole),
        )
        if given and held
    )


def without_all(words: Words) -> Words | None:
    """Return the words after "all" or "everything", None if they do not start so."""
    if words and _ALL.fullmatch(words[0]):
        return _strip_start(words[1:], _CONNECTOR)
    return None


def kind_of(words: Words) -> tuple[str, bool] | None:
    """Return the domain that a word stands for, and whether it is a plural."""
    if len(words) == 1:
        for domain, (singular, plural) in _KINDS.items():
            if re.fullmatch(singular, words[0]):
                return domain, False
            if re.fullmatch(plural, words[0]):
                return domain, True
    return None


def without_kind(words: Words) -> Iterator[tuple[Words, str]]:
    """Yield what is left of a name without its kind, and the domain of that.

    A domain that does not exist may be among them.
    """
    if len(words) > 1:
        yield _strip_end(words[:-1]), _domain_of(words[-1])
        yield _strip_start(words[1:], _CONNECTOR), _domain_of(words[0])


def is_house(words: Words) -> bool:
    """Return whether words stand for the whole house."""
    if len(words) == 1 and _EVERYWHERE.fullmatch(words[0]):
        return True
    rest = _strip_start(words, _WHOLE)
    return len(rest) == 1 and _HOUSE.fullmatch(rest[0]) is not None


def without_house(words: Words) -> Words | None:
    """Return the words before "in the house" or "everywhere", None if not said."""
    for start in range(1, len(words)):
        is_place = _CONNECTOR.fullmatch(words[start]) or _EVERYWHERE.fullmatch(
            words[start]
        )
        if is_place and is_house(words[start:]):
            return words[:start]
    return None


def without_place_word(words: Words) -> Words:
    """Return the words of an area without "area" or "room" at the end."""
    return words[:-1] if words and _PLACE.fullmatch(words[-1]) else words


def _domain_of(word: str) -> str:
    """Return the domain that a word stands for, else the word."""
    kind = kind_of((word,))
    return kind[0] if kind else "lock" if _LOCK.fullmatch(word) else word


def _is_form_of(one: str, two: str) -> bool:
    """Return whether two words are the same but for a plural."""
    short, long = sorted((one, two), key=len)
    return one == two or (
        len(short) >= _MIN_STEM
        and long.startswith(short)
        and _PLURAL.fullmatch(long.removeprefix(short)) is not None
    )


def _strip_start(words: Words, pattern: re.Pattern[str]) -> Words:
    """Return words without those at the start that match a pattern."""
    start = 0
    while start < len(words) and pattern.fullmatch(words[start]):
        start += 1
    return words[start:]


def _strip_end(words: Words) -> Words:
    """Return words without the connectors at the end."""
    end = len(words)
    while end and _CONNECTOR.fullmatch(words[end - 1]):
        end -= 1
    return words[:end]
