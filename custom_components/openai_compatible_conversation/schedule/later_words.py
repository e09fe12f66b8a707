"""Whether a user speaks of something that is to be done later, or again and again.

The tool for it is shown when it is spoken of, so that it costs nothing otherwise. It is
found by search as well, so a language whose words are not known loses little.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

import re

_NUMBER = {
    "en": r"(?:\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|fifteen|twenty|thirty|forty|fifty|sixty|ninety|half|few|couple|quarter)",
    "de": r"(?:\d[\d.,]*|eine[rmn]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf"
    r"|fünfzehn|zwanzig|dreißig|vierzig|fünfzig|sechzig|neunzig|halben?|paar|wenigen)",
    "fr": r"(?:\d[\d.,]*|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze"
    r"|quinze|vingt|trente|quarante|cinquante|soixante|demi|quelques)",
    "es": r"(?:\d[\d.,]*|una?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce"
    r"|quince|veinte|treinta|cuarenta|cincuenta|sesenta|noventa|media|unos|par)",
    "nl": r"(?:\d[\d.,]*|een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf"
    r"|vijftien|twintig|dertig|veertig|vijftig|zestig|negentig|half|paar)",
}
_ARTICLE = re.compile(r"\|(?:an\?|eine\[rmn\]\?|een)(?=\|)")
"""The number one where it is an article as well, which stands before no hour."""

_LATER = {
    "en": r"\b(?:in|after) (?:about )?{n}\b.{{0,20}}\b(?:sec\w*|min\w*|hours?|days?|weeks?|months?)\b"
    r"|\b(?:at|by|until|till) (?:about )?(?:{h}|noon|midnight|half|(?:a )?quarter)\b"
    r"|\b(?:later|tonight|tomorrow|this evening|this afternoon|wake me|remind me|when it is)\b"
    r"|\b(?:in the|next|on) (?:morning|week|month|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday)\b|\bat \d",
    "de": r"\b(?:in|nach) (?:etwa |ca\.? )?{n}\b.{{0,20}}\b(?:sek\w*|min\w*|stunden?|tage?n?|wochen?|monat\w*)\b"
    r"|\b(?:um|bis|gegen|ab) (?:{h}|eins|halb|viertel|mittag|mitternacht)\b"
    r"|\b(?:später|nachher|heute (?:abend|nacht|nachmittag)|morgen|übermorgen|weck\w* mich"
    r"|erinner\w* mich)\b|\b(?:am|nächsten) (?:abend|morgen|montag|dienstag|mittwoch|donnerstag"
    r"|freitag|samstag|sonntag)\b",
    "fr": r"\b(?:dans|d['’]ici|après) (?:environ )?{n}\b.{{0,20}}\b(?:sec\w*|min\w*|heures?|jours?|semaines?|mois)\b"
    r"|\bà (?:{n} ?h|{n} heures?|midi|minuit|\d)"
    r"|\b(?:plus tard|ce soir|cette nuit|demain|après-demain|réveille[zr]?-moi|rappelle[zr]?-moi)\b"
    r"|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b",
    "es": r"\b(?:en|dentro de|después de) (?:unos )?{n}\b.{{0,20}}\b(?:seg\w*|min\w*|horas?|días?|semanas?|mes\w*)\b"
    r"|\ba las? {n}\b|\b(?:al mediodía|a medianoche)\b"
    r"|\b(?:más tarde|luego|esta (?:noche|tarde)|mañana|despiértame|despertarme|recuérdame)\b"
    r"|\bel (?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b",
    "nl": r"\b(?:over|na) (?:ongeveer )?{n}\b.{{0,20}}\b(?:sec\w*|min\w*|uur|uren|dag\w*|weken|week|maand\w*)\b"
    r"|\bom (?:{h}|een uur|half|kwart|middernacht)\b"
    r"|\b(?:later|straks|vanavond|vannacht|vanmiddag|morgen|overmorgen|maak me wakker|wek me"
    r"|herinner me)\b|\b(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b",
}
_REPEATED = {
    "en": r"\b(?:every|each) (?:single |other |second )?(?:day|morning|noon|afternoon|evening|night|week"
    r"|weekday|weekend|month|year|hour|minute|monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday|{n} (?:min\w*|hours?|days?|weeks?))\b|\b(?:daily|hourly|weekly|nightly|monthly)\b"
    r"|\bon (?:mon|tues|wednes|thurs|fri|satur|sun|week)days\b",
    "de": r"\bjede[nrs]? (?:zweiten? )?(?:tag|morgen|mittag|nachmittag|abend|nacht|woche|wochentag|wochenende"
    r"|monat|jahr|stunde|minute|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b"
    r"|\balle {n} (?:min\w*|stunden|tage|wochen)\b|\b(?:täglich|stündlich|wöchentlich|monatlich)\b"
    r"|\b(?:morgens|abends|montags|dienstags|mittwochs|donnerstags|freitags|samstags|sonntags)\b",
    "fr": r"\b(?:tous les|toutes les|chaque) (?:deux )?(?:jours?|matins?|midis?|soirs?|nuits?|semaines?|mois"
    r"|ans?|heures?|minutes?|lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?"
    r"|{n} (?:minutes|heures|jours))\b|\bquotidien\w*\b",
    "es": r"\b(?:todos los|todas las|cada) (?:dos )?(?:días?|mañanas?|mediodías?|tardes?|noches?|semanas?"
    r"|mes\w*|años?|horas?|minutos?|lunes|martes|miércoles|jueves|viernes|sábados?|domingos?"
    r"|{n} (?:minutos|horas|días))\b|\b(?:diariamente|a diario)\b",
    "nl": r"\b(?:elke|iedere|elk|ieder) (?:tweede )?(?:dag|ochtend|morgen|middag|avond|nacht|week|werkdag"
    r"|weekend|weekeinde|maand|jaar|uur|minuut|maandag|dinsdag|woensdag|donderdag|vrijdag"
    r"|zaterdag|zondag)\b|\bom de {n} (?:min\w*|uur|dagen)\b|\b(?:dagelijks|wekelijks)\b",
}
_DIGITS = re.compile(r"\d(?![\d.,]*\s*[%°])")
"""A number that is no percentage or temperature: a time, in any language."""


def speaks_of_later(text: str, language: str | None) -> bool:
    """Return whether a text speaks of a time to come.

    In a language whose words are not known, any number may be one.
    """
    key = _key(language)
    if key is None:
        return bool(_DIGITS.search(text))
    return _matches(_LATER, key, text)


def asks_for_repetition(text: str, language: str | None) -> bool:
    """Return whether a text asks for something again and again, as far as is known."""
    key = _key(language)
    return key is not None and _matches(_REPEATED, key, text)


def _key(language: str | None) -> str | None:
    """Return a language without its region, None if its words are not known."""
    key = re.split("[-_]", language or "", maxsplit=1)[0].casefold()
    return key if key in _LATER else None


def _matches(patterns: dict[str, str], key: str, text: str) -> bool:
    """Return whether the pattern of a language is found in a text."""
    number = _NUMBER[key]
    pattern = patterns[key].format(n=number, h=_ARTICLE.sub("", number))
    return re.search(pattern, " ".join(text.casefold().split())) is not None
