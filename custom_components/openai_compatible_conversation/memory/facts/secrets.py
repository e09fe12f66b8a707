"""Facts that are to be kept from somebody, as a present is from who gets it.

Knows how that is said in English, German, French, Spanish and Dutch.
"""

from functools import lru_cache
import re

from ..words.normalization import spoken_words
from .fact import Fact
from .subject import is_same_person, person_in

_ASKS_NOT_TO_TELL = re.compile(
    # "Don't tell me" is no secret.
    r"\b(?:dont|do not|never|not to|wont|please not) (?:you )?(?:ever )?"
    r"(?:tell|mention|say|reveal|betray)\b(?! (?:me|us)\b)(?! it to (?:me|us)\b)"
    r"|\b(?:dont|do not|never) let \w+(?: \w+)? (?:know|find out|see|hear)"
    r"|\b(?:mustnt|must not|shouldnt|should not|cant|cannot|may not|isnt to|is not to"
    r"|(?:not|isnt|arent) (?:supposed|allowed|meant) to)(?: \w+)? "
    r"(?:know|find out|learn|hear)"
    r"|\bwithout (?:him|her|them|\w+) (?:knowing|finding out|noticing)"
    r"|\b(?:its|is|keep (?:it|this|that)|stay|stays|remain) (?:a |an )?"
    r"(?:big |our |my |absolute )?(?:secret|surprise)\b(?! (?:ingredient|word|code))"
    r"|\bbetween (?:you and me|us|ourselves)\b|\bnot a word (?:to|about)"
    r"|\bsurprise (?:party|present|gift|trip|visit)\b|\bin secret\b|\bsecretly\b"
    # German
    r"|\b(?:sag|sage|sagen|verrat|verrate|verraten|erzahl|erzahle|erzahlen)\b"
    r"(?! (?:mir|uns))(?: \w+){0,4} (?:nicht|nichts|nie|niemals|kein wort)\b"
    r"|\b(?:nicht|nichts|nie|niemals|niemandem|kein wort)(?: \w+){0,2} "
    r"(?:sagen|verraten|weitersagen|weitererzahlen|erzahlen)\b"
    r"|\b(?:darf|soll|sollte)(?: \w+){0,4} (?:nicht|nichts|nie|noch nichts)"
    r"(?: \w+){0,3} (?:wissen|erfahren|mitbekommen|merken)\b"
    r"|\b(?:ist|bleibt|sei|wird) (?:(?:noch|ein|eine|unser|streng) ){0,2}"
    r"(?:geheimnis|geheim|uberraschung)\b|\bgeheim halten\b|\bunter uns\b"
    r"|\bgeheimhalten\b|\buberraschungs(?:party|feier|geschenk|besuch)\w*"
    r"|\b(?:heimlich|verrats? (?:ihm|ihr|niemandem))\b"
    # French
    r"|\bne (?:le |la |lui |leur |en |rien )*"
    r"(?:dis|dites|dire|raconte|racontez|revele|parle|parlez)\b"
    r"(?: \w+){0,2} (?:pas|rien|a personne|jamais)\b"
    r"|\bne rien (?:lui |leur )?dire\b|\bne pas (?:le |la |lui |en )*(?:dire|parler)\b"
    r"|\b(?:ne|n)? ?(?:doit|doivent|devrait) (?:pas|rien|surtout pas) "
    r"(?:le |en )?(?:savoir|apprendre|l apprendre)\b"
    r"|\b(?:cest|est|reste|garde(?:r|z)?) (?:un |une |le )?(?:secret|surprise)\b"
    r"|\bentre (?:nous|toi et moi)\b|\bpas un mot\b|\ben secret\b|\ben cachette\b"
    r"|\b(?:fete|anniversaire|cadeau) surprise\b|\bsans qu(?:il|elle|ils|elles) le sach"
    # Spanish
    r"|\b(?:no|nunca) (?:se )?(?:les? )?(?:se )?(?:lo |la |nada )?"
    r"(?:digas|diga|cuentes|cuente|reveles|menciones|hables|decirle|decirselo"
    r"|contarle|contarselo)\b"
    r"|\bno (?:puede|debe|pueden|deben|tiene que) "
    r"(?:saber|saberlo|enterarse|descubrir)\w*|\bque no (?:se entere|lo sepa|sepa)\w*"
    r"|\b(?:es|sera|guarda|guardalo|mantenlo) (?:en |un |una )?(?:secreto|sorpresa)\b"
    r"|\bentre (?:nosotros|tu y yo)\b|\bni una palabra\b|\ben secreto\b|\ba escondidas\b"
    r"|\b(?:fiesta|regalo|viaje) sorpresa\b"
    # Dutch
    r"|\b(?:zeg|zegt|vertel|verklap|verraad)\b(?! (?:me|mij|ons))(?: \w+){0,4} "
    r"(?:niet|niets|niks|nooit|aan niemand)\b"
    r"|\b(?:niet|niets|niks|nooit|niemand)(?: \w+){0,3} "
    r"(?:vertellen|zeggen|verklappen|doorvertellen|verraden)\b"
    r"|\bmag(?: \w+){0,4} (?:niet|niets|niks)(?: \w+){0,3} (?:weten|horen|merken)\b"
    r"|\b(?:is|blijft) (?:(?:nog|een|ons) ){0,2}(?:geheim|verrassing)\b|\bonder ons\b"
    r"|\bgeheim houden\b|\bgeheimhouden\b|\bstiekem\b"
    r"|\bverrassings(?:feest|cadeau|bezoek)\w*"
)


_PARTS = """
tell mention say reveal betray let know find learn hear without secret surprise
between word sag verrat erzahl wissen erfahren mitbekommen merken geheim uberraschung
unter heimlich dis dire racont revel parl savoir apprendre entre mot cachette sans
digas diga cuent reveles hables decir contar saber enterarse descubrir entere sepa
sorpresa palabra escondidas zeg vertel verklap verraad weten horen verrassing onder
stiekem
"""
_HINTS = tuple(_PARTS.split())
"""Parts of words, of which each request not to tell something has one."""

MAX_CACHED = 10_000
"""Maximum texts for which it is cached what they ask."""


def is_secret(fact: Fact) -> bool:
    """Return whether a fact, or the words it comes from, ask not to tell it."""
    return asks_not_to_tell(fact.quote) or asks_not_to_tell(fact.value)


@lru_cache(MAX_CACHED)
def asks_not_to_tell(words: str) -> bool:
    """Return whether some words ask not to tell something to others."""
    said = " ".join(spoken_words(words))
    # The pattern takes ten times as long, and a query asks this of all facts.
    if not any(hint in said for hint in _HINTS):
        return False
    return bool(_ASKS_NOT_TO_TELL.search(said))


def is_kept_from(fact: Fact, speaker: str) -> bool:
    """Return whether a fact is a secret that a speaker must not be told.

    That is whom it is about, or is named in it. Where nobody is, whom it is kept from
    is not known, and only who told it is told. `speaker` is "" if not known.
    """
    if not speaker or is_same_person(fact.told_by, speaker) or not is_secret(fact):
        return False
    if fact.subject and not is_same_person(fact.subject, fact.told_by):
        return is_same_person(fact.subject, speaker) or bool(
            person_in(fact.quote, [speaker])
        )
    return True
