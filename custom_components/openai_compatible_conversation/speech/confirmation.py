"""The confirmation spoken in place of an empty response."""

from typing import Final

_DONE: Final = {
    "af": "Klaar.",
    "ar": "تم.",
    "bg": "Готово.",
    "bn": "হয়ে গেছে।",
    "bs": "Gotovo.",
    "ca": "Fet.",
    "cs": "Hotovo.",
    "cy": "Wedi gwneud.",
    "da": "Færdig.",
    "de": "Erledigt.",
    "el": "Έγινε.",
    "en": "Done.",
    "es": "Hecho.",
    "et": "Tehtud.",
    "eu": "Eginda.",
    "fa": "انجام شد.",
    "fi": "Valmis.",
    "fr": "C’est fait.",
    "ga": "Déanta.",
    "gl": "Feito.",
    "gu": "થઈ ગયું.",
    "he": "בוצע.",
    "hi": "हो गया।",
    "hr": "Gotovo.",
    "hu": "Kész.",
    "hy": "Պատրաստ է։",
    "id": "Selesai.",
    "is": "Búið.",
    "it": "Fatto.",
    "ja": "完了しました。",
    "ka": "შესრულდა.",
    "kn": "ಆಯಿತು.",
    "ko": "완료했습니다.",
    "lb": "Gemaach.",
    "lt": "Atlikta.",
    "lv": "Izdarīts.",
    "mk": "Готово.",
    "ml": "ചെയ്തു.",
    "mn": "Болсон.",
    "mr": "झाले.",
    "ms": "Selesai.",
    "nb": "Ferdig.",
    "ne": "भयो।",
    "nl": "Gedaan.",
    "nn": "Ferdig.",
    "no": "Ferdig.",
    "pa": "ਹੋ ਗਿਆ।",
    "pl": "Gotowe.",
    "pt": "Feito.",
    "ro": "Gata.",
    "ru": "Готово.",
    "sk": "Hotovo.",
    "sl": "Narejeno.",
    "sq": "U krye.",
    "sr": "Готово.",
    "sr-latn": "Gotovo.",
    "sv": "Klart.",
    "sw": "Imefanyika.",
    "ta": "முடிந்தது.",
    "te": "పూర్తయింది.",
    "th": "เรียบร้อยแล้ว",
    "tr": "Tamamlandı.",
    "uk": "Готово.",
    "ur": "ہو گیا۔",
    "vi": "Xong.",
    "zh": "已完成。",
}


def confirmation(language: str) -> str:
    """Return "Done." in the language of a BCP 47 tag.

    Falls back to the tag without its last subtags, then to English.
    """
    tag = language.replace("_", "-").lower()
    while tag:
        if tag in _DONE:
            return _DONE[tag]
        tag = tag.rpartition("-")[0]
    return _DONE["en"]
