"""What is said is what was meant to be, however the text is cut."""

from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.speech.filter import (
    MARKER,
    SpeechFilter,
    begins_in_thoughts,
)
from custom_components.openai_compatible_conversation.speech.pieces import (
    Listen,
    Piece,
    Say,
    Think,
    WrittenCall,
)


def _pieces(*parts: str, thinks_first: bool = False) -> list[Piece]:
    """Return the pieces of a text in parts, those of one kind in succession as one."""
    speech = SpeechFilter(thinks_first=thinks_first)
    found = [piece for part in parts for piece in speech.feed(part)]
    pieces: list[Piece] = []
    for piece in [*found, *speech.flush()]:
        last = pieces[-1] if pieces else None
        if isinstance(piece, Say) and isinstance(last, Say):
            pieces[-1] = Say(last.text + piece.text)
        elif isinstance(piece, Think) and isinstance(last, Think):
            pieces[-1] = Think(last.text + piece.text)
        else:
            pieces.append(piece)
    return pieces


CASES: dict[str, list[Piece]] = {
    "": [],
    "Hello there.": [Say("Hello there.")],
    "\n\nHello.": [Say("Hello.")],
    "  ": [],
    "1 < 2, 3 > 2, a<b>c</b>, x <- y, <3": [Say("1 < 2, 3 > 2, a<b>c</b>, x <- y, <3")],
    "[note] (see [1]) 2 * 3 ** 4 _ ~ `": [Say("[note] (see [1]) 2 * 3 ** 4 _ ~ `")],
    "[CONTINUE": [],
    "Which? [continue_lis": [Say("Which? ")],
    "Yes.<|im_en": [Say("Yes.")],
    "Yes.</thi": [Say("Yes.")],
    "a [C": [Say("a [C")],
    "a <s": [Say("a <s")],
    "a **[ ": [Say("a **[ ")],
    "[CONTINUE_READING]": [Say("[CONTINUE_READING]")],
    "a | b || c <|": [Say("a | b || c <|")],
    # Reasoning
    "<think>hm</think>Yes.": [Think("hm"), Say("Yes.")],
    "<think>\nhm\n</think>\n\nYes.": [Think("\nhm\n"), Say("Yes.")],
    "<THINKING >a</Thinking>b": [Think("a"), Say("b")],
    "<reasoning>a</reasoning>b<think>c</think>d": [
        Think("a"),
        Say("b"),
        Think("c"),
        Say("d"),
    ],
    "<think>no end": [Think("no end")],
    "<think>a < b </thin": [Think("a < b </thin")],
    "<think></think>Yes.": [Say("Yes.")],
    "[THINK]a[/THINK]b": [Think("a"), Say("b")],
    "◁think▷思考◁/think▷はい。": [Think("思考"), Say("はい。")],
    "<|channel|>analysis<|message|>a<|end|>b": [Think("a"), Say("b")],
    f"<think>{MARKER} <tool_call>{{}}</tool_call></think>b": [
        Think(f"{MARKER} <tool_call>{{}}</tool_call>"),
        Say("b"),
    ],
    "late</think> answer": [Say("late answer")],
    # The marker
    "Which room? [CONTINUE_LISTENING]": [Say("Which room? "), Listen()],
    "Which room?[continue listening]": [Say("Which room?"), Listen()],
    "Which room? **[CONTINUE_LISTENING]**": [Say("Which room? "), Listen()],
    "Which room? `[ Continue\\_Listening ]`.": [Say("Which room? "), Listen()],
    "Well [CONTINUE_LISTENING] then.": [Say("Well "), Listen(), Say("then.")],
    "Well[CONTINUE_LISTENING] then.": [Say("Well"), Listen(), Say(" then.")],
    "Well[CONTINUE_LISTENING].": [Say("Well"), Listen(), Say(".")],
    "[CONTINUE_LISTENING]\nWhich room?": [Listen(), Say("Which room?")],
    "どの部屋？[CONTINUE-LISTENING]。": [Say("どの部屋？"), Listen()],
    "a[CONTINUE_LISTENING][CONTINUE_LISTENING]b": [
        Say("a"),
        Listen(),
        Listen(),
        Say("b"),
    ],
    # Special tokens
    "Yes.<|im_end|>": [Say("Yes.")],
    "<s>Yes.</s>": [Say("Yes.")],
    "Yes.<｜end▁of▁sentence｜>": [Say("Yes.")],
    "<start_of_turn>Yes.<end_of_turn><eos>": [Say("Yes.")],
    "[INST] Yes. [/INST]": [Say("Yes. ")],
    "Да.<|eot_id|> Нет.": [Say("Да. Нет.")],
    # Calls in the text
    '<tool_call>{"name": "f"}</tool_call>': [WrittenCall('{"name": "f"}')],
    'Wait. <tool_call>\n{"a": "<b>"}\n</tool_call>\nDone.': [
        Say("Wait. "),
        WrittenCall('\n{"a": "<b>"}\n'),
        Say("\nDone."),
    ],
    "<function=f>{}</function>": [WrittenCall("<function=f>{}")],
    '[TOOL_CALLS][{"name": "f"}]': [WrittenCall('[TOOL_CALLS][{"name": "f"}]')],
    "<|python_tag|>f(a=1)": [WrittenCall("<|python_tag|>f(a=1)")],
    '<tool_call>{"name": "f"': [WrittenCall('{"name": "f"')],
    "a</tool_call>b": [Say("ab")],
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
        said += "".join(p.text for p in speech.feed(char) if isinstance(p, Say))
    assert said == text.lstrip()
    assert not list(speech.flush())


@pytest.mark.parametrize("text", ["<thing", "[CONTINUE_READ", "**b", "<|a b\n", "< "])
def test_nothing_waits_longer_than_it_must(text: str) -> None:
    """What can no longer become a token is let go with the character that shows it."""
    speech = SpeechFilter()
    early = [*speech.feed("x"), *speech.feed(text[:-1])]
    assert early[0] == Say("x")
    assert list(speech.feed(text[-1]))
    assert not list(speech.flush())


def test_thinks_first() -> None:
    """An answer that begins within thoughts has them apart."""
    assert _pieces("hm</think>\nYes.", thinks_first=True) == [Think("hm"), Say("Yes.")]


def test_thinks_first_after_all_not() -> None:
    """An answer that was taken for thoughts, and had no end of them, is said."""
    pieces = _pieces("Yes. ", "[CONTINUE_LISTENING]", thinks_first=True)
    assert pieces == [Say("Yes. "), Listen()]


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
    assert begins_in_thoughts(text) is first


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
    speech = SpeechFilter(thinks_first=thinks_first)
    assert list(speech.feed(text)) is not None
    assert list(speech.flush()) is not None
    assert speech.thought_first is learned
