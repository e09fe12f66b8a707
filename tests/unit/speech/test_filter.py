"""Tests of the speech filter: the same parts for every split of the text."""

from itertools import pairwise
import time

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.speech.code_tracker import (
    MAX_SPAN,
)
from custom_components.openai_compatible_conversation.speech.control_tokens import (
    MAX_HELD,
)
from custom_components.openai_compatible_conversation.speech.filter import (
    MARKER,
    SpeechFilter,
)
from custom_components.openai_compatible_conversation.speech.parts import (
    ContinueListening,
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)
from custom_components.openai_compatible_conversation.speech.reasoning_first import (
    is_reasoning_first,
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
    # A control token is removed at the edges only
    "Да<|eot_id|>, нет.": [SpeechText("Да<|eot_id|>, нет.")],
    "a<|end|>b": [SpeechText("a<|end|>b")],
    "Yes.<|end|>": [SpeechText("Yes.")],
    "Yes.</s> \n<eos><pad>\n": [SpeechText("Yes. \n\n")],
    " <s> \n<bos> Yes.": [SpeechText("Yes.")],
    "Yes: </s>\n<eos>!": [SpeechText("Yes: </s>\n<eos>!")],
    # One that ends a sentence within the text is the server's
    "Да.<|eot_id|> Нет.": [SpeechText("Да. Нет.")],
    "On.[EOS] Anything else?": [SpeechText("On. Anything else?")],
    "On.[EOS]anything else?": [SpeechText("On.anything else?")],
    "It is on[EOS]\nIt is off": [SpeechText("It is on\nIt is off")],
    "It is on. [EOS] It is off.": [SpeechText("It is on.  It is off.")],
    "ついています。[EOS]他に？": [SpeechText("ついています。他に？")],
    "It ends. [EOS] ends it.": [SpeechText("It ends. [EOS] ends it.")],
    "It ends with [EOS], and so on": [SpeechText("It ends with [EOS], and so on")],
    "Use `on.</s>` here": [SpeechText("Use `on.</s>` here")],
    "Llama ends with </s>, and so on": [SpeechText("Llama ends with </s>, and so on")],
    "Put it between <s> and </s>": [SpeechText("Put it between <s> and </s>")],
    "From <s> to </s></s>": [SpeechText("From <s> to </s>")],
    "From `<s>` to </s>": [SpeechText("From `<s>` to </s>")],
    "From <|im_start|> to <|im_end|><|im_end|>": [
        SpeechText("From <|im_start|> to <|im_end|>")
    ],
    "Say <s></s>": [SpeechText("Say ")],
    "F# has <| and |>": [SpeechText("F# has <| and |>")],
    "Yes.</s><think>hm</think><|x|>No.</s>": [
        SpeechText("Yes."),
        ReasoningText("hm"),
        SpeechText("No."),
    ],
    "Yes.<eos> <tool_call>f</tool_call></tool_call>\nOn.": [
        SpeechText("Yes. "),
        TextToolCall("f"),
        SpeechText("\nOn."),
    ],
    "Which?</s>[CONTINUE_LISTENING].</s>": [SpeechText("Which?"), ContinueListening()],
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b<|return|>": [
        ReasoningText("a"),
        SpeechText("b"),
    ],
    # Headers of an answer
    "<|im_start|>assistant\nYes.<|im_end|>": [SpeechText("Yes.")],
    "<|start_header_id|>assistant<|end_header_id|>\n\nYes.<|eot_id|>": [
        SpeechText("Yes.")
    ],
    "<start_of_turn>model\nYes.<end_of_turn>": [SpeechText("Yes.")],
    "<|assistant|>Yes.": [SpeechText("Yes.")],
    "<|start|>assistant<|message|>Yes.": [SpeechText("Yes.")],
    "Yes.<|im_end|>\n<|im_start|>assistant\nNo.": [SpeechText("Yes.\n\nNo.")],
    "Yes.<|eot_id|><|start_header_id|>assistant<|end_header_id|>No.": [
        SpeechText("Yes.\nNo.")
    ],
    "Put <|im_start|>assistant first": [SpeechText("Put <|im_start|>assistant first")],
    # Harmony and Gemma
    "<|channel|>final<|message|>Yes.<|return|>": [SpeechText("Yes.")],
    "<|channel|>commentary<|message|>Wait.<|end|><|start|>assistant<|channel|>final<|message|>Yes.": [
        SpeechText("Wait.\nYes.")
    ],
    "<|channel|>analysis<|message|>a<|start|>assistant<|channel|>final<|message|>b": [
        ReasoningText("a"),
        SpeechText("b"),
    ],
    "<|start|>functions.f to=assistant<|channel|>commentary<|message|>{}<|end|>b": [
        ReasoningText("{}"),
        SpeechText("b"),
    ],
    "<think>a <|end|> b</think>c": [ReasoningText("a <|end|> b"), SpeechText("c")],
    "<|channel>thought\nhm<channel|>Yes.<turn|>": [
        ReasoningText("\nhm"),
        SpeechText("Yes."),
    ],
    # A tag in a sentence
    "A </think> tag ends it.": [SpeechText("A </think> tag ends it.")],
    'It is "</think>".': [SpeechText('It is "</think>".')],
    "Hm. </think> Yes.": [SpeechText("Hm.  Yes.")],
    # A generic tag is reasoning at the start only
    "\n<analysis>a</analysis> b": [ReasoningText("a"), SpeechText("b")],
    "<s><Thought>a</thought><scratchpad>b</scratchpad>c": [
        ReasoningText("ab"),
        SpeechText("c"),
    ],
    "So: <analysis>a</analysis>.": [SpeechText("So: <analysis>a</analysis>.")],
    "a</analysis>b</reason": [SpeechText("a</analysis>b</reason")],
    "So: <think>a</think>.": [SpeechText("So: "), ReasoningText("a"), SpeechText(".")],
    # Within an answer it is reasoning where a sentence or a line begins
    "On. <reason>a</reason> Next?": [
        SpeechText("On. "),
        ReasoningText("a"),
        SpeechText(" Next?"),
    ],
    "On\n<reasoning>a</reasoning>\nNext?": [
        SpeechText("On\n"),
        ReasoningText("a"),
        SpeechText("\nNext?"),
    ],
    "On.<Thought>a</thought>": [SpeechText("On."), ReasoningText("a")],
    "So <reason>a</reason> b": [SpeechText("So <reason>a</reason> b")],
    "On. `<reason>a</reason>`": [SpeechText("On. `<reason>a</reason>`")],
    "```\n<reason>a</reason>\n```": [SpeechText("```\n<reason>a</reason>\n```")],
    "On. <reason>no end": [SpeechText("On. <reason>no end")],
    # Code stays as it is
    "Use `<think>a</think>`.": [SpeechText("Use `<think>a</think>`.")],
    "Use ``<think>`</think>`` <think>a</think>b": [
        SpeechText("Use ``<think>`</think>`` "),
        ReasoningText("a"),
        SpeechText("b"),
    ],
    "It`s <think>a</think>b": [
        SpeechText("It`s "),
        ReasoningText("a"),
        SpeechText("b"),
    ],
    "It`s <think>a\n`</think>b": [
        SpeechText("It`s "),
        ReasoningText("a\n`"),
        SpeechText("b"),
    ],
    "`a\n<think>b</think>`": [
        SpeechText("`a\n"),
        ReasoningText("b"),
        SpeechText("`"),
    ],
    "A `</think>` ends it.": [SpeechText("A `</think>` ends it.")],
    "a </think> `b`": [SpeechText("a  `b`")],
    "See `</s>`": [SpeechText("See `</s>`")],
    "```\n<s>\n</s><think>a</think></think>": [
        SpeechText("```\n<s>\n</s><think>a</think></think>")
    ],
    "```xml\n<s>\n```\n<think>a</think>b</s>": [
        SpeechText("```xml\n<s>\n```\n"),
        ReasoningText("a"),
        SpeechText("b"),
    ],
    "```\n<s>\n```</s>": [SpeechText("```\n<s>\n```")],
    "Code: ```xml\n<think>\n``` <think>a</think>": [
        SpeechText("Code: ```xml\n<think>\n``` "),
        ReasoningText("a"),
    ],
    "Type ``` now\n<think>a</think>": [
        SpeechText("Type ``` now\n"),
        ReasoningText("a"),
    ],
    "~~~ a b\n<think>\n```\n~~~~\n<think>a": [
        SpeechText("~~~ a b\n<think>\n```\n~~~~\n"),
        ReasoningText("a"),
    ],
    "a ~~~\n<think>a": [SpeechText("a ~~~\n"), ReasoningText("a")],
    "````\n```\n<think>\n````\n<think>a": [
        SpeechText("````\n```\n<think>\n````\n"),
        ReasoningText("a"),
    ],
    "> ```\n> ```py\n> <think>\n> ```\n<think>a": [
        SpeechText("> ```\n> ```py\n> <think>\n> ```\n"),
        ReasoningText("a"),
    ],
    "``` a `b`\n<think>a": [SpeechText("``` a `b`\n"), ReasoningText("a")],
    "```\na [CONTINUE_LISTENING].\n```": [
        SpeechText("```\na "),
        ContinueListening(),
        SpeechText(".\n```"),
    ],
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
    "a</tool_call>b": [SpeechText("a</tool_call>b")],
    "a</tool_call>": [SpeechText("a")],
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
        "<analysis>",
        "<s>",
        "</s>",
        "`",
        "```",
        "\n```\n",
        "\n~~~",
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


