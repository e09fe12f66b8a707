"""The confirmation spoken in place of an empty response."""

from collections.abc import Iterable
from typing import Final

from .languages import in_language

_FULL_STOPS: Final = ".。।։۔"

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


_FAILED: Final = {
    "af": "Dit het nie gewerk nie",
    "ar": "لم ينجح ذلك",
    "bg": "Това не се получи",
    "bn": "এটি কাজ করেনি",
    "bs": "To nije uspjelo",
    "ca": "Això no ha funcionat",
    "cs": "To se nepovedlo",
    "cy": "Ni weithiodd hynny",
    "da": "Det lykkedes ikke",
    "de": "Das hat nicht geklappt",
    "el": "Αυτό δεν πέτυχε",
    "en": "That did not work",
    "es": "Eso no ha funcionado",
    "et": "See ei õnnestunud",
    "eu": "Horrek ez du funtzionatu",
    "fa": "این کار انجام نشد",
    "fi": "Se ei onnistunut",
    "fr": "Cela n’a pas fonctionné",
    "ga": "Níor oibrigh sé sin",
    "gl": "Iso non funcionou",
    "gu": "તે કામ ન કર્યું",
    "he": "זה לא הצליח",
    "hi": "यह नहीं हो पाया",
    "hr": "To nije uspjelo",
    "hu": "Ez nem sikerült",
    "hy": "Դա չստացվեց",
    "id": "Itu tidak berhasil",
    "is": "Það tókst ekki",
    "it": "Non ha funzionato",
    "ja": "うまくいきませんでした",
    "ka": "ეს არ გამოვიდა",
    "kn": "ಅದು ಕೆಲಸ ಮಾಡಲಿಲ್ಲ",
    "ko": "실패했습니다",
    "lb": "Dat huet net geklappt",
    "lt": "Tai nepavyko",
    "lv": "Tas neizdevās",
    "mk": "Тоа не успеа",
    "ml": "അത് നടന്നില്ല",
    "mn": "Энэ бүтсэнгүй",
    "mr": "ते झाले नाही",
    "ms": "Itu tidak berjaya",
    "nb": "Det fungerte ikke",
    "ne": "त्यो भएन",
    "nl": "Dat is niet gelukt",
    "nn": "Det gjekk ikkje",
    "no": "Det fungerte ikke",
    "pa": "ਇਹ ਨਹੀਂ ਹੋਇਆ",
    "pl": "To się nie udało",
    "pt": "Isso não funcionou",
    "ro": "Nu a funcționat",
    "ru": "Это не получилось",
    "sk": "To sa nepodarilo",
    "sl": "To ni uspelo",
    "sq": "Kjo nuk funksionoi",
    "sr": "То није успело",
    "sr-latn": "To nije uspelo",
    "sv": "Det fungerade inte",
    "sw": "Hiyo haikufanikiwa",
    "ta": "அது நடக்கவில்லை",
    "te": "అది పని చేయలేదు",
    "th": "ไม่สำเร็จ",
    "tr": "Bu olmadı",
    "uk": "Це не вдалося",
    "ur": "یہ نہیں ہو سکا",
    "vi": "Việc đó không thành công",
    "zh": "操作未成功",
}


def confirmation(language: str, subjects: Iterable[str] = ()) -> str:
    """Return "Done.", and of what, in the language of a BCP 47 tag.

    Falls back to the tag without its last subtags, then to English.
    """
    done = in_language(_DONE, language)
    return _with_subjects(done.rstrip(_FULL_STOPS), subjects) or done


def failure(language: str, subjects: Iterable[str]) -> str:
    """Return that something failed, and what, in the language of a BCP 47 tag.

    `subjects` are what failed, as the user calls it. Falls back as `confirmation`.
    """
    return _with_subjects(in_language(_FAILED, language), subjects)


def _with_subjects(text: str, subjects: Iterable[str]) -> str:
    """Return a text with what it is about, empty if that is nothing."""
    listed = ", ".join(subjects)
    return f"{text}: {listed}." if listed else ""
