"""Tests of tool calls in ordinary notations, and of texts that only look like them."""

from itertools import pairwise
import json
import time
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.openai_compatible_conversation.speech.blocks import MAX_RAW
from custom_components.openai_compatible_conversation.speech.call_reader import MAX_HELD
from custom_components.openai_compatible_conversation.speech.data_pipeline import (
    DataPipeline,
)
from custom_components.openai_compatible_conversation.speech.filter import (
    MARKER,
    SpeechFilter,
)
from custom_components.openai_compatible_conversation.speech.parts import (
    ReasoningText,
    SpeechPart,
    SpeechText,
    TextToolCall,
)
from custom_components.openai_compatible_conversation.speech.text_tool_calls import (
    parse_tool_calls,
)
from custom_components.openai_compatible_conversation.speech.tool_names import ToolNames

from .call_corpus import (
    ALONE,
    CALL,
    FAMILIES,
    LAMP,
    NAMES,
    ON,
    OTHER_TEXTS,
    TEXTS,
    Calls,
)
from .test_text_tool_calls import FORMATS


def _parts(*chunks: str, names: ToolNames | None = NAMES) -> list[SpeechPart]:
    """Return the parts of a text given in chunks, with adjacent text parts merged."""
    speech = SpeechFilter(names=names)
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


def _spoken(parts: list[SpeechPart]) -> str:
    """Return the speech among parts."""
    return "".join(part.text for part in parts if isinstance(part, SpeechText))


def _calls(parts: list[SpeechPart]) -> Calls:
    """Return the calls among parts."""
    return [
        call
        for part in parts
        if isinstance(part, TextToolCall)
        for call in parse_tool_calls(part.text)
    ]


def _chunkings(text: str) -> list[list[str]]:
    """Return a text in single characters, and cut in two everywhere."""
    cuts = [[text[:position], text[position:]] for position in range(len(text) + 1)]
    return [list(text), *cuts]


@pytest.mark.parametrize(("text", "calls"), ALONE.values(), ids=ALONE)
def test_call(text: str, calls: Calls) -> None:
    parts = _parts(text)
    assert _calls(parts) == calls
    assert all(NAMES.resolve(name) for name, _ in calls)
    assert not _spoken(parts).strip()
    for chunks in _chunkings(text):
        assert _parts(*chunks) == parts


@pytest.mark.parametrize(("text", "calls"), ALONE.values(), ids=ALONE)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Sure, I will.\n", ""),
        ("To turn it on, use this:\n\n", "\n\nThat turns it on."),
        ("<think>hm</think>\n\n", ""),
        ("<|im_start|>assistant\n", "<|im_end|>"),
        ("<think>\n{hm</think>", "\n"),
    ],
)
def test_call_within_text(text: str, calls: Calls, before: str, after: str) -> None:
    if text in {ALONE[name][0] for name in ALONE if _is_open(name)}:
        # The end of the text is the end of the call.
        after = ""
    parts = _parts(before + text + after)
    assert _calls(parts) == calls
    speech = _spoken(parts).split()
    expected = f"{before if before[0] != '<' else ''} {after.replace('<|im_end|>', '')}"
    assert speech == expected.split()
    assert _parts(*before, *text, *after) == parts


def _is_open(name: str) -> bool:
    """Return whether a call ends with the text."""
    return "cut" in name or "end" in name or name in {"python_tag", "Python, nothing"}


@pytest.mark.parametrize(("text", "calls"), FAMILIES.values(), ids=FAMILIES)
def test_call_of_a_family(text: str, calls: Calls) -> None:
    parts = _parts(text)
    assert _resolved(_calls(parts)) == _resolved(calls)
    assert not _spoken(parts).strip()
    for chunks in _chunkings(text):
        assert _parts(*chunks) == parts


def _resolved(calls: Calls) -> list[tuple[str | None, dict[str, Any]]]:
    """Return calls with the names of their tools."""
    return [(NAMES.resolve(name), arguments) for name, arguments in calls]