@given(
    # "a" may become the name of a role or a channel that lost its tokens.
    st.text(st.characters(exclude_characters="<[*_~`◁"), max_size=200).filter(
        lambda text: not text.lstrip().startswith(("a", "A"))
    )
)
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


@pytest.mark.parametrize("text", ["hm", "hm </thi", "A </think> tag"])
def test_starts_in_reasoning_and_is_cut(text: str) -> None:
    for chunks in ([text], list(text)):
        speech = SpeechFilter(starts_in_reasoning=True)
        assert not [part for chunk in chunks for part in speech.feed(chunk)]
        assert list(speech.flush(is_cut=True)) == [ReasoningText(text)]
        assert speech.started_in_reasoning is None
        assert not speech.is_verbatim


def test_starts_in_reasoning_without_end() -> None:
    """Without an end of reasoning, the text is speech."""
    parts = _parts("Yes. ", "[CONTINUE_LISTENING]", starts_in_reasoning=True)
    assert parts == [SpeechText("Yes. "), ContinueListening()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hm</think>Yes.", True),
        ("hm <tool_call>{}</tool_call> hm</think>Yes.", True),
        ("hm <tool_call> hm</think>Yes.", True),
        ("It`s hm</think>Yes.", True),
        ("hm\n```\n<think>\n```\n</think>Yes.", True),
        ("hm <analysis> hm</think>Yes.", True),
        ("\n<analysis>hm</analysis>Yes.</think>", False),
        ("Use `</think>`.", False),
        ("Use:\n```\n</think>\n```\n", False),
        ("Yes.<|end|>", False),
        ("Yes.</analysis>", False),
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
        ("<think>hm</think>Yes.</think>", False, None),
        ("<think>hm</think>Yes.", True, False),
        ("<|channel|>analysis<|message|>hm<|end|>Yes.", True, False),
        ("A </think> tag.", False, None),
        ("A </think> tag.", True, False),
        ("", True, None),
        ("Yes.<|end|>", False, None),
        ("Yes.</analysis>", False, None),
        ("Use `</think>`.", False, None),
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes, <s> is a tag.", True),
        ("```\n<s>\n```", True),
        ("<think>hm</think>Yes.", True),
        ("Yes.</s>", False),
        ("<s>Yes.", False),
        ("<tool_call>{}</tool_call>", False),
    ],
)
def test_is_verbatim(text: str, expected: bool) -> None:
    """A text from which a token or a call was removed is not verbatim."""
    speech = SpeechFilter()
    assert list(speech.feed(text)) is not None
    assert list(speech.flush()) is not None
    assert speech.is_verbatim is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # More control tokens than anyone writes about
        (f"a{'<pad>' * 100} \n", "a \n"),
        (f"a{'<pad>' * 100}b", "ab"),
        (f"a<pad>{' ' * MAX_HELD}<pad>b", f"a{' ' * MAX_HELD}b"),
        # A code span that is too long to wait for
        (f"a `<think>{'x' * MAX_SPAN}</think>b`", "a `b`"),
        (
            f"a `<think>{'x' * (MAX_SPAN - 9)}</think>`b",
            f"a `<think>{'x' * (MAX_SPAN - 9)}</think>`b",
        ),
    ],
    ids=range(5),
)
def test_held_text_is_bounded(text: str, expected: str) -> None:
    """Text is not held for long, and every split gives the same speech."""
    for position in range(len(text) + 1):
        parts = _parts(text[:position], text[position:])
        assert _speech(parts) == expected
    assert _speech(_parts(*text)) == expected


def test_reasoning_within_an_answer_ends_soon() -> None:
    """A tag that nothing closes hides no more than is held of it."""
    text = f"On. <reason>{'x' * 9000} and more"
    speech = SpeechFilter()
    parts = list(speech.feed(text))
    assert _speech(parts) == text
    assert not list(speech.flush())


def _speech(parts: list[SpeechPart]) -> str:
    """Return the speech among parts."""
    return "".join(part.text for part in parts if isinstance(part, SpeechText))


@pytest.mark.parametrize(
    "text",
    [
        *("<s>", "a<s>", "`<think>", "```\n", "a\n```\n</s>", "`", "~", "a</s>\n"),
        *("a ``` b\n", "```\n<think>\n```\n", "<|x|>", "a <think>`</think>"),
    ],
)
def test_repetitive_text_is_fast(text: str) -> None:
    """The cost is linear, whatever is repeated."""
    begin = time.process_time()
    for chunks in ([text * 10_000], list(text * 1000)):
        assert _parts(*chunks) is not None
    assert time.process_time() - begin < 5
