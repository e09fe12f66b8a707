"""Tests of all speech filters together: many scripts, every split, held text."""

from itertools import pairwise
import re

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.speech.parts import (
    ContinueListening,
    ReasoningText,
    SpeechText,
    TextToolCall,
)
from custom_components.openai_compatible_conversation.speech.pipeline import (
    SpeechPipeline,
)

from . import test_filter, test_markdown
from .test_hold import common_prefix_length, continuations

MIXED = [
    "<think>**hm** [CONTINUE_LISTENING]</think>\n\n# Licht\n- **Küche**: an 👍\n- Bad",
    "Which *room*? **[CONTINUE_LISTENING]**<|im_end|>",
    'Ich schaue. <tool_call>{"name": "f", "arguments": {}}</tool_call> Fertig.',
    "<reasoning>考える</reasoning>明かりは**ついて**います。[continue listening]",
    "灯在[厨房](https://example.org)。<|endoftext|>",
    "Свет **включён** 💡, −5 °C.</s>",
    "बत्ती **चालू** है।<eos>",
    "الضوء **مضاء** [CONTINUE_LISTENING]؟",
    "האור `דולק`.<|eot_id|>",
    "ไฟ**เปิด**แล้ว [CONTINUE_LISTENING]",
    "Το φως; [CONTINUE_LISTENING]",
    "불이 **켜졌어요** 🎉<end_of_turn>",
    "| A | B |\n|---|---|\n| 1 | <think>x</think>2 |",
    "```\ncode **here**\n```\n<|end|>2 * 3 = 6",
    "**bold <think>x</think>on** and 5*3",
    "Which? [CONTINUE_<|x|>LISTENING]",
    "[CONTINUE_[CONTINUE_LISTENING]LISTENING] Which?",
    "<think>[CONTINUE_</think>[CONTINUE_<think>LISTENING]</think>LISTENING]",
]
CORPUS = [*test_filter.CASES, *test_markdown.CASES, *MIXED]


def _run(*chunks: str, strip_markup: bool = True) -> tuple[str, str, int, list[str]]:
    """Return speech, reasoning, number of markers and tool calls of a text."""
    speech = SpeechPipeline(strip_markup=strip_markup)
    parts = [part for chunk in chunks for part in speech.feed(chunk)]
    parts += speech.flush()
    return (
        "".join(part.text for part in parts if isinstance(part, SpeechText)),
        "".join(part.text for part in parts if isinstance(part, ReasoningText)),
        sum(isinstance(part, ContinueListening) for part in parts),
        [part.text for part in parts if isinstance(part, TextToolCall)],
    )


def test_corpus() -> None:
    """The corpus is large and covers many scripts."""
    assert len(CORPUS) >= 100
    scripts = ("a", "в", "灯", "ト", "불", "ब", "ض", "ה", "ไ", "φ", "Լ", "ü")
    assert all(any(letter in text for text in CORPUS) for letter in scripts)


@pytest.mark.parametrize("strip_markup", [True, False])
@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_every_split(text: str, strip_markup: bool) -> None:
    """Single characters and every split in two give the same result as the whole."""
    whole = _run(text, strip_markup=strip_markup)
    assert _run(*text, strip_markup=strip_markup) == whole
    for position in range(len(text) + 1):
        assert (
            _run(text[:position], text[position:], strip_markup=strip_markup) == whole
        )


@given(st.lists(st.sampled_from(CORPUS), max_size=5), st.data())
def test_random_splits(texts: list[str], data: st.DataObject) -> None:
    """Random splits of random mixtures give the same result as the whole."""
    text = data.draw(st.sampled_from(["", " ", "\n"])).join(texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    chunks = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]
    assert _run(*chunks) == _run(text)


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_marker_is_removed(text: str) -> None:
    """The marker is in neither speech nor reasoning, in any spelling."""
    for strip_markup in (True, False):
        for output in _run(text, strip_markup=strip_markup)[:2]:
            assert "continuelistening" not in re.sub(r"[^a-z]", "", output.lower())


@pytest.mark.parametrize(
    ("text", "display", "voice"),
    [
        (
            "Put it *between* `<s>` and `</s>`</s>",
            "Put it *between* `<s>` and `</s>`",
            "Put it between <s> and </s>",
        ),
        ("Say <|x|> **now**<|x|>", "Say <|x|> **now**", "Say <|x|> now"),
        (
            "```xml\n<think>a</think>\n```\n<think>b</think>",
            "```xml\n<think>a</think>\n```\n",
            "<think>a</think>",
        ),
        ("<reason>a</reason> On.", "On.", "On."),
        ("So <reason>a</reason>", "So <reason>a</reason>", "So a"),
    ],
)
def test_display_and_voice(text: str, display: str, voice: str) -> None:
    """The same reasoning and tokens are removed for display and for voice."""
    assert _run(text, strip_markup=False)[0] == display
    assert _run(text, strip_markup=True)[0] == voice


CONTINUATIONS = (
    *(
        "",
        "x",
        " x",
        "\n",
        "\nx",
        "5",
        " 5",
        ".",
        ")",
        "]",
        "](u)",
        "][1]",
        "[",
        "(",
        "*",
    ),
    *(
        "**",
        "*x",
        "_",
        "__",
        "~",
        "~~",
        "`",
        "``\n",
        "#",
        "# x",
        "-",
        "--",
        "--\n",
        "|",
        ">",
    ),
    *(
        "|\n",
        "b>",
        "br>",
        "/b>",
        "ttp://x>",
        "\\",
        "!",
        "👍",
        "\u200d👧",
        "\ufe0f",
        " ]x",
        "x] ",
        "x*",
        "x_",
        "_.py",
        "__.py",
        ".py",
        "y_\n",
        "x@y.z>",
        "://x>",
        "//x>",
        "](x)",
        ">](x)",
    ),
)


@pytest.mark.parametrize(
    "text", test_markdown.CASES, ids=range(len(test_markdown.CASES))
)
def test_holds_no_more_than_needed(text: str) -> None:
    """After each character, speech common to all continuations is emitted."""
    speech = SpeechPipeline(strip_markup=True)
    spoken = ""
    for position, char in enumerate(text, 1):
        spoken += "".join(
            p.text for p in speech.feed(char) if isinstance(p, SpeechText)
        )
        head = text[:position]
        endings = [*CONTINUATIONS, *continuations(head)]
        results = [_run(head + more)[0] for more in endings]
        # White space comes with what follows it.
        certain = results[0][: common_prefix_length(results)].rstrip()
        assert len(spoken) >= len(certain), (head, spoken, certain)