@pytest.mark.parametrize("text", OTHER_TEXTS.values(), ids=OTHER_TEXTS)
def test_other_text(text: str) -> None:
    assert _parts(text) == [SpeechText(text)]
    for chunks in _chunkings(text):
        assert _parts(*chunks) == [SpeechText(text)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text(text: str) -> None:
    assert _parts(text) == [SpeechText(text)]
    for chunks in _chunkings(text):
        assert _parts(*chunks) == [SpeechText(text)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_between_texts(text: str) -> None:
    text = f"Look:\n\n{text}\n\nThat is all."
    assert _parts(text) == [SpeechText(text)]
    assert _parts(*text) == [SpeechText(text)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_in_data(text: str) -> None:
    """The answer of a task stays what it is."""
    pipeline = DataPipeline(has_tools=True, names=NAMES)
    assert list(pipeline.feed(text)) == []
    assert list(pipeline.flush()) == [SpeechText(text)]


@pytest.mark.parametrize(("text", "calls"), ALONE.values(), ids=ALONE)
def test_call_in_data(text: str, calls: Calls) -> None:
    pipeline = DataPipeline(has_tools=True, names=NAMES)
    assert list(pipeline.feed(f"Sure.\n{text}")) == []
    parts = list(pipeline.flush())
    assert parts[0] == SpeechText("Sure.\n")
    assert _calls(parts) == calls


def test_corpora() -> None:
    texts = {*TEXTS.values(), *OTHER_TEXTS.values()}
    calls = {text for text, _ in (*ALONE.values(), *FAMILIES.values())}
    assert len(texts) >= len(calls) + len(FORMATS)
    assert not texts & calls


FRAGMENTS = st.sampled_from(
    [
        *(text for text, _ in ALONE.values()),
        *TEXTS.values(),
        *("\n", " ", "```", "`", "{", "}", "[", "]", "Hi.", ON, "(", "<tools>"),
        *(
            "<think>",
            "</think>",
            "</s>",
            MARKER,
            "<|im_end|>",
            "```json\n",
            '{"name": "',
        ),
    ]
)


@given(st.lists(FRAGMENTS, max_size=6), st.data())
def test_random_text_and_splits(fragments: list[str], data: st.DataObject) -> None:
    text = "".join(fragments)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    chunks = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]
    whole = _parts(text)
    assert _parts(*chunks) == whole
    assert _parts(*text) == whole


@pytest.mark.parametrize("text", [*(TEXTS.values()), CALL, f"```json\n{CALL}\n```"])
def test_without_tools(text: str) -> None:
    assert _parts(text, names=None) == [SpeechText(text)]
    assert _parts(*text, names=None) == [SpeechText(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What was held is text as any other.
        (
            "{<think>hm</think>a}",
            [SpeechText("{"), ReasoningText("hm"), SpeechText("a}")],
        ),
        ("[THINK]hm[/THINK]a", [ReasoningText("hm"), SpeechText("a")]),
        ('{"a": 1}<|im_end|>', [SpeechText('{"a": 1}')]),
        ("```\n<think>a</think>\n```", [SpeechText("```\n<think>a</think>\n```")]),
        ("get<think>a</think>", [SpeechText("get"), ReasoningText("a")]),
        (
            f"```json\n{CALL}\n\nI did it.",
            [
                TextToolCall(f"```json\n{CALL}", f"```json\n{CALL}"),
                SpeechText("I did it."),
            ],
        ),
        (
            f"{CALL} Done. {CALL}",
            [TextToolCall(CALL, CALL), SpeechText(f" Done. {CALL}")],
        ),
        (
            f"```\n{{}}\n{CALL}\n```",
            [SpeechText(f"```\n{{}}\n{CALL}\n```")],
        ),
        (
            f"<think>{CALL}\n{CALL}</think>Hi",
            [ReasoningText(f"{CALL}\n{CALL}"), SpeechText("Hi")],
        ),
    ],
)
def test_released(text: str, expected: list[SpeechPart]) -> None:
    for chunks in _chunkings(text):
        assert [_without_space(p) for p in _parts(*chunks)] == [
            _without_space(p) for p in expected
        ]


def _without_space(part: SpeechPart) -> SpeechPart:
    """Return text without the white space around it."""
    return SpeechText(part.text.strip()) if isinstance(part, SpeechText) else part


@pytest.mark.parametrize("length", [MAX_HELD, 2 * MAX_HELD])
def test_arguments_before_the_name_are_bounded(length: int) -> None:
    text = json.dumps({"arguments": {"a": "x" * length}, "name": ON})
    for chunks in ([text], list(text), [text[:99], text[99:]]):
        assert _parts(*chunks) == [SpeechText(text)]
    speech = SpeechFilter(names=NAMES)
    assert list(speech.feed(text[: MAX_HELD + 20]))


def test_long_arguments_after_the_name() -> None:
    arguments = {"a": "x" * 5 * MAX_HELD}
    text = json.dumps({"name": ON, "arguments": arguments})
    assert _calls(_parts(*text)) == [(ON, arguments)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "{",
            "[",
            '{"name": "',
            "```",
            "```\n",
            "<tools>",
            "{\n",
            f"{ON}\n",
            "get_time(",
        ),
        *(f"{CALL}\n", f"```\n{CALL}\n", f"<tools>{CALL}", '{"arguments": {"a":', "\n"),
        *('<invoke name="get_time">', "<function_calls>", "[[", "get\n", f"[{CALL},"),
    ],
)
def test_repetitive_text_is_fast(text: str) -> None:
    begin = time.process_time()
    for chunks in ([text * 5_000], list(text * 500)):
        assert _parts(*chunks) is not None
    pipeline = DataPipeline(has_tools=True, names=NAMES)
    assert list(pipeline.feed(text * 5_000)) == []
    assert list(pipeline.flush()) is not None
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    "white", ["\u00a0", "\u3000", "\r", "\f", "\v", "\u2028", "\x85"]
)
@pytest.mark.parametrize("before", ["", "Hi.\n"])
def test_white_space_before_a_call(white: str, before: str) -> None:
    """However it is cut, the result is the same."""
    text = f"{before}{white}{CALL}"
    whole = _parts(text)
    assert _calls(whole) == [(ON, LAMP)]
    for chunks in _chunkings(text):
        assert _parts(*chunks) == whole


