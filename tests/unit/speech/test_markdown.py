"""Tests of markdown and emoji as speech, in any script and for every split."""

from hypothesis import given, strategies as st
import pytest

from .splits import assert_spoken, spoken

CASES = {
    "": "",
    "It is on.": "It is on.",
    "The light is **on**.": "The light is on.",
    "*It* is __really__ _on_, ***honestly***.": "It is really on, honestly.",
    "**Note:** it is ~~off~~ on.": "Note: it is off, crossed out, on.",
    "“**Küche**”: 20 %": "“Küche”: 20 %",
    "Use `turn_on` or ``it``.": "Use turn_on or it.",
    "Run `ls *.py` now. 5*3=15": "Run ls *.py now. 5*3=15",
    "`a [1] **b**` is **c**": "a [1] **b** is c",
    "*.py and 5*3 and *so*": "*.py and 5*3 and so",
    "It`s **on**": "Its on",
    "`open\nline** end": "open\nline** end",
    "See [the manual](https://example.org/a_(b)#c) now.": "See the manual now.",
    "See [the manual][1] and [note] and [1].": "See the manual and note and 1.",
    "![A cat](cat.png) sleeps.": "A cat sleeps.",
    "Go to <https://example.org/x> or <b>here</b>.": (
        "Go to https://example.org/x or here."
    ),
    "One<br>two<br/>three": "One two three",
    "# Title\n\nSome text.": "Title.\nSome text.",
    "### Ready?\nYes!": "Ready?\nYes!",
    "- milk\n- **eggs**\n- bread!": "milk.\neggs.\nbread!",
    "* milk\n+ eggs\n• bread": "milk.\neggs.\nbread.",
    "1. Open it\n2) Close it\n10. Wait.": "1. Open it.\n2) Close it.\n10. Wait.",
    "- [ ] milk\n- [x] eggs\n- [xy] z": "Not done: milk.\nDone: eggs.\nxy z.",
    "> quoted\n> twice": "quoted\ntwice",
    "Above\n\n---\n\nbelow\n***\n- - -": "Above\nbelow",
    "```python\nprint(1)  # one\n```\nThat is all.": "print(1) # one\nThat is all.",
    "| Room | °C |\n|:-----|---:|\n| Kitchen | 21.5 |": "Room, °C.\nKitchen, 21.5.",
    "Done 👍. Great 🎉🎉 work! 👩‍🍳 cooks ☀️": "Done. Great work! cooks",
    "5️⃣ lights, 🇩🇪 flag, ❤️": "5 lights, flag,",
    "2 * 3 = 6, 2*3*4 = 24, 2 ** 3, 5*": "2 * 3 = 6, 2*3*4 = 24, 2 ** 3, 5*",
    "-5 °C to −3 °C, 5 - 3, ±2": "-5 °C to −3 °C, 5 - 3, ±2",
    "-5 outside\n- 5 inside": "-5 outside\n5 inside.",
    "At 21:30, 7.5 kWh (€3.20), 50 % of 1/2 x 4": (
        "At 21:30, 7.5 kWh (€3.20), 50 % of 1/2 x 4"
    ),
    "snake_case_name, x_1, a_b, ~5 min": "snake_case_name, x_1, a_b, ~5 min",
    "a < b > c, <3, 1<2": "a < b > c, <3, 1<2",
    "\\*not bold\\* C:\\dir": "*not bold* C:\\dir",
    "#1 of 3, C#": "#1 of 3, C#",
    "Hello!  How   are you? ": "Hello! How are you?",
    "**Licht** ist *an* – 21,5 °C.": "Licht ist an – 21,5 °C.",
    "Свет **включён**.\n- Кухня\n- Зал": "Свет включён.\nКухня.\nЗал.",
    "灯**打开**了。\n- 厨房\n- 卧室": "灯打开了。\n厨房。\n卧室。",
    "ライトは**オン**です。\n- キッチン": "ライトはオンです。\nキッチン。",
    "불이 **켜졌습니다**.": "불이 켜졌습니다.",
    "बत्ती **चालू** है।\n- रसोई": "बत्ती चालू है।\nरसोई।",
    "क्‍ष और ज्ञ": "क्‍ष और ज्ञ",
    "الضوء **مضاء**.": "الضوء مضاء.",
    "می‌خواهم **روشن** باشد": "می‌خواهم روشن باشد",
    "האור **דולק**.": "האור דולק.",
    "ไฟ**เปิด**แล้ว": "ไฟเปิดแล้ว",
    "Το φως είναι **αναμμένο**;": "Το φως είναι αναμμένο;",
    "Լույսը **միացված** է։": "Լույսը միացված է։",
}


@pytest.mark.parametrize("text", CASES, ids=range(len(CASES)))
def test_every_split(text: str) -> None:
    """Markup becomes plain words, for every split of the text."""
    assert_spoken(text, CASES[text])


@pytest.mark.parametrize("text", CASES.values(), ids=range(len(CASES)))
def test_idempotent(text: str) -> None:
    """Filtered text without markup signs is unchanged by another pass."""
    if not set(text) & set("#*\\<\n~_"):
        assert spoken(text) == text


@given(
    st.text(
        st.sampled_from("*_~`[]()<>!#-+|=\\ \nab1.:👍\u200d\ufe0f/httpbr"), max_size=60
    )
)
def test_random_marks(text: str) -> None:
    """Random marks keep all letters and digits, apart from addresses and tags."""
    said = spoken(text)
    assert said == spoken(*text)
    assert said == said.strip()
    assert "  " not in said
    if not set(text) & set("(<[`~"):
        assert [c for c in said if c.isalnum()] == [c for c in text if c.isalnum()]
