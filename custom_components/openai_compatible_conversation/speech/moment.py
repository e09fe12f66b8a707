"""What is said when a tool takes long, in the user's language."""

from typing import Final

from .languages import in_language

_MOMENT: Final = {
    "af": "Een oomblik.",
    "ar": "لحظة واحدة.",
    "bg": "Един момент.",
    "bn": "এক মুহূর্ত।",
    "bs": "Samo trenutak.",
    "ca": "Un moment.",
    "cs": "Okamžik.",
    "cy": "Un eiliad.",
    "da": "Et øjeblik.",
    "de": "Einen Moment.",
    "el": "Μια στιγμή.",
    "en": "One moment.",
    "es": "Un momento.",
    "et": "Üks hetk.",
    "eu": "Une bat.",
    "fa": "یک لحظه.",
    "fi": "Pieni hetki.",
    "fr": "Un instant.",
    "ga": "Nóiméad amháin.",
    "gl": "Un momento.",
    "gu": "એક ક્ષણ.",
    "he": "רק רגע.",
    "hi": "एक क्षण।",
    "hr": "Samo trenutak.",
    "hu": "Egy pillanat.",
    "hy": "Մեկ վայրկյան։",
    "id": "Sebentar.",
    "is": "Augnablik.",
    "it": "Un momento.",
    "ja": "少々お待ちください。",
    "ka": "ერთი წამი.",
    "kn": "ಒಂದು ಕ್ಷಣ.",
    "ko": "잠시만 기다려 주세요.",
    "lb": "Ee Moment.",
    "lt": "Minutėlę.",
    "lv": "Vienu mirkli.",
    "mk": "Еден момент.",
    "ml": "ഒരു നിമിഷം.",
    "mn": "Түр хүлээнэ үү.",
    "mr": "एक क्षण.",
    "ms": "Sebentar.",
    "nb": "Et øyeblikk.",
    "ne": "एक क्षण।",
    "nl": "Een ogenblik.",
    "nn": "Ein augneblink.",
    "no": "Et øyeblikk.",
    "pa": "ਇੱਕ ਪਲ।",
    "pl": "Chwileczkę.",
    "pt": "Um momento.",
    "ro": "Un moment.",
    "ru": "Одну минуту.",
    "sk": "Okamih.",
    "sl": "Trenutek.",
    "sq": "Një moment.",
    "sr": "Само тренутак.",
    "sr-latn": "Samo trenutak.",
    "sv": "Ett ögonblick.",
    "sw": "Subiri kidogo.",
    "ta": "ஒரு கணம்.",
    "te": "ఒక్క క్షణం.",
    "th": "รอสักครู่",
    "tr": "Bir dakika.",
    "uk": "Хвилинку.",
    "ur": "ایک لمحہ۔",
    "vi": "Xin chờ một chút.",
    "zh": "请稍等。",
}


def one_moment(language: str) -> str:
    """Return "One moment." in the language of a BCP 47 tag.

    Falls back to the tag without its last subtags, then to English.
    """
    return in_language(_MOMENT, language)
