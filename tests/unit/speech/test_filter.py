"""Tests of the speech filter: the same parts for every split of the text."""

from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.speech.filter import (
    MARKER,
    SpeechFilter,
    is_reasoning_first,
)
from custom_components.openai_compatible_conversation.speech.parts import (
    ContinueListening,
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)


def _parts(*chunks: str, starts_in_reasoning: bool = False) -> list[SpeechPart]:
    """Return the parts of a text given in chunks, with adjacent text parts merged."""
    speech = SpeechFilter(starts_in_reasoning=starts_in_reasoning)
    found = [part for chunk in chunks for part in speech.feed(chunk)]
    parts: list[SpeechPart] = []
    for part in [*found, *speech.flush()]:
        last = parts[-1] if parts else None
        if isinstance(part, SpeechText) and isinstance(last, SpeechText):
            parts[-1] = SpeechText(last.text + part.text)
        elif isinstance(part, ReasoningText) and isinstance(last, ReasoningText):
            parts[-1] = ReasoningText(last.text + part.text)
        else:
            parts.append(part)
    return parts


CASES: dict[str, list[SpeechPart]] = {
    "": [],
    "Hello there.": [SpeechText("Hello there.")],
    "\n\nHello.": [SpeechText("Hello.")],
    "  ": [],
    "1 < 2, 3 > 2, a<b>c</b>, x <- y, <3": [
        SpeechText("1 < 2, 3 > 2, a<b>c</b>, x <- y, <3")
    ],
    "[note] (see [1]) 2 * 3 ** 4 _ ~ `": [
        SpeechText("[note] (see [1]) 2 * 3 ** 4 _ ~ `")
    ],
    "[CONTINUE": [],
    "Which? [continue_lis": [SpeechText("Which? ")],
    "Yes.<|im_en": [SpeechText("Yes.")],
    "Yes.</thi": [SpeechText("Yes.")],
    "a [C": [SpeechText("a [C")],
    "a <s": [SpeechText("a <s")],
    "a **[ ": [SpeechText("a **[ ")],
    "[CONTINUE_READING]": [SpeechText("[CONTINUE_READING]")],
    "a | b || c <|": [SpeechText("a | b || c <|")],
    # Reasoning
    "<think>hm</think>Yes.": [ReasoningText("hm"), SpeechText("Yes.")],
    "<think>\nhm\n</think>\n\nYes.": [ReasoningText("\nhm\n"), SpeechText("Yes.")],
    "<THINKING >a</Thinking>b": [ReasoningText("a"), SpeechText("b")],
    "<reasoning>a</reasoning>b<think>c</think>d": [
        ReasoningText("a"),
        SpeechText("b"),
        ReasoningText("c"),
        SpeechText("d"),
    ],
    "<think>no end": [ReasoningText("no end")],
    "<think>a < b </thin": [ReasoningText("a < b </thin")],
    "<think></think>Yes.": [SpeechText("Yes.")],
    "[THINK]a[/THINK]b": [ReasoningText("a"), SpeechText("b")],
    "◁think▷思考◁/think▷はい。": [ReasoningText("思考"), SpeechText("はい。")],
    "<|channel|>analysis<|message|>a<|end|>b": [ReasoningText("a"), SpeechText("b")],
    f"<think>{MARKER} <tool_call>{{}}</tool_call></think>b": [
        ReasoningText(f"{MARKER} <tool_call>{{}}</tool_call>"),
        SpeechText("b"),
    ],
    "late</think> answer": [SpeechText("late answer")],
    # Marker
    "Which room? [CONTINUE_LISTENING]": [
        SpeechText("Which room? "),
        ContinueListening(),
    ],
    "Which room?[continue listening]": [SpeechText("Which room?"), ContinueListening()],
    "Which room? **[CONTINUE_LISTENING]**": [
        SpeechText("Which room? "),
        ContinueListening(),
    ],
    "Which room? `[ Continue\\_Listening ]`.": [
        SpeechText("Which room? "),
        ContinueListening(),
    ],
    "Well [CONTINUE_LISTENING] then.": [
        SpeechText("Well "),
        ContinueListening(),
        SpeechText("then."),
    ],
    "Well[CONTINUE_LISTENING] then.": [
        SpeechText("Well"),
        ContinueListening(),
        SpeechText(" then."),
    ],
    "Well[CONTINUE_LISTENING].": [
        SpeechText("Well"),
        ContinueListening(),
        SpeechText("."),
    ],
    "[CONTINUE_LISTENING]\nWhich room?": [
        ContinueListening(),
        SpeechText("Which room?"),
    ],
    "どの部屋？[CONTINUE-LISTENING]。": [SpeechText("どの部屋？"), ContinueListening()],
    "a[CONTINUE_LISTENING][CONTINUE_LISTENING]b": [
        SpeechText("a"),
        ContinueListening(),
        ContinueListening(),
        SpeechText("b"),
    ],
    # Special tokens
    "Yes.<|im_end|>": [SpeechText("Yes.")],
    "<s>Yes.</s>": [SpeechText("Yes.")],
    "Yes.<｜end▁of▁sentence｜>": [SpeechText("Yes.")],
    "<start_of_turn>Yes.<end_of_turn><eos>": [SpeechText("Yes.")],
    "[INST] Yes. [/INST]": [SpeechText("Yes. ")],
    "Да.<|eot_id|> Нет.": [SpeechText("Да. Нет.")],
    # Tool calls
    '<tool_call>{"name": "f"}</tool_call>': [TextToolCall('{"name": "f"}')],
    'Wait. <tool_call>\n{"a": "<b>"}\n</tool_call>\nDone.': [
        SpeechText("Wait. "),
        TextToolCall('\n{"a": "<b>"}\n'),
        SpeechText("\nDone."),
    ],
    "<function=f>{}</function>": [TextToolCall("<function=f>{}")],
    '[TOOL_CALLS][{"name": "f"}]': [TextToolCall('[TOOL_CALLS][{"name": "f"}]')],
    "<|python_tag|>f(a=1)": [TextToolCall("<|python_tag|>f(a=1)")],
    '<tool_call>{"name": "f"': [TextToolCall('{"name": "f"')],
    "a</tool_call>b": [SpeechText("ab")],
}


