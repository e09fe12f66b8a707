"""Words for the signs with which assistants show a status, in the user's language."""

from typing import Final, NamedTuple

from .languages import in_language


class StatusWords(NamedTuple):
    """What a sign stands for, as it is said after a name or before it."""

    yes: str
    no: str
    done: str
    not_done: str
    crossed_out: str
    warning: str
    green: str
    yellow: str
    red: str


_WORDS: Final = {
    "af": "ja, nee, klaar, nie klaar nie, deurgehaal, waarskuwing, groen, geel, rooi",
    "ar": "نعم, لا, تم, لم يتم بعد, مشطوب, تحذير, أخضر, أصفر, أحمر",
    "bg": "да, не, готово, неизпълнено, зачеркнато, внимание, зелено, жълто, червено",
    "bn": "হ্যাঁ, না, হয়ে গেছে, এখনও হয়নি, কেটে দেওয়া, সতর্কতা, সবুজ, হলুদ, লাল",
    "bs": "da, ne, gotovo, nije gotovo, precrtano, upozorenje, zeleno, žuto, crveno",
    "ca": "sí, no, fet, pendent, ratllat, atenció, verd, groc, vermell",
    "cs": "ano, ne, hotovo, nehotovo, škrtnuto, varování, zelená, žlutá, červená",
    "cy": "ie, na, wedi gwneud, heb ei wneud, wedi croesi allan, rhybudd, gwyrdd, melyn, coch",
    "da": "ja, nej, færdig, ikke færdig, streget ud, advarsel, grøn, gul, rød",
    "de": "ja, nein, erledigt, nicht erledigt, gestrichen, Achtung, grün, gelb, rot",
    "el": "ναι, όχι, έγινε, δεν έγινε, διαγράφηκε, προσοχή, πράσινο, κίτρινο, κόκκινο",
    "en": "yes, no, done, not done, crossed out, warning, green, yellow, red",
    "es": "sí, no, hecho, pendiente, tachado, atención, verde, amarillo, rojo",
    "et": "jah, ei, tehtud, tegemata, maha tõmmatud, hoiatus, roheline, kollane, punane",
    "eu": "bai, ez, eginda, egin gabe, ezabatuta, abisua, berdea, horia, gorria",
    "fa": "بله, نه, انجام شد, انجام نشده, خط‌خورده, هشدار, سبز, زرد, قرمز",
    "fi": "kyllä, ei, valmis, tekemättä, yliviivattu, varoitus, vihreä, keltainen, punainen",
    "fr": "oui, non, fait, à faire, barré, attention, vert, jaune, rouge",
    "ga": "tá, níl, déanta, gan déanamh, scriosta amach, rabhadh, glas, buí, dearg",
    "gl": "si, non, feito, pendente, riscado, atención, verde, amarelo, vermello",
    "gu": "હા, ના, થઈ ગયું, બાકી, કાઢી નાખેલું, ચેતવણી, લીલું, પીળું, લાલ",
    "he": "כן, לא, בוצע, לא בוצע, נמחק, אזהרה, ירוק, צהוב, אדום",
    "hi": "हाँ, नहीं, हो गया, बाकी, काटा हुआ, चेतावनी, हरा, पीला, लाल",
    "hr": "da, ne, gotovo, nije gotovo, precrtano, upozorenje, zeleno, žuto, crveno",
    "hu": "igen, nem, kész, nincs kész, áthúzva, figyelem, zöld, sárga, piros",
    "hy": "այո, ոչ, արված է, արված չէ, ջնջված, զգուշացում, կանաչ, դեղին, կարմիր",
    "id": "ya, tidak, selesai, belum selesai, dicoret, peringatan, hijau, kuning, merah",
    "is": "já, nei, búið, ógert, strikað út, viðvörun, grænt, gult, rautt",
    "it": "sì, no, fatto, da fare, barrato, attenzione, verde, giallo, rosso",
    "ja": "はい, いいえ, 完了, 未完了, 取り消し, 警告, 緑, 黄色, 赤",
    "ka": "კი, არა, შესრულდა, შესასრულებელია, გადახაზული, გაფრთხილება, მწვანე, ყვითელი, წითელი",
    "kn": "ಹೌದು, ಇಲ್ಲ, ಆಯಿತು, ಬಾಕಿ, ಹೊಡೆದುಹಾಕಲಾಗಿದೆ, ಎಚ್ಚರಿಕೆ, ಹಸಿರು, ಹಳದಿ, ಕೆಂಪು",
    "ko": "예, 아니요, 완료, 미완료, 취소됨, 경고, 초록, 노랑, 빨강",
    "lb": "jo, nee, gemaach, net gemaach, duerchgestrach, Opgepasst, gréng, giel, rout",
    "lt": "taip, ne, atlikta, neatlikta, perbraukta, įspėjimas, žalia, geltona, raudona",
    "lv": "jā, nē, izdarīts, nav izdarīts, nosvītrots, brīdinājums, zaļš, dzeltens, sarkans",
    "mk": "да, не, готово, не е готово, прецртано, предупредување, зелено, жолто, црвено",
    "ml": "അതെ, ഇല്ല, ചെയ്തു, ചെയ്തിട്ടില്ല, വെട്ടിയത്, മുന്നറിയിപ്പ്, പച്ച, മഞ്ഞ, ചുവപ്പ്",
    "mn": "тийм, үгүй, болсон, болоогүй, дарсан, анхааруулга, ногоон, шар, улаан",
    "mr": "हो, नाही, झाले, बाकी, खोडलेले, इशारा, हिरवा, पिवळा, लाल",
    "ms": "ya, tidak, selesai, belum selesai, dipotong, amaran, hijau, kuning, merah",
    "nb": "ja, nei, ferdig, ikke ferdig, strøket ut, advarsel, grønn, gul, rød",
    "ne": "हो, होइन, भयो, बाँकी, काटिएको, चेतावनी, हरियो, पहेँलो, रातो",
    "nl": "ja, nee, gedaan, nog te doen, doorgestreept, let op, groen, geel, rood",
    "nn": "ja, nei, ferdig, ikkje ferdig, stroke ut, åtvaring, grøn, gul, raud",
    "no": "ja, nei, ferdig, ikke ferdig, strøket ut, advarsel, grønn, gul, rød",
    "pa": "ਹਾਂ, ਨਹੀਂ, ਹੋ ਗਿਆ, ਬਾਕੀ, ਕੱਟਿਆ ਹੋਇਆ, ਚੇਤਾਵਨੀ, ਹਰਾ, ਪੀਲਾ, ਲਾਲ",
    "pl": "tak, nie, zrobione, do zrobienia, skreślone, uwaga, zielone, żółte, czerwone",
    "pt": "sim, não, feito, por fazer, riscado, atenção, verde, amarelo, vermelho",
    "ro": "da, nu, gata, nefăcut, tăiat, atenție, verde, galben, roșu",
    "ru": "да, нет, сделано, не сделано, зачёркнуто, внимание, зелёный, жёлтый, красный",
    "sk": "áno, nie, hotovo, nehotovo, prečiarknuté, varovanie, zelená, žltá, červená",
    "sl": "da, ne, narejeno, ni narejeno, prečrtano, opozorilo, zeleno, rumeno, rdeče",
    "sq": "po, jo, u krye, pa kryer, e shlyer, kujdes, e gjelbër, e verdhë, e kuqe",
    "sr": "да, не, готово, није готово, прецртано, упозорење, зелено, жуто, црвено",
    "sr-latn": "da, ne, gotovo, nije gotovo, precrtano, upozorenje, zeleno, žuto, crveno",
    "sv": "ja, nej, klart, inte klart, överstruket, varning, grönt, gult, rött",
    "sw": "ndiyo, hapana, imefanyika, bado, imefutwa, onyo, kijani, njano, nyekundu",
    "ta": "ஆம், இல்லை, முடிந்தது, முடியவில்லை, அடிக்கப்பட்டது, எச்சரிக்கை, பச்சை, மஞ்சள், சிவப்பு",
    "te": "అవును, కాదు, పూర్తయింది, పూర్తి కాలేదు, కొట్టివేయబడింది, హెచ్చరిక, ఆకుపచ్చ, పసుపు, ఎరుపు",
    "th": "ใช่, ไม่, เรียบร้อย, ยังไม่เรียบร้อย, ขีดฆ่า, คำเตือน, สีเขียว, สีเหลือง, สีแดง",
    "tr": "evet, hayır, tamamlandı, tamamlanmadı, üstü çizili, uyarı, yeşil, sarı, kırmızı",
    "uk": "так, ні, зроблено, не зроблено, закреслено, увага, зелений, жовтий, червоний",
    "ur": "ہاں, نہیں, ہو گیا, باقی, کاٹا ہوا, خبردار, سبز, پیلا, سرخ",
    "vi": "có, không, xong, chưa xong, đã gạch bỏ, cảnh báo, xanh, vàng, đỏ",
    "zh": "是, 否, 已完成, 未完成, 已划掉, 警告, 绿色, 黄色, 红色",
}


def status_words(language: str) -> StatusWords:
    """Return the words in the language of a BCP 47 tag, in English if it has none."""
    return StatusWords._make(in_language(_WORDS, language).split(", "))
