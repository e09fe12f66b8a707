"""Tests of tool calls in ordinary notations, and of texts that only look like them."""

from itertools import pairwise
import json
import time
from typing import Any

from hypothesis import given, strategies as st
import pytest

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

ON, OFF = "intent__HassTurnOn", "intent__HassTurnOff"
NAMES = ToolNames(
    (name, name)
    for name in (ON, OFF, "get_time", "mcp__a__find", "mcp__b__find", "query_facts")
)
LAMP: dict[str, Any] = {"name": "Lamp"}
CALL = json.dumps({"name": ON, "arguments": LAMP})
OTHER = json.dumps({"name": OFF, "arguments": LAMP})

type Calls = list[tuple[str, dict[str, Any]]]

KITCHEN = {"name": "Kitchen Light", "domain": "light", "floor": ""}

SAMPLES: dict[str, tuple[str, Calls]] = {
    # Written by Qwen2.5-Coder-1.5B
    "qwen fence": (
        (
            '```json\n{"name": "intent__HassTurnOn", "arguments": {"name": "Kitchen '
            'Light", "domain": "light", "floor": ""}}\n```'
        ),
        [(ON, KITCHEN)],
    ),
    "qwen tools": (
        (
            '<tools>{"name": "intent__HassTurnOff", "arguments": {"name": "Smart Lock", '
            '"domain": "lock"}}</tools>'
        ),
        [(OFF, {"name": "Smart Lock", "domain": "lock"})],
    ),
    "qwen braces": (
        (
            '{{"name": "intent__HassTurnOn", "arguments": {"name": "Kitchen Light", '
            '"domain": ["light"]}}}'
        ),
        [(ON, {"name": "Kitchen Light", "domain": ["light"]})],
    ),
}
"""Answers that are one call and nothing else."""

