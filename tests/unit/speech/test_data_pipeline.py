"""Tests of answers that are data: only what the server adds is removed."""

import time

import pytest

from custom_components.openai_compatible_conversation.speech.data_pipeline import (
    DataPipeline,
)
from custom_components.openai_compatible_conversation.speech.filter import MARKER
from custom_components.openai_compatible_conversation.speech.parts import (
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)

CALL = '<tool_call>{"name": "f"}</tool_call>'


def _parts(
    *chunks: str, has_tools: bool = False, starts_in_reasoning: bool = False
) -> list[SpeechPart]:
    """Return the parts of an answer given in chunks."""
    pipeline = DataPipeline(
        has_tools=has_tools, starts_in_reasoning=starts_in_reasoning
    )
    parts = [part for chunk in chunks for part in pipeline.feed(chunk)]
    return [*parts, *pipeline.flush()]


@pytest.mark.parametrize(
    "text",
    [
        "<s>20</s>",
        " <analysis>a</analysis>\n20",
        "<reasoning>a</reasoning>",
        "20</analysis>",
        '{"tag": "<think>", "end": "</think>", "token": "<|im_end|>"}',
        '["</think>"]',
        '"</think>"',
        "`</think>`",
        "```xml\n<think>\n</think>\n```",
        "Write:\n```\n<think>\n</think>\n```",
        "Use `</think>` to end it.",
        "20 <think>a</think> 20",
        "a</s>b<|im_end|> c",
        "Llama puts <s> before a prompt.",
        "Put it between <s> and </s>",
        "[INST] Hi [/INST]",
        "<|im_start|>user\nHi<|im_end|>",
        f"Say {CALL}",
        CALL,
        "<|python_tag|>f()",
        "[TOOL_CALLS][]",
        "<function=f>{}</function>",
        "\n **Two** [cats](x) 🐈 [ \n",
        f"20 [CONTINUE_{MARKER}LISTENING].",
        f"Say {MARKER} to listen.",
        f"```\n{MARKER}\n```",
        f'{{"a": "{MARKER}"}}',
    ],
)
def test_data_stays(text: str) -> None:
    """What stands inside the data stays byte for byte."""
    pipeline = DataPipeline(has_tools=False)
    assert not [part for char in text for part in pipeline.feed(char)]
    assert list(pipeline.flush()) == [SpeechText(text)]
    assert pipeline.is_verbatim
    assert pipeline.started_in_reasoning is None
    assert not pipeline.full_stop()


@pytest.mark.parametrize(
    ("text", "reasoning", "data"),
    [
        ("<think>\nhm\n</think>\n\n20", "\nhm\n", "20"),
        ("<THINKING >a</thinking>20", "a", "20"),
        ("[THINK]hm[/THINK]<think>no</think>", "hmno", ""),
        ("◁think▷思考◁/think▷はい。", "思考", "はい。"),
        ("<think>a</think> [THINK]b[/THINK] c", "ab", "c"),
        ("<think>a</think><analysis>b</analysis>", "a", "<analysis>b</analysis>"),
        ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
        ("<think></think>20", "", "20"),
        ("<think>no end", "no end", ""),
        ("<s> <think>a</think><s>20</s></s>", "a", "<s>20</s>"),
        (
            (
                "<|channel|>analysis<|message|>a<|end|>"
                "<|start|>assistant<|channel|>final<|message|>20<|return|>"
            ),
            *("a", "20"),
        ),
        ("hm</think>20", "hm", "20"),
        ("It`s <analysis></think>\n20</think>", "It`s <analysis>", "20</think>"),
        ('hm</think>{"a": 1}', "hm", '{"a": 1}'),
        ("20</s>", "", "20"),
        ("20<|end|>", "", "20"),
        ("<s>\n<pad> 20 <|im_end|>\n<eos> ", "", "20 "),
        ("<s><s>20</s>", "", "<s>20</s>"),
        ("<s>20</s></s>", "", "<s>20</s>"),
        ("<eos><|x|>", "", ""),
        (" \n", "", ""),
        (f"20 {MARKER}", "", "20 "),
        (f"20</s>{MARKER}</s>", "", "20"),
        (f"{MARKER}{MARKER} 20", "", "20"),
        (f"{MARKER}<think>a</think>20", "a", "20"),
        (f"<think>a{MARKER}b</think>20", "ab", "20"),
    ],
)
def test_edges(text: str, reasoning: str, data: str) -> None:
    """Reasoning before the data and control tokens at its edges are not data."""
    expected: list[SpeechPart] = [ReasoningText(reasoning)] if reasoning else []
    expected += [SpeechText(data)] if data else []
    assert _parts(text) == expected
    for position in range(len(text) + 1):
        assert _parts(text[:position], text[position:]) == expected
    pipeline = DataPipeline(has_tools=False)
    assert list(pipeline.feed(text)) == []
    assert list(pipeline.flush()) == expected
    assert not (data and pipeline.is_verbatim)


