"""What carries meaning is said, what is markup is not: each kind of either."""

import time

import pytest

from custom_components.openai_compatible_conversation.speech.confirmation import (
    confirmation,
)
from custom_components.openai_compatible_conversation.speech.languages import (
    in_language,
)
from custom_components.openai_compatible_conversation.speech.parts import SpeechText
from custom_components.openai_compatible_conversation.speech.pipeline import (
    SpeechPipeline,
)
from custom_components.openai_compatible_conversation.speech.status_words import (
    StatusWords,
    status_words,
)

from .splits import assert_spoken, spoken

CITATIONS = {
    "It has 3,500[1] people.": "It has 3,500 people.",
    "It has 3,500 [1] people [2, 3].": "It has 3,500 people.",
    "It will rain[4]. And snow [5][6].": "It will rain. And snow.",
    "It will rain [1], then stop.": "It will rain, then stop.",
    "Rain.[^1]\n\n[^1]: Without the coast.": "Rain.\nWithout the coast.",
    "Rain[^note] today.": "Rain today.",
    "A[1](https://x.org) b [[2]](https://x.org/y) c.": "A b c.",
    'On.\n\n[1]: https://x.org "X"\n[2]: <https://y.org>\nOff.': "On.\nOff.",
    "Sources:\n[1] https://x.org/a\n[2] www.y.org": "Sources:",
    "[manual]: https://x.org/a\nSee [manual].": "See manual.",
    "[Kitchen]: on": "Kitchen: on",
    "21 °C【4†source】 now, 【重要】": "21 °C now, 【重要】",
    "21 °C\ue200cite\ue202turn0search1\ue201 now.": "21 °C now.",
    "21 °C[citation:3] now.": "21 °C now.",
    # A number that is meant
    "Press [1] to go on. See [2].": "Press 1 to go on. See 2.",
    "Drücke [1] oder [2].": "Drücke 1 oder 2.",
    "Options: [1] Kitchen, [2] Bath": "Options: 1 Kitchen, 2 Bath",
    "[1] Kitchen\n[2] Bath": "1 Kitchen\n2 Bath",
    "x[0] is first": "x[0] is first",
    '[on](since 5 pm) and [m](https://x.org "T (x)").': "on(since 5 pm) and m.",
    f"![c](data:image/png;base64,{'A' * 1500}) z": "c z",
    "See [the man](https://exam": "See the man",
}
STATUS = {
    "- [x] Milk\n- [ ] Eggs\n1. [X] Bread": "Done: Milk.\nNot done: Eggs.\n1. Done: Bread.",
    "Milk [x], eggs [ ]": "Milk done, eggs not done",
    "Press [x] to close.": "Press x to close.",
    "~~Milk~~ Eggs": "Milk, crossed out, Eggs",
    "- ~~Milk~~\n- <del>Eggs</del>.": "Milk, crossed out.\nEggs, crossed out.",
    "Kitchen ✅, Bath ❌": "Kitchen yes, Bath no",
    "Kitchen✅Bath✗.": "Kitchen yes Bath no.",
    "✅ Kitchen\n❌ Bath\n✔️ Hall": "Yes: Kitchen.\nNo: Bath.\nYes: Hall.",
    "Kitchen: ✅\nBath: 👎🏽\n": "Kitchen: yes\nBath: no",
    "☑ Milk\n☐ Eggs": "Done: Milk.\nNot done: Eggs.",
    "| Room | Ok |\n|---|---|\n| Bath | ❌ |\n| ✅ | Hall |": (
        "Room, Ok.\nBath, no.\nYes, Hall."
    ),
    "| [ ] | Milk |\n|---|---|\n| [x] | Eggs |": "Not done, Milk.\nDone, Eggs.",
    "Front 🟢, back 🔴": "Front green, back red",
    "| Gas | ⚠️ |": "Gas, warning.",
    "> [!WARNING]\n> The oven is hot.": "Warning.\nThe oven is hot.",
    # Decoration
    "🟢 Online. ⚠️ Careful! 🎉": "Online. Careful!",
    "It is on. ✅": "It is on.",
    "It is on! ✅\nAll is well.": "It is on!\nAll is well.",
    "Is it on? ✅": "Is it on? Yes",
    "Off. ✅ Now on.": "Off. Yes: Now on.",
    "❌": "No.",
    "👎\n": "No.",
    "✅\n\nThe light is on.": "Yes.\nThe light is on.",
}
SIGNS = {
    "5 ✖ 3 = 15, 6 ➗ 2, 5 ➖ 3, 4 ➕ 4": "5 ✖ 3 = 15, 6 ➗ 2, 5 ➖ 3, 4 ➕ 4",
    "Bath ✖️, hall ✖": "Bath no, hall no",
    "★★★★☆, F♯ and B♭": "★★★★☆, F♯ and B♭",
    "A ➔ B, ❶ open ❷ close": "A ➔ B, ❶ open ❷ close",
    "♀ 5, ♂ 7, ❛so❜": "♀ 5, ♂ 7, ❛so❜",
    "👩‍🔧 and 🤷‍♂️ are here": "and are here",
    "10\u202f000 €, Wi\u2011Fi, \u20115 °C, a\u200bb\u00ad": "10 000 €, Wi-Fi, -5 °C, ab",
}
STARS = {
    "Dial *100#, *21*49# or **21*49123#.": "Dial *100#, *21*49# or **21*49123#.",
    "Dial *67 first.": "Dial *67 first.",
    "The code is 1234* then.": "The code is 1234* then.",
    "Use **/*.py or *.txt here": "Use **/*.py or *.txt here",
    "Foo_(bar)_baz, _x": "Foo_(bar)_baz, _x",
    "https://x.org/a_b_/*c*/d_e_ ok": "https://x.org/a_b_/*c*/d_e_ ok",
    "Mail a_b_c@x.org": "Mail a_b_c@x.org",
    "The password is P*ss*w0rd_ now": "The password is P*ss*w0rd_ now",
    "__init__.py and __name__(), __so__": "__init__.py and __name__(), so",
    "**21 °C**, *5 lights* and *21*": "21 °C, 5 lights and 21",
    "**See https://x.org/a_b**.": "See https://x.org/a_b.",
    "**bold *it***, ***x** y*, *a **b***": "bold it, x y, a b",
    "end.**Next** (neu)**wichtig** _foo bar_": "end.Next (neu)wichtig foo bar",
    "10 €*3, (3+4)*5, 50%*30%, 2 * 3": "10 €*3, (3+4)*5, 50%*30%, 2 * 3",
    "So:\n>20\n>= 5\n>-3\n> quoted": "So:\n>20\n>= 5\n>-3\nquoted",
}
HTML = {
    "<p>Milk</p><p>Eggs</p>": "Milk\nEggs",
    "<ul><li>Milk</li><li>Eggs</li></ul>": "Milk.\nEggs.",
    "<h2 class='a'>Title</h2>Text": "Title.\nText",
    "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>": (
        "A, B.\n1, 2."
    ),
    '<a href="https://x.org/a?b=c">Link</a> <img src="x" alt="A cat">': "Link A cat",
    '<speak>Hello <break time="1s"/> you</speak>': "Hello you",
    "<details open><summary>More</summary>\nText\n</details>": "More.\nText",
    "a<!-- secret\n -- x -->b<!---->c": "abc",
    "Tom &amp; Jerry&nbsp;x &lt;b&gt; &#39;q&#x27; &euro;5 &foo; AT&T": (
        "Tom & Jerry x <b> 'q' €5 &foo; AT&T"
    ),
    "Press <Enter>, or List<String>.": "Press Enter, or List<String>.",
    "<city>Rome</city> is warm": "Rome is warm",
    "20 m<sup>2</sup>, 10<sup>-3</sup>, 1<sup>st</sup>, H<sub>2</sub>O": (
        "20 m², 10⁻³, 1st, H2O"
    ),
    "Write <mary@example.org> or <https://x.org/a>.": (
        "Write mary@example.org or https://x.org/a."
    ),
    "if a <b and c> d, x<5 and i<n": "if a <b and c> d, x<5 and i<n",
}
MATH = {
    "$E = mc^2$": "E = mc²",
    "It is $\\frac{1}{2}$ of $$x_1 + \\sqrt{2}$$.": "It is 1/2 of x1 + √2.",
    "\\(a \\times b\\) and \\[x^{10} = 25\\,^\\circ\\text{C}\\]": "a × b and x¹⁰ = 25 °C",
    "$\\frac{a+b}{2} \\leq \\pi \\cdot \\left(r\\right)$": "(a+b)/2 ≤ π × (r)",
    "\\frac{1}{2} \\approx 0.5, \\boxed{42}": "1/2 ≈ 0.5, 42",
    "$2 + 2 = 4$, $20\\%$": "2 + 2 = 4, 20%",
    "Costs $5 and $10, $5-$10, US$5, 5$, $HOME": (
        "Costs $5 and $10, $5-$10, US$5, 5$, $HOME"
    ),
    "C:\\times\\new, \\[not a link\\] and \\(x\\)": (
        "C:\\times\\new, [not a link] and x"
    ),
}
LINES = {
    "Room | °C\n---|---\nBath | 22\nHall | 19\n\nOn | off": (
        "Room, °C.\nBath, 22.\nHall, 19.\nOn, off"
    ),
    "Room|°C\n:-:|-:\nBath|22\nx|y|": "Room, °C.\nBath, 22.\nx, y.",
    "|x| or a||b": "x, or a, b.",
    "So |x| or a||b": "So |x| or a||b",
    "One\\\ntwo": "One\ntwo",
    "> [!NOTE]\n> It is on.": "It is on.",
    "・牛乳\n・卵": "牛乳。\n卵。",
    "● Milk\n▪ Eggs\n■ Bread\n○○ x": "Milk.\nEggs.\nBread.\n○○ x",
    "```ls -l``` lists files\n```a``` and ```b```": "ls -l lists files\na and b",
    "~~~py\na = 1 * 2\n~~~\nSo": "a = 1 * 2\nSo",
    "```py\nx = [1]\n``` So": "x = [1]\nSo",
    "## Title ##\nC#": "Title.\nC#",
    "- தமிழ்\n- ಕನ್ನಡ\n- తెలుగు\n- മലയാളം\n- ગુજરાતી": (
        "தமிழ்.\nಕನ್ನಡ.\nతెలుగు.\nമലയാളം.\nગુજરાતી."
    ),
    "- हिन्दी\n- বাংলা\n- ਪੰਜਾਬੀ": "हिन्दी।\nবাংলা।\nਪੰਜਾਬੀ।",
    "- Հայերեն\n- አማርኛ\n- မြန်မာ\n- ខ្មែរ": "Հայերեն։\nአማርኛ።\nမြန်မာ။\nខ្មែរ។",
    "ٹھیک ہے۔\n- ہاں۔": "ٹھیک ہے۔\nہاں۔",
}
ALL = {**CITATIONS, **STATUS, **SIGNS, **STARS, **HTML, **MATH, **LINES}


@pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))
def test_said_aloud(text: str) -> None:
    assert_spoken(text, ALL[text])


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "- [x] Milch\n- [ ] Brot", "Erledigt: Milch.\nNicht erledigt: Brot."),
        ("de-AT", "Küche ✅, Bad ❌", "Küche ja, Bad nein"),
        ("fr", "~~Lait~~ Œufs", "Lait, barré, Œufs"),
        ("ja", "❌", "いいえ。"),
        ("ur", "- نہیں", "نہیں۔"),
        ("mr", "- दिवा", "दिवा."),
        ("xx", "❌", "No."),
    ],
)
def test_in_the_language_of_the_user(language: str, text: str, expected: str) -> None:
    assert_spoken(text, expected, language)


@pytest.mark.parametrize(
    ("text", "spoken_text", "in_words"),
    [
        ("✅", "", "Ja."),
        (" ✅ 🎉\n", "", "Ja."),
        ("👍", "", "👍"),
        ("❌", "Nein.", "❌"),
        ("✅ Küche", "Ja: Küche.", "✅ Küche"),
    ],
)
def test_only_a_sign(text: str, spoken_text: str, in_words: str) -> None:
    """A sign that agrees waits for what was really done; one that denies is said."""
    for chunks in ([text], list(text)):
        speech = SpeechPipeline(strip_markup=True, language="de")
        parts = [part for chunk in chunks for part in speech.feed(chunk)]
        parts += speech.flush()
        said = "".join(part.text for part in parts if isinstance(part, SpeechText))
        assert (said, speech.unstripped.strip()) == (spoken_text, in_words)


