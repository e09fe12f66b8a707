"""Words for the numbers of minutes and hours, in five languages.

Does not depend on Home Assistant.
"""

_VALUES = (*range(1, 13), 15, 20, 25, 30, 40, 45, 50, 60, 90)

_WORDS = {
    "en": "one two three four five six seven eight nine ten eleven twelve fifteen twenty "
    "twenty-five thirty forty forty-five fifty sixty ninety",
    "de": "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf fünfzehn zwanzig "
    "fünfundzwanzig dreißig vierzig fünfundvierzig fünfzig sechzig neunzig",
    "fr": "une deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt "
    "vingt-cinq trente quarante quarante-cinq cinquante soixante quatre-vingt-dix",
    "es": "una dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte "
    "veinticinco treinta cuarenta cuarenta-y-cinco cincuenta sesenta noventa",
    "nl": "een twee drie vier vijf zes zeven acht negen tien elf twaalf vijftien twintig "
    "vijfentwintig dertig veertig vijfenveertig vijftig zestig negentig",
}
_OTHER = {
    "en": {"a": 1, "an": 1, "twenty five": 25, "forty five": 45},
    "de": {"ein": 1, "eine": 1, "einer": 1, "einem": 1, "dreissig": 30},
    "fr": {"un": 1, "vingt cinq": 25, "quarante cinq": 45},
    "es": {"un": 1, "uno": 1, "cuarenta y cinco": 45},
    "nl": {"één": 1},
}

NUMBERS: dict[str, dict[str, int]] = {
    language: dict(zip(words.split(), _VALUES, strict=True)) | _OTHER[language]
    for language, words in _WORDS.items()
}
"""Numbers by their words, by language."""
