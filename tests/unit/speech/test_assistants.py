"""What assistants answer in eight languages, and what is spoken of it."""

import pytest

from .splits import assert_spoken

ANSWERS: dict[str, dict[str, str]] = {
    "en": {
        "**Good morning!** ☀️ It is *21.5 °C* outside [1], with a 30% chance of rain[2].": (
            "Good morning! It is 21.5 °C outside, with a 30% chance of rain."
        ),
        "Here is your list:\n\n- [x] Milk\n- [ ] Eggs\n- ~~Bread~~ Rolls": (
            "Here is your list:\nDone: Milk.\nNot done: Eggs.\nBread, crossed out, Rolls."
        ),
        "| Room | Light |\n|:--|:-:|\n| Kitchen | ✅ |\n| Bath | ❌ |\n\nAnything else?": (
            "Room, Light.\nKitchen, yes.\nBath, no.\nAnything else?"
        ),
        "### Steps\n1. Press `Menu`\n2. Choose <Enter>\n\n> [!TIP]\n> Hold it for 5 s.": (
            "Steps.\n1. Press Menu.\n2. Choose Enter.\nHold it for 5 s."
        ),
        "The area is $A = \\pi r^2$, so 5 m<sup>2</sup> &ndash; that is ~$40.": (
            "The area is A = π r², so 5 m² – that is ~$40."
        ),
        "Call *100# or write to <anna_b@example.org>.": (
            "Call *100# or write to anna_b@example.org."
        ),
    },
    "de": {
        "Das Licht im **Wohnzimmer** ist an, es sind 21,5 °C.[1]": (
            "Das Licht im Wohnzimmer ist an, es sind 21,5 °C."
        ),
        "Küche ✅, Bad ❌, Flur ✅.": "Küche ja, Bad nein, Flur ja.",
        "Einkauf:\n* [ ] Milch\n* [x] Käse": "Einkauf:\nNicht erledigt: Milch.\nErledigt: Käse.",
        "Laut Wetterdienst [2] regnet es 3\u202f500\u00a0mm.": (
            "Laut Wetterdienst regnet es 3 500 mm."
        ),
        "Raum | Fenster\n--- | ---\nBad | offen\nFlur | zu": (
            "Raum, Fenster.\nBad, offen.\nFlur, zu."
        ),
        "Das kostet 10 €*3, also 30 €. 👍": "Das kostet 10 €*3, also 30 €.",
        "„**Gute Nacht**“<br>Der WLAN\u2011Schlüssel ist `a*b_c`.": (
            "„Gute Nacht“ Der WLAN-Schlüssel ist a*b_c."
        ),
    },
    "fr": {
        "Il fait **21 °C**\u202f; le salon compte 1\u202f250 lx[3].": (
            "Il fait 21 °C ; le salon compte 1 250 lx."
        ),
        "- [x] Lait\n- [ ] Œufs": "Fait: Lait.\nÀ faire: Œufs.",
        "Cuisine ✅, salle de bain ❌": "Cuisine oui, salle de bain non",
        "« *Bonne nuit* », dit-elle. Voir [1].": "« Bonne nuit », dit-elle. Voir 1.",
        "<ul><li>L’entrée</li><li>Le garage</li></ul>": "L’entrée.\nLe garage.",
    },
    "es": {
        "La luz de la **cocina** está encendida.\\\n¿Algo más?": (
            "La luz de la cocina está encendida.\n¿Algo más?"
        ),
        "• Leche ✅\n• ~~Pan~~\n• Huevos ❌": "Leche sí.\nPan, tachado.\nHuevos no.",
        "¡**Listo**! Son las 7:30 [4] y hace 25 °C.": "¡Listo! Son las 7:30 y hace 25 °C.",
        "El resultado es $\\frac{3}{4}$ de 100.": "El resultado es 3/4 de 100.",
    },
    "nl": {
        "De **lamp** staat aan (80%).[^1]\n\n[^1]: https://example.org/lamp": (
            "De lamp staat aan (80%)."
        ),
        "1. [x] Melk\n2. [ ] Brood": "1. Gedaan: Melk.\n2. Nog te doen: Brood.",
        "Deur: ❌\nRaam: ✅": "Deur: nee\nRaam: ja",
        "Het is >20 °C, dus 5 ✖ 2 uur.": "Het is >20 °C, dus 5 ✖ 2 uur.",
    },
    "it": {
        "La porta è **chiusa** 🔒 e fuori ci sono 18 °C [1].": (
            "La porta è chiusa e fuori ci sono 18 °C."
        ),
        "| Stanza | Luce |\n| --- | --- |\n| Bagno | ☑ |\n| Cucina | ☐ |": (
            "Stanza, Luce.\nBagno, fatto.\nCucina, da fare."
        ),
        "> [!WARNING]\n> Il forno è acceso!": "Attenzione.\nIl forno è acceso!",
        "Costa $5 o 4,50&nbsp;&euro;.": "Costa $5 o 4,50 €.",
    },
    "pl": {
        "Światło w **kuchni** jest włączone, a w ~~łazience~~ sypialni nie.": (
            "Światło w kuchni jest włączone, a w łazience, skreślone, sypialni nie."
        ),
        "✅ Kuchnia\n❌ Łazienka": "Tak: Kuchnia.\nNie: Łazienka.",
        "Temperatura wynosi 21,5 °C【2†pogoda】.": "Temperatura wynosi 21,5 °C.",
        "Naciśnij [2] lub [3].": "Naciśnij 2 lub 3.",
    },
    "ru": {
        "Свет на **кухне** включён [1], температура 21,5 °C.": (
            "Свет на кухне включён, температура 21,5 °C."
        ),
        "Список:\n- [x] Молоко\n- [ ] Хлеб": "Список:\nСделано: Молоко.\nНе сделано: Хлеб.",
        "Кухня ✔️, ванная ✖️": "Кухня да, ванная нет",
        "▪ Гостиная\n▪ Спальня": "Гостиная.\nСпальня.",
    },
    "ja": {
        "**リビング**の照明は`オン`です[1]。室温は21℃です。": (
            "リビングの照明はオンです。室温は21℃です。"
        ),
        "・牛乳✅\n・卵❌": "牛乳 はい。\n卵 いいえ。",
    },
    "hi": {
        "रसोई की **बत्ती** चालू है[2]।\n- बैठक ❌": "रसोई की बत्ती चालू है।\nबैठक नहीं।",
    },
}
CASES = [
    (language, text, said)
    for language, answers in ANSWERS.items()
    for text, said in answers.items()
]


@pytest.mark.parametrize(("language", "text", "said"), CASES, ids=range(len(CASES)))
def test_answer(language: str, text: str, said: str) -> None:
    assert_spoken(text, said, language)