@pytest.mark.parametrize(
    "text",
    [
        f'<tool_call>{CALL}</tool_call>\n<tool_response>\n{{"success": true}}\n</tool_response>',
        f"```json\n{CALL}\n```\n```tool_outputs\nok\n```",
        f"Action: ```json\n[{CALL}]\n```",
        f"`<tool_call>{CALL}</tool_call>`",
        f"```xml\n<function={ON}>\n<parameter=name>\nLamp\n</parameter>\n</function>\n```",
        f"<|header_start|>assistant<|header_end|>\n\n{CALL}<|eot|>",
        f"<tools>{CALL}<tools>",
        f"<tools>{CALL}</tool>",
        f"{CALL}</tools>",
        f"<tool_call>{CALL}</tool_call><sep>",
        f"<tool_call>{CALL}</tool_call><|im_end|>\n<|im_start|>user\nThanks",
    ],
)
def test_nothing_of_it_is_spoken(text: str) -> None:
    """What models write around a call is not spoken."""
    parts = _parts(text)
    assert _resolved(_calls(parts)) == [(ON, LAMP)]
    assert not _spoken(parts).strip()
    for chunks in _chunkings(text):
        assert _parts(*chunks) == parts


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("analysisThe user greets.assistantfinalHello there!", "Hello there!"),
        (
            "It is on.<|im_end|>\n<|im_start|>user\nThanks<|im_end|>\n<|im_start|>assistant\nWelcome.",
            "It is on.",
        ),
        ("It is on.<end_of_turn>\n<start_of_turn>user\nThanks", "It is on."),
        (
            "It is on.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nThanks",
            "It is on.",
        ),
        ("It is on.<|end|><|user|>Thanks<|end|><|assistant|>Welcome.", "It is on."),
        ("<think>hm</think>\n<answer>\nHello.\n</answer>", "Hello."),
        ("<think>hm</think>\n<response>\nHello.\n</response>", "Hello."),
    ],
)
def test_spoken(text: str, spoken: str) -> None:
    for chunks in _chunkings(text):
        assert _spoken(_parts(*chunks)).strip() == spoken


def test_brace_missing_before_text() -> None:
    text = f"{CALL[:-1]}\nIt is on."
    for chunks in _chunkings(text):
        parts = _parts(*chunks)
        assert _calls(parts) == [(ON, LAMP)]
        assert _spoken(parts) == "It is on."


def test_call_of_an_action() -> None:
    """A model trained for another integration calls actions, which are not spoken."""
    call = '{"service": "light.turn_on", "target_device": "light.a", "brightness": 5}'
    arguments = {"target_device": "light.a", "brightness": 5}
    for text in (call, f"```homeassistant\n{call}\n```"):
        for chunks in _chunkings(text):
            parts = _parts(*chunks)
            assert _calls(parts) == [("light.turn_on", arguments)]
            assert parts == [TextToolCall(text, "")]
        pipeline = DataPipeline(has_tools=True, names=NAMES)
        assert list(pipeline.feed(text)) == []
        assert list(pipeline.flush()) == [TextToolCall(text, text)]


def test_raw_analysis_is_bounded() -> None:
    """A text that only begins like a channel without its tokens is the answer."""
    for text in ("analysisXY", f"analysis{'x' * 2 * MAX_RAW} assistantfinal Hi"):
        for chunks in (list(text), [text], [text[:99], text[99:]]):
            assert _parts(*chunks) == [SpeechText(text)]
    speech = SpeechFilter(names=NAMES)
    assert list(speech.feed("analysisXY")) == []
    assert list(speech.flush(is_cut=True)) == [ReasoningText("XY")]
