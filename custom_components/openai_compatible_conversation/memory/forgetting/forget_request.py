"""Whether users ask to have something forgotten, or not to forget it."""

import re

from ..words.normalization import spoken_words

_FORGETTING = (
    # English, German, French, Spanish and Dutch
    "forget|delete|remove|erase|unlearn|scratch|clear|drop|discard"
    "|vergiss|vergesst|vergessen|vergisst|losch|losche|loschen|entfern|entferne"
    "|entfernen|streich|streiche|streichen"
    "|oublie|oubliez|oublier|efface|effacez|effacer|supprime|supprimez|supprimer|retire"
    "|olvida|olvidate|olvidalo|olvidala|olvidar|borra|borralo|borrala|borrar|elimina"
    "|eliminar|quita"
    "|vergeet|vergeten|verwijder|verwijderen|wis|wissen|schrap"
    # Italian, Portuguese, Polish, Swedish, Danish and Norwegian
    "|dimentica|dimenticare|scorda|cancella|esquece|esqueca|esquecer|apaga|apagar|remova"
    "|zapomnij|usun|skasuj|glom|radera|glem|slet|slett"
)
_OUTDATED = (
    r"no longer|not (?:true|right|correct)|any ?more|isnt (?:true|right)|wrong|never mind"
    r"|nicht mehr|stimmt nicht|falsch|ne plus|nest plus|plus vrai|cest faux|ya no"
    r"|no es verdad|niet meer|klopt niet|niet waar"
)
"""What says that something is not true any more."""

_REFUSAL = re.compile(
    r"(?:^|(?<=[.!?,;:…]))\s*(?:no|nope|nah|nein|non|não|nao|nee|nej|nei|nie)"
    r"(?:\s*[.!?,;:…–-]|\s+(?=(?:forget|delete|remove|erase|unlearn|scratch)\b))",
    re.IGNORECASE,
)
"""A word that refuses something else, and does not negate what follows it."""

_LINK = r"(?!(?:that|dass|que|dat|att|at|che|ze)\b)\w+ "
_ASKS = re.compile(
    rf"(?P<before>\b(?:dont|do not|not|never|wont|nicht|nie|niemals|n|ne|no|non|nao|niet"
    rf"|inte|ikke)(?: (?:to|te|se|me|lo|la|le|les|ever|pas))? )?\b(?:{_FORGETTING})\b"
    rf"(?P<after> (?:{_LINK}){{0,2}}(?:nicht|nie|niemals|niet|nooit|inte|ikke)\b)?"
    rf"|\b(?:{_OUTDATED})\b"
)
_NEGATED = re.compile(
    r"\b(?:noublie|noubliez|noublions)\b|\bno (?:te |se |lo |la )?(?:me )?olvid(?:es|e)\b"
    r"|\bnon dimenticare\b|\bnao (?:te |se )?esquec\w+|\bnie zapom\w+"
)
_MORE = re.compile(r" (?:mehr|meer)\b")
""""No longer", which does not negate the request: "vergiss, was nicht mehr gilt"."""
_BEGINNING = re.compile(
    r"(?:(?:please|bitte|sil|te|vous|plait|por|favor|alsjeblieft|ok|okay|and|und) )*"
    r"(?:forget|vergiss|vergesst|oublie|oubliez|olvida|olvide|olvidate|vergeet)\b"
)
"""How a sentence begins that asks to have something forgotten."""


def asks_to_forget(text: str) -> bool:
    """Return whether a user asks to have something forgotten."""
    said = " ".join(spoken_words(_REFUSAL.sub(" ", text)))
    return any(not _is_negated(found, said) for found in _ASKS.finditer(said))


def begins_with_forgetting(text: str) -> bool:
    """Return whether a sentence begins with a request to forget something."""
    said = " ".join(spoken_words(text))
    return bool(_BEGINNING.match(said)) and asks_to_forget(text)


def asks_not_to_forget(text: str) -> bool:
    """Return whether a user asks to keep something in mind, and nothing else."""
    said = " ".join(spoken_words(_REFUSAL.sub(" ", text)))
    return not asks_to_forget(text) and bool(
        _NEGATED.search(said) or any(map(_has_negation, _ASKS.finditer(said)))
    )


def _is_negated(found: re.Match[str], said: str) -> bool:
    """Return whether a word for forgetting is negated."""
    return _has_negation(found) and not _MORE.match(said, found.end())


def _has_negation(found: re.Match[str]) -> bool:
    """Return whether there is a negation in front of a word or behind it."""
    return bool(found["before"] or found["after"])
