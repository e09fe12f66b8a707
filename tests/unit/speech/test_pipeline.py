"""All filters together: a corpus in many scripts, every cut, and what has to wait."""

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
from .test_hold import common, continuations

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


def _heard(*parts: str, clean: bool = True) -> tuple[str, str, int, list[str]]:
    """Return what is said, thought, wished and called of a text in parts."""
    speech = SpeechPipeline(strip_markup=clean)
    pieces = [piece for part in parts for piece in speech.feed(part)]
    pieces += speech.flush()
    return (
        "".join(piece.text for piece in pieces if isinstance(piece, SpeechText)),
        "".join(piece.text for piece in pieces if isinstance(piece, ReasoningText)),
        sum(isinstance(piece, ContinueListening) for piece in pieces),
        [piece.text for piece in pieces if isinstance(piece, TextToolCall)],
    )


def test_corpus() -> None:
    """The corpus is large, and in many scripts."""
    assert len(CORPUS) >= 100
    scripts = ("a", "в", "灯", "ト", "불", "ब", "ض", "ה", "ไ", "φ", "Լ", "ü")
    assert all(any(letter in text for text in CORPUS) for letter in scripts)


@pytest.mark.parametrize("clean", [True, False])
@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_every_cut(text: str, clean: bool) -> None:
    """Single characters and every cut in two come to the same as the whole."""
    whole = _heard(text, clean=clean)
    assert _heard(*text, clean=clean) == whole
    for position in range(len(text) + 1):
        assert _heard(text[:position], text[position:], clean=clean) == whole


@given(st.lists(st.sampled_from(CORPUS), max_size=5), st.data())
def test_random_cuts(texts: list[str], data: st.DataObject) -> None:
    """So do random cuts of random mixtures."""
    text = data.draw(st.sampled_from(["", " ", "\n"])).join(texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    parts = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]
    assert _heard(*parts) == _heard(text)


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_no_marker_is_said(text: str) -> None:
    """The marker is neither said nor shown among thoughts, in whatever form."""
    for clean in (True, False):
        for heard in _heard(text, clean=clean)[:2]:
            assert "continuelistening" not in re.sub(r"[^a-z]", "", heard.lower())


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
    ),
)


@pytest.mark.parametrize(
    "text", test_markdown.CASES, ids=range(len(test_markdown.CASES))
)
def test_least_hold(text: str) -> None:
    """After each character all is said that is said whatever follows."""
    speech = SpeechPipeline(strip_markup=True)
    said = ""
    for position, char in enumerate(text, 1):
        said += "".join(p.text for p in speech.feed(char) if isinstance(p, SpeechText))
        head = text[:position]
        endings = [*CONTINUATIONS, *continuations(head)]
        results = [_heard(head + more)[0] for more in endings]
        least = common(results)
        assert len(said) >= least, (head, said, results[0][:least])
