"""Whether a user asks for something that a camera sees.

The tool for it is shown when that is asked for, so that it costs nothing otherwise. It
is found by search as well, so a language whose words are not known loses little.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

import re

_LOOKING = {
    "en": r"(?:web)?cam(?:era)?s?|doorbell|(?:take|have) a look|look (?:at|into?|outside|through|if|whether|who|what)"
    r"|snapshot|(?:picture|photo) of"
    r"|(?:can|do|did) you see|(?:what|who|anything|anyone) (?:can|do) you see|what does it look like"
    r"|who(?:['’]s| is| was|['’]re| are) (?:that |there|at|outside|in front|on|ringing|knocking|coming)"
    r"|(?:is|was) (?:there )?(?:any|some)(?:body|one) (?:there|at|outside|in|on)",
    "de": r"(?:\w+)?kameras?|(?:schau|guck|kuck|sieh|seh)(?:e|t|en|st)? (?:mal|bitte|nach|ob|dir|hin|draußen)"
    r"|(?:schau|guck|kuck) \w+|siehst du|kannst du \w*\s?sehen|zu sehen|foto (?:von|vo[mn]|der|des)|bild (?:von|vo[mn]|der|des)"
    r"|wer (?:ist|steht|war) (?:da|dort|an|am|vor|vorm|draußen|im|in|auf)|wer (?:klingelt|klopft)|geklingelt"
    r"|(?:ist|war|steht) (?:da |dort )?(?:jemand|wer) (?:da|an|am|vor|vorm|draußen|im|in|auf)",
    "fr": r"(?:web)?cam[eé]ras?|regard\w+|jette[zr]? un (?:coup d['’])?[oœ]eil|(?:que |qu['’]est-ce que )?(?:tu )?vois(?:-tu)?"
    r"|(?:peux-tu|tu peux|pouvez-vous) voir|photo d\w*|image d\w*|sonnette"
    r"|qui (?:est|était) (?:à|là|devant|dehors|dans|sur)|qui (?:c['’]est|sonne|a sonné|frappe)|(?:il y a|y a-t-il|est-ce qu['’]il y a) quelqu['’]un",
    "es": r"c[aá]maras?|mir(?:a|ar|e|en)|echa\w* un vistazo|(?:qué )?ves|puedes ver|foto de\w*|imagen de\w*|timbre"
    r"|quién (?:está|hay|llama|llamó|ha llamado|toca|es(?=\?|$))|hay alguien",
    "nl": r"(?:\w+)?camera['’]?s?|(?:be)?kijk\w*|zie (?:je|jij|u)|(?:kun|kan) je \w*\s?zien|foto van|beeld van|(?:deur)?bel gaat|aangebeld"
    r"|wie (?:is|staat|was|belt|klopt)(?: (?:er|daar|aan|voor|buiten|in|op))|(?:is|staat|was) er (?:iemand|wie)",
}


def asks_to_look(text: str, language: str | None) -> bool:
    """Return whether a text asks for a look, in a language whose words are known."""
    key = re.split("[-_]", language or "", maxsplit=1)[0].casefold()
    pattern = _LOOKING.get(key)
    return pattern is not None and (
        re.search(rf"\b(?:{pattern})\b", " ".join(text.casefold().split())) is not None
    )
