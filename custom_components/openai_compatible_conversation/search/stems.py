"""Light stemming: brings the inflected forms of a word to the same letters.

It is not the stem that a linguist would write: a word loses its endings one after the
other, whatever they are. Both the words of a query and those that they are compared
with are stemmed the same way.
"""

from functools import lru_cache

MAX_CACHED = 8000
"""Maximum words whose stems are cached."""

_MIN_STEM = 3
"""Minimum characters that are left of a word without its last ending."""

_MIN_SHORT_STEM = 4
"""Minimum characters that are left without another ending."""

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
    "da": "erne ene ende ede er en et te re e n s t",
    "nb": "ene ane ende ede er en et te re a e n s t",
    "cs": "ami ach ich ech ovi ou ho mu ym im em at it et am y i e a u o",
    "ru": "ами ями ого его ыми ими ах ях ов ев ом ем ои еи ую ая ые ие ть а я ы и е у ю о ь",
    "tr": "larını lerini ları leri ını ini unu sını sini lar ler nın nin dan den tan ten da de yı yi nı ni ım im ı i u a e n m",
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
    for least in (_MIN_STEM, _MIN_SHORT_STEM):
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= least:
                word = word[: -len(ending)]
                break
        else:
            break
    if language == "en" and len(word) > _MIN_STEM and word[-1] == word[-2]:
        # "running" has become "runn".
        return word[:-1]
    return word
