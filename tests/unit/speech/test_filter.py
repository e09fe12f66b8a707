"""What is said is what was meant to be, however the text is cut."""

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


def _pieces(*parts: str, thinks_first: bool = False) -> list[SpeechPart]:
    """Return the pieces of a text in parts, those of one kind in succession as one."""
    speech = SpeechFilter(starts_in_reasoning=thinks_first)
    found = [piece for part in parts for piece in speech.feed(part)]
    pieces: list[SpeechPart] = []
    for piece in [*found, *speech.flush()]:
        last = pieces[-1] if pieces else None
        if isinstance(piece, SpeechText) and isinstance(last, SpeechText):
            pieces[-1] = SpeechText(last.text + piece.text)
        elif isinstance(piece, ReasoningText) and isinstance(last, ReasoningText):
            pieces[-1] = ReasoningText(last.text + piece.text)
        else:
            pieces.append(piece)
    return pieces


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
    # The marker
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
    # Calls in the text
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
def test_whole(text: str) -> None:
    """A text that comes whole is taken apart as it is meant."""
    assert _pieces(text) == CASES[text]


@pytest.mark.parametrize("text", CASES, ids=range(len(CASES)))
def test_cut(text: str) -> None:
    """Every cut in two, and each character alone, come to the same."""
    assert _pieces(*text) == CASES[text]
    for position in range(len(text) + 1):
        assert _pieces(text[:position], text[position:]) == CASES[text]


PARTS = st.sampled_from(
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


@given(st.lists(PARTS, max_size=8), st.data())
def test_any_text_in_any_cut(parts: list[str], data: st.DataObject) -> None:
    """The same holds for any mixture, cut anywhere."""
    text = "".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]
    assert _pieces(*pieces) == _pieces(text)


@given(st.text(st.characters(exclude_characters="<[*_~`◁"), max_size=200))
def test_plain_text_does_not_wait(text: str) -> None:
    """Text in which nothing could begin goes through at once, and unaltered."""
    speech = SpeechFilter()
    said = ""
    for char in text:
        said += "".join(p.text for p in speech.feed(char) if isinstance(p, SpeechText))
    assert said == text.lstrip()
    assert not list(speech.flush())


@pytest.mark.parametrize("text", ["<thing", "[CONTINUE_READ", "**b", "<|a b\n", "< "])
def test_nothing_waits_longer_than_it_must(text: str) -> None:
    """What can no longer become a token is let go with the character that shows it."""
    speech = SpeechFilter()
    early = [*speech.feed("x"), *speech.feed(text[:-1])]
    assert early[0] == SpeechText("x")
    assert list(speech.feed(text[-1]))
    assert not list(speech.flush())


def test_thinks_first() -> None:
    """An answer that begins within thoughts has them apart."""
    assert _pieces("hm</think>\nYes.", thinks_first=True) == [
        ReasoningText("hm"),
        SpeechText("Yes."),
    ]


def test_thinks_first_after_all_not() -> None:
    """An answer that was taken for thoughts, and had no end of them, is said."""
    pieces = _pieces("Yes. ", "[CONTINUE_LISTENING]", thinks_first=True)
    assert pieces == [SpeechText("Yes. "), ContinueListening()]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("hm</think>Yes.", True),
        ("hm <tool_call>{}</tool_call> hm</think>Yes.", True),
        ("<think>hm</think>Yes.", False),
        ("<think>hm</think>Yes.</think>", False),
        ("Yes.", False),
        ("", False),
    ],
)
def test_begins_in_thoughts(text: str, first: bool) -> None:
    """A whole text shows whether it begins within thoughts."""
    assert is_reasoning_first(text) is first


@pytest.mark.parametrize(
    ("text", "thinks_first", "learned"),
    [
        ("hm</think>Yes.", False, True),
        ("hm</think>Yes.", True, True),
        ("Yes.", True, False),
        ("Yes.", False, None),
        ("<think>hm</think>Yes.", False, None),
    ],
)
def test_thought_first(text: str, thinks_first: bool, learned: bool | None) -> None:
    """After an answer it is known whether the next one begins within thoughts."""
    speech = SpeechFilter(starts_in_reasoning=thinks_first)
    assert list(speech.feed(text)) is not None
    assert list(speech.flush()) is not None
    assert speech.started_in_reasoning is learned
