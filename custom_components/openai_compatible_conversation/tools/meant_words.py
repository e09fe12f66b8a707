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
    r"\b(?:turn|switch|shut)\w*\b.*\boff\b|\blights? out\b"
    r"|\b(?:schalt|mach|stell)\w*\b.*\baus\b|\baus(?:schalt|mach|stell)|\bétei[ng]"
    r"|\bapag|\b(?:zet|doe|schakel)\b.*\buit\b|\buit(?:zet|doe|schakel)",
    re.IGNORECASE,
)
"""Words for turning a device off."""
POWER_ON = re.compile(
    r"\b(?:turn|switch|put)\w*\b.*\bon\b|\b(?:schalt|mach|stell)\w*\b.*\b(?:an|ein)\b"
    r"|\b(?:ein|an)(?:schalt|mach|stell)|\ballum|\bencien"
    r"|\b(?:zet|doe|schakel)\b.*\baan\b|\baan(?:zet|doe|schakel)",
    re.IGNORECASE,
)
"""Words for turning a device on."""

OPEN = re.compile(
    r"\b(?:open|rais|öffn|hoch|aufmach|ouvr|l[eè]ve|remont|abr[aei]|abier|sub[aei])"
    r"|\b(?:auf|up)\W*$",
    re.IGNORECASE,
)
"""Words for opening a blind, a door or a window."""
CLOSE = re.compile(
    r"\b(?:clos|shut|lower|schlie|zumach|runter|ferm|baiss|cierr|cerrar|baj[aei]|sluit"
    r"|dicht)|\b(?:zu|down)\W*$",
    re.IGNORECASE,
)
"""Words for closing one."""
STOP = _words(r"stop|halt|anhalt|arr[eê]t|para\b|pare|det[eé]n")
SHORT_OFF = re.compile(r"\b(?:off|aus|uit)[^\w?]*$", re.IGNORECASE)
"""What remains of turning off in a short command: "Kitchen light off"."""
SHORT_ON = re.compile(r"\b(?:on|an|ein|aan)[^\w?]*$", re.IGNORECASE)
"""What remains of turning on."""
POLITE = re.compile(
    r"[,\s]*\b(?:please|bitte|s['’]il (?:te|vous) pla[iî]t|por favor|alsjeblieft"
    r"|alstublieft)\b",
    re.IGNORECASE,
)
SEVERAL = re.compile(
    r"\b(?:and|then|und|dann|et|puis|y|dan)\b|\ben (?=(?:doe|open|schakel|sluit|zet)\b)"
    r"|[,;.?!]\s+(?=\w)",
    re.IGNORECASE,
)
"""What stands between two wishes in one sentence."""
NEGATED = re.compile(
    r"\b(?:not|never|nicht|kein\w*|nie|pas|jamais|no|nunca|niet|nooit|geen)\b"
    r"|n['’]t\b|\b(?:ca|do|must|should|wo)nt\b",
    re.IGNORECASE,
)
"""Words by which a user says what is not to be done."""

ADD = _words(
    r"add|put|need|setz|schreib|füg|brauch|ajout|mets|mettre|añad|agreg|pon|apunt"
    r"|zet|voeg|schrijf"
)
TICK_OFF = _words(
    r"tick|check\w* off|cross (?:it|that|the|them)|mark\b|abhak|hak\w*|abstreich|streich|coche|raye|barre"
    r"|tacha|marca|afvink|vink|streep|afstrepen"
)