ALONE: dict[str, tuple[str, Calls]] = {
    **SAMPLES,
    "fence": (f"```\n{CALL}\n```", [(ON, LAMP)]),
    "fence of tildes": (f"~~~tool\n{CALL}\n~~~", [(ON, LAMP)]),
    "long fence": (f"````json\n{CALL}\n````", [(ON, LAMP)]),
    "fence in a line": (f"```json {CALL} ```", [(ON, LAMP)]),
    "fence without end": (f"```json\n{CALL}", [(ON, LAMP)]),
    "fence that is cut": (f"```json\n{CALL}\n``", [(ON, LAMP)]),
    "fence with a list": (
        f"```json\n[\n  {CALL},\n  {OTHER}\n]\n```",
        [(ON, LAMP), (OFF, LAMP)],
    ),
    "fence with several": (
        f"```json\n{CALL}\n{OTHER}\n```",
        [(ON, LAMP), (OFF, LAMP)],
    ),
    "fence with a comment": (f"```json\n{CALL}\n// That is all.\n```", [(ON, LAMP)]),
    "fence with another object": (f'```json\n{CALL}\n{{"a": 1}}\n```', [(ON, LAMP)]),
    "fence with a tag": (f"```xml\n<tool_call>{CALL}</tool_call>\n```", [(ON, LAMP)]),
    "fence with tools": (f"```xml\n<tools>\n{CALL}\n</tools>\n```", [(ON, LAMP)]),
    "JSON": (CALL, [(ON, LAMP)]),
    "indented": (
        json.dumps(json.loads(CALL), indent=2),
        [(ON, LAMP)],
    ),
    "list": (f"[{CALL}, {OTHER}]", [(ON, LAMP), (OFF, LAMP)]),
    "list with another object": (f'[{CALL}, {{"a": [1]}}]', [(ON, LAMP)]),
    "surplus": (CALL + "}}]", [(ON, LAMP)]),
    "two braces": ("{" + CALL + "}", [(ON, LAMP)]),
    "two braces, one end": ("{" + CALL, [(ON, LAMP)]),
    "without namespace": (CALL.replace("intent__", ""), [("HassTurnOn", LAMP)]),
    "functions.": (
        CALL.replace("intent__", "functions.intent__"),
        [(f"functions.{ON}", LAMP)],
    ),
    "channel": (
        CALL.replace(ON, f"{ON}<|channel|>commentary"),
        [(f"{ON}<|channel|>commentary", LAMP)],
    ),
    "arguments first": (
        json.dumps({"arguments": LAMP, "name": ON}),
        [(ON, LAMP)],
    ),
    "tool, args": (json.dumps({"tool": ON, "args": LAMP}), [(ON, LAMP)]),
    "tool_name, input": (json.dumps({"tool_name": ON, "input": LAMP}), [(ON, LAMP)]),
    "function, parameters": (
        json.dumps({"function": ON, "parameters": LAMP}),
        [(ON, LAMP)],
    ),
    "function_name, params": (
        json.dumps({"function_name": ON, "params": LAMP}),
        [(ON, LAMP)],
    ),
    "action, action_input": (
        json.dumps({"action": ON, "action_input": LAMP}),
        [(ON, LAMP)],
    ),
    "recipient_name": (
        json.dumps({"recipient_name": f"functions.{ON}", "parameters": LAMP}),
        [(f"functions.{ON}", LAMP)],
    ),
    "arguments as text": (
        json.dumps({"name": ON, "arguments_json": json.dumps(LAMP)}),
        [(ON, LAMP)],
    ),
    "no arguments": ('{"name": "get_time", "arguments": {}}', [("get_time", {})]),
    "null arguments": ('{"name": "get_time", "arguments": null}', [("get_time", {})]),
    "OpenAI": (
        json.dumps(
            {
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": ON, "arguments": json.dumps(LAMP)},
                    }
                ]
            }
        ),
        [(ON, LAMP)],
    ),
    "function_call": (
        json.dumps({"function_call": {"name": ON, "arguments": LAMP}}),
        [(ON, LAMP)],
    ),
    "name as key": (json.dumps({ON: LAMP}), [(ON, LAMP)]),
    "single quotes": (
        "{'name': 'get_time', 'arguments': {'utc': True, 'zone': None, 'a': 'it\\'s'}}",
        [("get_time", {"utc": True, "zone": None, "a": "it's"})],
    ),
    "trailing comma": (
        '{"name": "get_time", "arguments": {"utc": true,},}',
        [("get_time", {"utc": True})],
    ),
    "bare keys": (
        '{name: "get_time", arguments: {utc: false}}',
        [("get_time", {"utc": False})],
    ),
    "line break in a string": (
        '{"name": "get_time", "arguments": {"a": "b\nc"}}',
        [("get_time", {"a": "b\nc"})],
    ),
    "half cut, no end": (CALL[:-1], [(ON, LAMP)]),
    "half cut, no ends": (CALL[:-2], [(ON, LAMP)]),
    "half cut, open string": (CALL[:-3], [(ON, LAMP)]),
    "half cut, after a comma": (CALL[:-2] + ",", [(ON, LAMP)]),
    "half cut, in a key": (CALL[:-2] + ', "are', [(ON, LAMP)]),
    "half cut, in a list": (
        CALL[:-2] + ', "domain": ["light"',
        [(ON, {**LAMP, "domain": ["light"]})],
    ),
    "Python": (
        'get_time(utc=True, zone="a")',
        [("get_time", {"utc": True, "zone": "a"})],
    ),
    "Python, nothing": ("get_time()", [("get_time", {})]),
    "Python, list": (
        f'[{ON}(name="Lamp"), {OFF}(name="Lamp")]',
        [(ON, LAMP), (OFF, LAMP)],
    ),
    "Python, fence": (
        f'```python\n{ON}(name="Lamp")\n{OFF}(\n    name="Lamp",\n)\n```',
        [(ON, LAMP), (OFF, LAMP)],
    ),
    "Python, object": ('get_time({"utc": True})', [("get_time", {"utc": True})]),
    "name before JSON": (f'{ON} {{"name": "Lamp"}}', [(ON, LAMP)]),
    "name before JSON, fence": (f'```\n{ON}\n{{"name": "Lamp"}}\n```', [(ON, LAMP)]),
    "name with a channel": (
        f'{ON}<|channel|>commentary {{"name": "Lamp"}}',
        [(ON, LAMP)],
    ),
    "invoke": (
        (
            f'<function_calls>\n<invoke name="{ON}">\n<parameter name="name">Lamp'
            '</parameter>\n<parameter name="floor">null</parameter>\n</invoke>\n'
            "</function_calls>"
        ),
        [(ON, {**LAMP, "floor": None})],
    ),
    "two invokes": (
        (
            f'<function_calls><invoke name="{ON}"><parameter name="name">Lamp</parameter>'
            '</invoke><invoke name="get_time"></invoke></function_calls>'
        ),
        [(ON, LAMP), ("get_time", {})],
    ),
    "invoke alone": (
        f'<invoke name="{ON}"><parameter name="name">Lamp</parameter></invoke>',
        [(ON, LAMP)],
    ),
    "function_calls, JSON": (
        f"<function_calls>[{CALL}]</function_calls>",
        [(ON, LAMP)],
    ),
    "tools without end": (f"<tools>\n{CALL}", [(ON, LAMP)]),
    "MiniMax": (
        (
            f'<minimax:tool_call>\n<invoke name="{ON}">\n<parameter name="name">Lamp'
            "</parameter>\n</invoke>\n</minimax:tool_call>"
        ),
        [(ON, LAMP)],
    ),
    "DSML": (
        (
            '<｜DSML｜function_calls>\n<｜DSML｜invoke name="get_time">\n'
            '<｜DSML｜parameter name="a" string="true">5</｜DSML｜parameter>\n'
            '<｜DSML｜parameter name="b" string="false">5</｜DSML｜parameter>\n'
            '<｜DSML｜parameter name="c" string="false">null</｜DSML｜parameter>\n'
            "</｜DSML｜invoke>\n</｜DSML｜function_calls>"
        ),
        [("get_time", {"a": "5", "b": 5, "c": None})],
    ),
    "Gemma": (
        (
            '<|tool_call>call:get_time{a:<|"|>say "x"<|"|>,b:5,c:[<|"|>d<|"|>],'
            "e:{f:true}}<tool_call|><|tool_response>"
        ),
        [("get_time", {"a": 'say "x"', "b": 5, "c": ["d"], "e": {"f": True}})],
    ),
    "python_tag": (f'<|python_tag|>{ON}(name="Lamp")<|eom_id|>', [(ON, LAMP)]),
    "harmony": (
        (
            f"<|channel|>commentary to=functions.{ON} <|constrain|>json<|message|>"
            '{"name": "Lamp"}<|call|>'
        ),
        [(ON, LAMP)],
    ),
    "harmony, role first": (
        (
            f"<|start|>assistant to=functions.{ON}<|channel|>commentary json<|message|>"
            '{"name": "Lamp"}<|call|>'
        ),
        [(ON, LAMP)],
    ),
    "harmony, without end": (
        f'<|channel|>commentary to=functions.{ON}<|message|>{{"name": "Lamp"}}',
        [(ON, LAMP)],
    ),
}
"""Texts that are nothing but calls."""

