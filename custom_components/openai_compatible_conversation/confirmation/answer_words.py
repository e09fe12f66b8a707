"""What an answer to a question cannot be taken for, whatever a model makes of it.

A model decides whether somebody said yes. What refuses by its words, and what is about
something else, is none all the same. No word makes a yes by itself.

Words that refuse are known in many languages, the others in English, German, French,
Spanish and Dutch. Does not depend on Home Assistant.
"""

import re

from .wording import language_key

MAX_SHORT = 4
"""Words of an answer that may be a yes in words that are not known."""

MAX_PLAIN = 3
"""Words of a yes that says nothing else."""

_REFUSING = {
    "af": "nee|nie|moenie|stop|wag",
    "ar": "لا|كلا|توقف|ليس",
    "bg": "не|недей|спри|стоп",
    "bs": "ne|nemoj|stani|stop",
    "ca": "no|mai|atura|espera",
    "cs": "ne|nechci|nikdy|stop|počkej",
    "cy": "na|nage|paid|stopiwch",
    "da": "nej|ikke|aldrig|stop|vent",
    "de": r"nein|nee|nö|ne|nicht|nichts|kein\w*|nie|niemals|stopp?|halt|warte|abbr\w+|bloß nicht"
    r"|lass (?:es|das|mal|sein|gut)|lieber nicht|vergiss es|doch nicht|falsch",
    "el": "όχι|οχι|μη|μην|σταμάτα",
    "en": r"no|nope|nah|not|dont|\w+n['’]t|never|nevermind|stop|cancel|wait|hold on|leave it|forget it"
    r"|keep it|rather not|wrong|abort|false|neither",
    "es": r"no|nunca|jamás|cancela\w*|espera|deten\w*|déjalo|tampoco|olvídalo|ni hablar",
    "et": "ei|ära|mitte|stopp|oota",
    "eu": "ez|gelditu",
    "fa": "نه|نکن|خیر|صبر",
    "fi": "ei|en|älä|lopeta|odota|peruuta",
    "fr": r"non|pas|jamais|arrête\w*|annule\w*|stop|attends|attendez|laisse tomber|rien|surtout pas|oublie\w*",
    "ga": "ná|níl|stad",
    "gl": "non|nunca|cancela|espera",
    "gu": "ના|નહીં|નહિ",
    "he": "לא|אל|עצור",
    "hi": "नहीं|मत|ना|रुको",
    "hr": "ne|nemoj|stani|stop",
    "hu": "nem|ne|soha|állj|várj",
    "hy": "ոչ|մի",
    "id": "tidak|jangan|tak|batal|tunggu|nggak|enggak",
    "is": "nei|ekki|hættu",
    "it": "no|non|mai|annulla|ferma|fermati|aspetta|lascia stare",
    "ka": "არა|ნუ",
    "kn": "ಬೇಡ|ಇಲ್ಲ",
    "lb": "nee|net|stop",
    "lt": "ne|nereikia|niekada|stop",
    "lv": "nē|ne|nevajag|stop",
    "mk": "не|немој|стоп",
    "ml": "വേണ്ട|ഇല്ല|അരുത്",
    "mn": "үгүй|битгий",
    "mr": "नाही|नको|थांब",
    "ms": "tidak|jangan|tak|batal|tunggu",
    "nb": "nei|ikke|aldri|stopp|vent",
    "ne": "होइन|हुँदैन|नगर",
    "nl": r"nee|neen|niet|niets|geen|nooit|stop|annuleer\w*|wacht|laat maar|vergeet het|fout",
    "nn": "nei|ikkje|aldri|stopp|vent",
    "no": "nei|ikke|aldri|stopp|vent",
    "pa": "ਨਹੀਂ|ਨਾ|ਰੁਕੋ",
    "pl": "nie|nigdy|stop|czekaj|anuluj",
    "pt": "não|nao|nunca|cancela|espera|deixa",
    "ro": "nu|niciodată|stop|așteaptă|anulează",
    "ru": "нет|не|никогда|стой|стоп|отмена|отмени|подожди",
    "sk": "nie|nikdy|stop|počkaj",
    "sl": "ne|nikoli|stop|počakaj",
    "sq": "jo|mos|ndalo",
    "sr": "не|немој|стани|стоп|ne|nemoj|stani|stop",
    "sv": "nej|inte|aldrig|stopp|vänta|avbryt",
    "sw": "hapana|usi|simama",
    "ta": "இல்லை|வேண்டாம்|நிறுத்து",
    "te": "వద్దు|కాదు|లేదు|ఆపు",
    "tr": "hayır|yok|sakın|dur|iptal|bekle|değil",
    "uk": "ні|не|ніколи|стій|стоп",
    "ur": "نہیں|مت|نہ|رکو",
    "vi": "không|đừng|thôi|dừng|chờ",
}
_REFUSING_ANYWHERE = {
    "ja": "いいえ|いや|だめ|ダメ|駄目|やめ|しない|ない|待って|違う|キャンセル",
    "ko": "아니|안 |안돼|하지 마|하지마|싫|취소|멈춰|기다려",
    "th": "ไม่|อย่า|หยุด|ยกเลิก",
    "zh": "不|别|別|没|沒|否|取消|停|等",
}
"""Languages that write no spaces between words, or join them."""

