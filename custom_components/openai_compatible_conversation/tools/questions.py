"""Whether the user only asked a question, to which nothing is to be done.

Asked whether the garage door is open, a small model closes it. A question that asks for
something to be done ("Can you ...?", "Is it possible to turn ...?") is none of these.

English, German, French, Spanish and Dutch. Does not depend on Home Assistant.
"""

import re

_QUESTIONS = {
    "en": r"(?:(?:and|so|hey|tell me|say|well),? )?(?:is|are|was|were|did|does|do (?:i|we|you know)"
    r"|has|have (?:i|we)|what|which|when|where|who|whose"
    r"|how (?:much|many|long|warm|cold|hot|humid|bright|loud|old|far|high|low|is|are|was))\b",
    "de": r"(?:(?:und|sag mal|weisst du),? )?(?:ist|sind|war|waren|hat|haben (?:wir|sie)|habe? ich"
    r"|wie (?:viele?|lange?|warm|kalt|heiss|hell|laut|hoch|ist|sind|war|spät|steht)"
    r"|was|welche\w*|wann|wo|wer|wessen|steht|läuft|brennt)\b",
    "fr": r"(?:(?:et|dis|dis-moi),? )?(?:est-ce que|est-(?:elle|il|ce)|est-ce|y a-t-il|ai-je|avons-nous"
    r"|quel\w*|combien|qui|quand|où|qu['’]est-ce"
    r"|(?:le|la|les|l['’]|mon|ma|mes) ?[^.,!]*\b(?:est|sont)-(?:elles?|ils?)\b)",
    "es": r"¿?(?:(?:y|oye|dime),? )?(?:está[ns]?|es|son|hay|he|hemos|qué|cuál\w*|cuánt\w*|cuándo|dónde"
    r"|quién\w*|cómo (?:está|es))\b",
    "nl": r"(?:(?:en|zeg),? )?(?:is|zijn|was|waren|heeft|heb ik|hebben we|staat|staan|brandt|brandde"
    r"|hoe (?:veel|lang|warm|koud|heet|laat|hoog|is|staat)|hoeveel|wat|welke?|wanneer|waar|wie)\b",
}
_REQUESTS = {
    "en": r"\b(?:turn|switch|set|make|put|dim|let|please|possible|way|would you|could you|can you)\b",
    "de": r"\b(?:bitte|mach\w*|schalt\w*|stell\w*|kannst|könntest|würdest|möglich)\b",
    "fr": r"\b(?:peux|pourrais|pouvez|possible|allume\w*|éteins|éteindre|mets|mettre|s['’]il te|s['’]il vous)\b",
    "es": r"\b(?:puedes|podrías|posible|enciende\w*|encender|apaga\w*|pon|poner|favor)\b",
    "nl": r"\b(?:kun|kunt|kan je|wil|zou|mogelijk|zet|doe|schakel|alsjeblieft|alstublieft)\b",
}
_LIKES = re.compile(r"\b(?:what|how|wat|hoe|was|wie) (?:about|if|dacht|denk|hältst)\b")
_SENTENCE_END = re.compile(r"[.!?…]\s+\S|;")


def is_question(text: str, language: str) -> bool:
    """Return whether a text is one question, which asks for nothing to be done.

    `language` has no region. False if it is not known here.
    """
    text = " ".join(text.casefold().split())
    return (
        language in _QUESTIONS
        and re.match(_QUESTIONS[language], text) is not None
        and not _SENTENCE_END.search(text)
        and not _LIKES.search(text)
        and not re.search(_REQUESTS[language], text)
    )