@pytest.mark.parametrize(
    ("text", "known", "started", "data"),
    [
        ("hm</think>20", False, True, "20"),
        ("hm</think>20", True, True, "20"),
        ("20", True, False, "20"),
        ("20", False, None, "20"),
        ("<think>hm</think>20", False, None, "20"),
        ("<think>hm</think>20", True, False, "20"),
        ('{"a": "</think>"}', True, False, '{"a": "</think>"}'),
    ],
)
def test_started_in_reasoning(
    text: str, known: bool, started: bool | None, data: str
) -> None:
    """An end of reasoning without a start shows that the answer started inside it."""
    pipeline = DataPipeline(has_tools=False, starts_in_reasoning=known)
    assert list(pipeline.feed(text)) == []
    assert list(pipeline.flush())[-1] == SpeechText(data)
    assert pipeline.started_in_reasoning is started


def test_reasoning_arrives_at_once() -> None:
    """Reasoning from its own field is not held back, apart from a marker in it."""
    pipeline = DataPipeline(has_tools=False)
    assert list(pipeline.feed_reasoning("Hm. [CONT")) == [ReasoningText("Hm. ")]
    assert list(pipeline.feed_reasoning("INUE_LISTENING][")) == []
    assert list(pipeline.flush()) == [ReasoningText("[")]


def test_text_after_flush() -> None:
    """Text after a tool call is data as well; a second flush yields nothing more."""
    pipeline = DataPipeline(has_tools=True, starts_in_reasoning=True)
    assert list(pipeline.feed("hm</think>Wait.</s>")) == []
    assert list(pipeline.flush()) == [ReasoningText("hm"), SpeechText("Wait.")]
    assert list(pipeline.flush()) == []
    assert list(pipeline.feed("20</s>")) == []
    assert list(pipeline.flush()) == [SpeechText("20")]
    assert pipeline.started_in_reasoning is True


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"a {CALL} b", ["a ", TextToolCall('{"name": "f"}', CALL), " b"]),
        (
            "<function=f>{}</function>",
            [TextToolCall("<function=f>{}", "<function=f>{}</function>")],
        ),
        (
            "<|python_tag|>f(a=1)<|eom_id|>",
            [TextToolCall("<|python_tag|>f(a=1)", "<|python_tag|>f(a=1)")],
        ),
        ("<tool_call>{", [TextToolCall("{", "<tool_call>{")]),
        ("a</tool_call>", ["a</tool_call>"]),
    ],
)
def test_tool_calls(text: str, parts: list[str | TextToolCall]) -> None:
    """With tools, calls in the text are found, with the text that they stand in."""
    expected = [SpeechText(part) if isinstance(part, str) else part for part in parts]
    pipeline = DataPipeline(has_tools=True)
    assert list(pipeline.feed(text)) == []
    assert list(pipeline.flush()) == expected
    assert pipeline.is_verbatim is all(isinstance(part, str) for part in parts)


@pytest.mark.parametrize(
    "text", ["<s>", "</s>", "<think>", "</think>", "a</s>", "<tool_call>", "`", MARKER]
)
def test_repetitive_text_is_fast(text: str) -> None:
    """The cost is linear, whatever is repeated."""
    begin = time.process_time()
    for has_tools in (True, False):
        assert _parts(text * 50_000, has_tools=has_tools) is not None
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("20<|im_end|>\n<|im_start|>user\nThanks<|im_end|>", "20"),
        ("20<end_of_turn>\n<start_of_turn>user\nThanks", "20"),
        ("20</think>", "20"),
        ("20</think><|im_end|>", "20"),
    ],
)
def test_invented_turn_and_late_end(text: str, data: str) -> None:
    """What follows the end of an answer is no data, and its end teaches nothing."""
    pipeline = DataPipeline(has_tools=False)
    assert list(pipeline.feed(text)) == []
    assert list(pipeline.flush()) == [SpeechText(data)]
    assert pipeline.started_in_reasoning is None