_NO_REFUSAL = {
    "de": r"kein(?:e)? (?:problem|frage|ding)|(?:warum|wieso) (?:denn )?nicht",
    "en": r"no (?:problem|worries|doubt)|why not|not a problem",
    "es": r"(?:no hay|sin) problema|(?:por qu[eé]|c[oó]mo) no",
    "fr": r"pas de (?:problème|souci)|pourquoi pas",
    "it": r"nessun problema|perché no",
    "ja": r"問題ない",
    "nl": r"geen (?:probleem|punt)|waarom niet",
    "pt": r"sem problema|por que não",
    "sv": r"inga problem|varför inte",
    "zh": "没问题|沒問題|不错",
}
"""What agrees with a word that refuses."""

_NO_ENGLISH = frozenset({"cs", "pl", "sk"})
"""Languages in which "no" begins a yes."""

_AGREEING = {
    "de": r"ja\w*|jo|jep|klar|sicher|okay|ok|gerne|bitte|genau|richtig|natürlich|mach\w*|tu es|los"
    r"|auf jeden fall|bestätig\w*|einverstanden|unbedingt|kein problem|warum nicht",
    "en": r"yes|yeah|yep|yup|aye|sure|okay|ok|correct|right|fine|please|absolutely|definitely|certainly"
    r"|confirm\w*|affirmative|go ahead|go on|do (?:it|that|so)|of course|indeed|no problem|why not",
    "es": r"s[ií]|está bien|claro|vale|okay|ok|adelante|hazlo|dale|por supuesto|por favor|confirm\w*|correcto"
    r"|de acuerdo|exacto|venga|por qué no",
    "fr": r"oui|ouais|ok|okay|d['’]accord|bien sûr|vas-y|allez(?:-y)?|s['’]il (?:te|vous) plaît|absolument"
    r"|confirm\w*|exact\w*|volontiers|fais-le|pourquoi pas",
    "nl": r"ja\w*|jawel|jazeker|ok|oké|okay|prima|graag|zeker|doe (?:maar|het)|akkoord|bevestig\w*"
    r"|natuurlijk|alsjeblieft|alstublieft|klopt|waarom niet",
}
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def refuses(text: str, language: str | None) -> bool:
    """Return whether a text refuses by its words, also by English ones."""
    folded, key = _folded(text), language_key(language)
    keys = {key} if key in _NO_ENGLISH else {key, "en"}
    for known in keys & _NO_REFUSAL.keys():
        folded = re.sub(_NO_REFUSAL[known], " ", folded)
    if (signs := _REFUSING_ANYWHERE.get(key)) and re.search(signs, folded):
        return True
    return any(_has(folded, _REFUSING[known]) for known in keys & _REFUSING.keys())


def agrees(text: str, language: str | None) -> bool:
    """Return whether a text has a word that agrees, in a language whose words are known."""
    words = _AGREEING.get(language_key(language))
    return words is not None and _has(_folded(text), words)


def is_plain_yes(text: str, language: str | None) -> bool:
    """Return whether a text says nothing but yes, as far as words are known."""
    return agrees(text, language) and len(_words(text)) <= MAX_PLAIN


def is_about_something_else(text: str, language: str | None, question: str) -> bool:
    """Return whether a text is too long for a yes, and speaks of nothing in a question.

    False if the words of the language are not known.
    """
    words = _words(text)
    return (
        language_key(language) in _AGREEING
        and len(words) > MAX_SHORT
        and not agrees(text, language)
        and not {w for w in words if len(w) >= MAX_SHORT} & {*_words(question)}
    )


def _has(folded: str, words: str) -> bool:
    """Return whether one of some words is in a folded text."""
    return re.search(rf"(?<!\w)(?:{words})(?!\w)", folded) is not None


def _words(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return _WORD.findall(_folded(text))


def _folded(text: str) -> str:
    """Return a text on one line in small letters."""
    return " ".join(text.casefold().split())