@pytest.mark.parametrize("text", CASES, ids=range(len(CASES)))
def test_single_chunk(text: str) -> None:
    """A text in a single chunk is split into the expected parts."""
    assert _parts(text) == CASES[text]


@pytest.mark.parametrize("text", CASES, ids=range(len(CASES)))
def test_every_split(text: str) -> None:
    """Every split in two and single characters give the same parts."""
    assert _parts(*text) == CASES[text]
    for position in range(len(text) + 1):
        assert _parts(text[:position], text[position:]) == CASES[text]


FRAGMENTS = st.sampled_from(
    [
        *CASES,
        *"<>[]|/*_ .?\n",
        "<think>",
        "</think>",
        "<|",
        "|>",
        "<tool_call>",
        "</tool_call>",
        MARKER,
        MARKER[:9],
    ]
)


@given(st.lists(FRAGMENTS, max_size=8), st.data())
def test_random_text_and_splits(fragments: list[str], data: st.DataObject) -> None:
    """Random mixtures give the same parts for random splits."""
    text = "".join(fragments)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    chunks = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]
    assert _parts(*chunks) == _parts(text)


@given(st.text(st.characters(exclude_characters="<[*_~`◁"), max_size=200))
def test_plain_text_is_not_held(text: str) -> None:
    """Text that can start no pattern passes at once and unchanged."""
    speech = SpeechFilter()
    spoken = ""
    for char in text:
        spoken += "".join(
            p.text for p in speech.feed(char) if isinstance(p, SpeechText)
        )
    assert spoken == text.lstrip()
    assert not list(speech.flush())


@pytest.mark.parametrize("text", ["<thing", "[CONTINUE_READ", "**b", "<|a b\n", "< "])
def test_held_text_is_released_early(text: str) -> None:
    """Held text is released with the character that rules out a match."""
    speech = SpeechFilter()
    early = [*speech.feed("x"), *speech.feed(text[:-1])]
    assert early[0] == SpeechText("x")
    assert list(speech.feed(text[-1]))
    assert not list(speech.flush())


def test_starts_in_reasoning() -> None:
    """Reasoning at the start is split off without its opening tag."""
    assert _parts("hm</think>\nYes.", starts_in_reasoning=True) == [
        ReasoningText("hm"),
        SpeechText("Yes."),
    ]


def test_starts_in_reasoning_without_end() -> None:
    """Without an end of reasoning, the text is speech."""
    parts = _parts("Yes. ", "[CONTINUE_LISTENING]", starts_in_reasoning=True)
    assert parts == [SpeechText("Yes. "), ContinueListening()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hm</think>Yes.", True),
        ("hm <tool_call>{}</tool_call> hm</think>Yes.", True),
        ("<think>hm</think>Yes.", False),
        ("<think>hm</think>Yes.</think>", False),
        ("Yes.", False),
        ("", False),
    ],
)
def test_is_reasoning_first(text: str, expected: bool) -> None:
    """A complete text shows whether it starts inside reasoning."""
    assert is_reasoning_first(text) is expected


@pytest.mark.parametrize(
    ("text", "starts_in_reasoning", "expected"),
    [
        ("hm</think>Yes.", False, True),
        ("hm</think>Yes.", True, True),
        ("Yes.", True, False),
        ("Yes.", False, None),
        ("<think>hm</think>Yes.", False, None),
    ],
)
def test_started_in_reasoning(
    text: str, starts_in_reasoning: bool, expected: bool | None
) -> None:
    """A response reports whether it started inside reasoning, if that is certain."""
    speech = SpeechFilter(starts_in_reasoning=starts_in_reasoning)
    assert list(speech.feed(text)) is not None
    assert list(speech.flush()) is not None
    assert speech.started_in_reasoning is expected