def test_signs_stay_where_text_is_shown() -> None:
    text = "- [x] Milk ✅[1] ~~x~~ &amp; <b>y</b> $z^2$"
    speech = SpeechPipeline(strip_markup=False, language="de")
    parts = [*speech.feed(text), *speech.flush()]
    assert "".join(p.text for p in parts if isinstance(p, SpeechText)) == text


def test_words_in_each_language() -> None:
    """Each language with a confirmation has all words, and they differ."""
    english = status_words("en")
    for language in (
        "de",
        "fr",
        "es",
        "nl",
        "it",
        "pl",
        "ru",
        "ja",
        "zh-Hans",
        "sr-Latn",
    ):
        words = status_words(language)
        assert words != english
        assert len(set(words)) == len(StatusWords._fields)
        assert confirmation(language) != confirmation("en")
    assert status_words("") == english
    assert in_language({"en": 1, "pt": 2, "pt-br": 3}, "pt_BR") == 3


RUNS = [
    *("*", "_", "~", "`", "[", "]", "<", "<s>", "</s>", "a<s>", "[EOS]", "<b>", "|"),
    *("#", "- ", "\n", ">", " ", "\\", "![", "&a", "$", "\\(", "✅", "<!--", "[1]"),
    *("](", "\n|", "\n```", "`a", "*a", "_a", "*1", "<a b=", "\n[1]: ", "a. <reason>"),
]


@pytest.mark.parametrize("unit", RUNS)
def test_runs_are_linear(unit: str) -> None:
    """The cost of a run of one mark grows with its length, and no faster."""
    costs = []
    for size in (4_000, 32_000):
        text = unit * (size // len(unit))
        begin = time.process_time()
        for strip_markup in (True, False):
            speech = SpeechPipeline(strip_markup=strip_markup)
            assert list(speech.feed(text)) is not None
            assert list(speech.flush()) is not None
        costs.append(time.process_time() - begin)
    # Eight times the text; a quadratic cost is 64 times as high.
    assert costs[1] < 30 * max(costs[0], 0.002)


@pytest.mark.parametrize("mark", ["*", "_", "~", "=", "-"])
def test_endless_run_is_not_said(mark: str) -> None:
    text = f"So {mark * 5000} it is. {mark * 3} x"
    if mark in "*_~":
        assert spoken(text) == f"So it is. {mark * 3} x"
        assert spoken(*text) == f"So it is. {mark * 3} x"
    assert spoken(f"{mark * 5000}\nso") == "so"
