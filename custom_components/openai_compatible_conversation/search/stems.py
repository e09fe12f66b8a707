"""Light stemming: brings the inflected forms of a word to the same letters.

It is not the stem that a linguist would write: a word loses its endings one after the
other, whatever they are. Both the words of a query and those that they are compared
with are stemmed the same way.
"""

from functools import lru_cache

MAX_CACHED = 8000
"""Maximum words whose stems are cached."""

_MIN_STEM = 3
"""Minimum characters that are left of a word."""

_ENDINGS = {
    "en": "ing ers er ed es s y e",
    "de": "ungen ung est ten tet te en er em es et st e n s t",
    "fr": "aient ees ent ons ant ais ait ez er ir re es ee x s e r",
    "es": "aciones acion iendo ando ados adas ado ada ar er ir os as es a o e s n",
    "nl": "jes tje en er et st je e n s t",
    "it": "zione zioni ando endo ati ate ato ata are ere ire i a o e",
    "pt": "coes cao ando endo ados adas ado ada ar er ir os as es a o e s m",
    "pl": "ami ach owi ow em om ie ia iu ac ic a e i o u y",
    "sv": "arna orna erna ande ade ar or er en et na a e n s t",
}
"""Endings of each language, as written without accents."""

_ORDERED = {
    language: tuple(sorted(endings.split(), key=len, reverse=True))
    for language, endings in _ENDINGS.items()
}
LANGUAGES = tuple(_ENDINGS)
"""The languages that can be stemmed."""


@lru_cache(MAX_CACHED)
def stem(word: str, language: str) -> str:
    """Return the stem of a lower-case word without accents.

    A word of another language than `LANGUAGES` is its own stem.
    """
    endings = _ORDERED.get(language, ())
    for _ in range(2):
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
                word = word[: -len(ending)]
                break
        else:
            break
    if language == "en" and len(word) > _MIN_STEM and word[-1] == word[-2]:
        # "running" has become "runn".
        return word[:-1]
    return word
