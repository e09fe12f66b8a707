"""Words by which a user says what is to be done, where a small model does another thing.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

import re


def _words(pattern: str) -> re.Pattern[str]:
    """Return a pattern of beginnings of words."""
    return re.compile(rf"\b(?:{pattern})", re.IGNORECASE)


LOCK = _words(
    r"lock|schlie|sperr|abschlie|absperr|zuschlie|zusperr|verrieg|verschlie"
    r"|verrouill|ferm|cierr|bloque|sluit|vergrendel|afsluit"
)
UNLOCK = re.compile(
    r"\b(?:un|ent|auf|dé|des|de|ont)\s*(?:lock|sperr|rieg|schlie|schloss|verrouill"
    r"|bloque|grendel)|\b(?:open|öffn|oeffn|ouvr|abr|abier"
    r"|(?:schlie|sperr)\w*\b.*\bauf\b)",
    re.IGNORECASE,
)

PAUSE = _words(
    r"pau[sz]|anhalt|halt\w* .*\ban\b|unterbrech|interromp|detén|pon.* en pausa"
)
NEXT_TRACK = _words(
    r"skip|next|überspring|nächst|weiter zum|suivant|saute|siguiente|salta|volgend"
    r"|overslaan|sla .*\bover\b"
)
MUTE = _words(r"mute|stumm|ton aus|muet|coupe\w* le son|silenci|sin sonido|demp")
CODE = _words(
    r"json|yaml|code\b|example|payload|schema|snippet|script|automation|automatis"
    r"|beispiel|exemple|ejemplo|código|voorbeeld|automati[sz]"
)
"""Words of who wants to see a call rather than to have it made."""

RESUME = _words(
    r"resume|unpause|carry on|continue|keep playing|go on|play|weiter|fortsetz"
    r"|spiel\w* .*\bweiter\b|repren|continu|joue|sigue|reanud|reprod|hervat|speel"
)
POWER = re.compile(
    r"\b(?:turn|switch|shut)\w*\b.*\boff\b|\b(?:turn|switch|shut) off\b"
    r"|\b(?:schalt|mach|stell)\w*\b.*\baus\b|\bausschalt|\béteins|\béteindre|\bapaga"
    r"|\b(?:zet|doe|schakel)\b.*\buit\b|\buitzet",
    re.IGNORECASE,
)
"""Words for turning a device off."""
POWER_ON = re.compile(
    r"\b(?:turn|switch|put)\w*\b.*\bon\b|\b(?:schalt|mach|stell)\w*\b.*\b(?:an|ein)\b"
    r"|\b(?:ein|an)schalt|\ballum|\bencien|\b(?:zet|doe|schakel)\b.*\baan\b|\baanzet",
    re.IGNORECASE,
)
"""Words for turning a device on."""

ADD = _words(
    r"add|put|need|setz|schreib|füg|brauch|ajout|mets|mettre|añad|agreg|pon|apunt"
    r"|zet|voeg|schrijf"
)
TICK_OFF = _words(
    r"tick|check\w* off|cross (?:it|that|the|them)|mark\b|abhak|hak\w*|abstreich|streich|coche|raye|barre"
    r"|tacha|marca|afvink|vink|streep|afstrepen"
)