TEXTS = {
    "JSON answer": '{"temperature": 21, "unit": "°C"}',
    "JSON list": '[{"room": "Kitchen", "on": true}, {"room": "Bath", "on": false}]',
    "device": '{"name": "Kitchen Light", "state": "on"}',
    "devices": '[{"name": "Lamp", "id": 1}, {"name": "Fan", "id": 2}]',
    "indented devices": json.dumps(
        [{"name": "Lamp", "type": "light"}, {"name": "Fan", "type": "fan"}], indent=2
    ),
    "fenced devices": '```json\n{"devices": [{"name": "Lamp"}]}\n```',
    "unknown tool": '{"name": "launch", "arguments": {"where": "moon"}}',
    "unknown tool, fence": '```json\n{"name": "launch", "arguments": {}}\n```',
    "unknown tool, tag": '<tools>{"name": "launch", "arguments": {}}</tools>',
    "unknown tool, invoke": '<invoke name="launch"></invoke>',
    "ambiguous name": '{"name": "find", "arguments": {}}',
    "known tool's name alone": f'{{"name": "{ON}"}}',
    "known tool with state": f'{{"name": "{ON}", "state": "on"}}',
    "arguments are no object": f'{{"name": "{ON}", "arguments": [1]}}',
    "arguments are text": f'{{"name": "{ON}", "arguments": "on"}}',
    "name is no text": '{"name": 7, "arguments": {}}',
    "definition": (
        f'{{"name": "{ON}", "description": "Turns on", "parameters": '
        '{"type": "object", "properties": {}}}'
    ),
    "short definition": (
        f'{{"name": "{ON}", "parameters": {{"type": "object", "properties": {{}}}}}}'
    ),
    "definition, fence": (
        f'```json\n{{"type": "function", "function": {{"name": "{ON}", "description": '
        '"Turns on"}}\n```'
    ),
    "described tools": f'{{"{ON}": {{"description": "Turns on"}}}}',
    "automation": '{"alias": "Night", "actions": [{"action": "light.turn_off"}]}',
    "action": '{"action": "light.turn_on", "data": {"entity_id": "light.lamp"}}',
    "call within an answer": (f'{{\n  "example": [\n    {CALL}\n  ]\n}}'),
    "half cut name": f'{{"name": "{ON[:-3]}',
    "half cut before the arguments": f'{{"name": "{ON}"',
    "half cut key": '{"na',
    "brace": "{",
    "bracket": "[",
    "braces": "{{ states('sensor.a') }}",
    "template": "{% if a %}b{% endif %}",
    "set": "{1, 2, 3}",
    "empty object": "{}",
    "empty list": "[]",
    "numbers": "[1, 2, 3]",
    "note": "[note] See [1].",
    "link": f"[{ON}](https://example.org) turns on.",
    "quoted in a line": f"Write {CALL} to turn it on.",
    "in a code span": f"Write `{CALL}` to turn it on.",
    "list item": f"- {CALL}",
    "quotation": f"> {CALL}",
    "table": f"| Tool | Use |\n|---|---|\n| {ON} | {CALL} |",
    "python": "```python\nimport time\n\nprint(get_time())\n```",
    "python, name in a line": "```python\nnow = get_time(utc=True)\n```",
    "function definition": "```python\ndef get_time(utc=True):\n    return now(utc)\n```",
    "yaml": "```yaml\naction: light.turn_on\ntarget:\n  entity_id: light.lamp\n```",
    "yaml call": f"name: {ON}\narguments:\n  name: Lamp",
    "bash": '```bash\ncurl -d \'{"name": "a"}\' http://x\n```',
    "json in bash": f"```bash\necho '{CALL}'\n```",
    "javascript": '```js\nconst a = {"name": "b"};\nget_time(1);\n```',
    "javascript object": "```js\n{ let a = 1; }\n```",
    "c": "```c\n{\n  int name = 1;\n}\n```",
    "css": "```css\n.a { color: red }\n```",
    "html": "```html\n<b>Hi</b>\n```",
    "xml": "```xml\n<tools><tool>Hammer</tool></tools>\n```",
    "go": "```go\nfunc main() {\n\tget_time()\n}\n```",
    "plain fence": "```\nGood morning\n```",
    "empty fence": "```\n```",
    "fence of a word": "Say ```please``` and wait.",
    "tilde": "~5 degrees",
    "tildes": "~~~\nHi\n~~~",
    "tags in a sentence": "Use <tools> and <function_calls> and <invoke name=...>.",
    "hammer": "<tools>Hammer, saw</tools>",
    "signature": "get_time(utc: bool) returns the time.",
    "positional": "get_time(1)",
    "variable": "get_time(utc=utc)",
    "docs": f'{ON}(name="Lamp") turns on the lamp.',
    "list of tools": f"- {ON}: turns on\n- {OFF}: turns off",
    "heading": f"{ON}\n\nTurns something on.",
    "name first": f"{ON} turns on a light.",
    "word that begins like a tool": "get_timer is no tool.\nintent is a word.",
    "answer": "It is on.\nThe other one is off.\n\nAnything else?",
    "lines": "query\nintent\nget\nmcp",
    "late": "Well.\n\n{not a call}",
}
"""Texts without a call, which stay byte for byte."""


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
    assert len(TEXTS) >= len(ALONE) - 5
    assert len(ALONE) >= 50


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
    begin = time.perf_counter()
    for chunks in ([text * 5_000], list(text * 500)):
        assert _parts(*chunks) is not None
    pipeline = DataPipeline(has_tools=True, names=NAMES)
    assert list(pipeline.feed(text * 5_000)) == []
    assert list(pipeline.flush()) is not None
    assert time.perf_counter() - begin < 5
