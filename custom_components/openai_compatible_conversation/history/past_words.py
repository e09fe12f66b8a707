"""Whether a user asks for something that happened.

The tool for it is shown when that is asked for, so that it costs nothing otherwise. It
is found by search as well, so a language whose words are not known loses little.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

import re

_PAST = {
    "en": r"when (?:did|was|were|has|had)|(?:since|until) when|how (?:long|often|many times)"
    r"|last (?:night|time|week|month|hours?|days?|\d+)|yesterday|history|average|highest|lowest"
    r"|warmest|coldest|(?:did|has|have) (?:any(?:body|one)|some(?:body|one))|today so far|so far today"
    r"|this (?:morning|week|month)|ago|over the (?:night|day|week|weekend|past)|been (?:on|off|open|closed|running)",
    "de": r"wann (?:hat|haben|war|waren|wurde|ist|ging)|seit wann|wie (?:lange|oft|viele stunden)"
    r"|letzte[nrs]?|zuletzt|gestern|vorgestern|verlauf|durchschnitt\w*|höchste\w*|niedrigste\w*|tiefste\w*"
    r"|wärmste\w*|kälteste\w*|hat jemand|war jemand|heute (?:früh|morgen)|diese (?:woche|nacht)|vor \w+ (?:stunden?|minuten|tagen?)",
    "fr": r"quand (?:a|est|était|as|ont|avait)|depuis quand|(?:pendant )?combien de (?:temps|fois|heures)"
    r"|derni[eè]r\w*|hier|historique|moyenne|(?:plus|maximum|minimum) (?:haut|bas|chaud|froid)\w*|maximale?|minimale?"
    r"|quelqu['’]un (?:a|est)|cette (?:nuit|semaine)|ce matin|il y a",
    "es": r"cuándo (?:se|ha|fue|estaba|estuvo|abri\w+|cerr\w+)|desde cuándo|cuánt(?:o tiempo|as veces|as horas)"
    r"|últim[oa]s?|ayer|anoche|historial|promedio|media|máxim[oa]|mínim[oa]|más (?:alt|baj|cálid|frí)\w*"
    r"|alguien (?:ha|abrió|estuvo)|esta (?:mañana|semana|noche)|hace \w+ (?:horas?|minutos|días?)",
    "nl": r"wanneer (?:is|was|heeft|ging|werd|hebben)|sinds wanneer|hoe (?:lang|vaak)|laatste|afgelopen|gisteren"
    r"|vannacht|geschiedenis|gemiddeld\w*|hoogste|laagste|warmste|koudste|heeft iemand|is er iemand"
    r"|vanochtend|deze week|\w+ (?:uur|minuten|dagen) geleden",
}


def asks_for_past(text: str, language: str | None) -> bool:
    """Return whether a text asks for the past, in a language whose words are known."""
    key = re.split("[-_]", language or "", maxsplit=1)[0].casefold()
    pattern = _PAST.get(key)
    return pattern is not None and (
        re.search(rf"\b(?:{pattern})\b", " ".join(text.casefold().split())) is not None
    )
