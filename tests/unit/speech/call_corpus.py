"""Texts that are tool calls, and texts that only look like them."""

import json
from typing import Any

from custom_components.openai_compatible_conversation.speech.tool_names import ToolNames

ON, OFF = "intent__HassTurnOn", "intent__HassTurnOff"
TARGET = ("name", "area", "floor", "domain")
PARAMETERS = {
    ON: TARGET,
    OFF: TARGET,
    "get_time": ("utc", "zone", "a", "b", "c", "e"),
    "query_facts": (),
    "mcp__a__find": ("what",),
    "mcp__b__find": ("what",),
}
NAMES = ToolNames(((name, name) for name in PARAMETERS), PARAMETERS.__getitem__)
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

ARGS = json.dumps(LAMP)
PY = f'{ON}(name="Lamp")'
CUT = CALL[:-1]
"""A call whose last brace was forgotten."""

FAMILIES: dict[str, tuple[str, Calls]] = {
    # Gemma writes its calls so
    "tool_code, print": (f"```tool_code\nprint({PY})\n```", [(ON, LAMP)]),
    "tool_code, print, default_api": (
        f"```tool_code\nprint(default_api.{PY})\n```",
        [(f"default_api.{ON}", LAMP)],
    ),
    "python, print": (f"```python\nprint({PY})\n```", [(ON, LAMP)]),
    "print alone": (f"print({PY})", [(ON, LAMP)]),
    "FunctionGemma": (
        f"<start_function_call>call:{ON}{{name:<escape>Lamp<escape>}}<end_function_call>",
        [(ON, LAMP)],
    ),
    # A brace too few
    "brace missing, fence": (f"```json\n{CUT}\n```", [(ON, LAMP)]),
    "two braces missing, fence": (f"```json\n{CUT[:-1]}\n```", [(ON, LAMP)]),
    "brace missing, tools": (f"<tools>{CUT}</tools>", [(ON, LAMP)]),
    # Our own form for servers without tools, and that of many scripts
    "name as argument, in brackets": (f"{ON}({ARGS})", [(ON, LAMP)]),
    "name as argument, js": (f"```js\n{ON}({ARGS});\n```", [(ON, LAMP)]),
    "name as argument, tag": (f"<tool_call>{ON}({ARGS})</tool_call>", [(ON, LAMP)]),
    # What JSON has and Python has not
    "Python with null": (
        "get_time(utc=true, zone=null)",
        [("get_time", {"utc": True, "zone": None})],
    ),
    "Python with a comment": (f"{PY}  # turn it on", [(ON, LAMP)]),
    "Python with a full stop": (f"{PY}.", [(ON, LAMP)]),
    # More keys
    "status": (
        json.dumps(
            {
                "type": "function_call",
                "name": ON,
                "arguments": ARGS,
                "call_id": "1",
                "status": "completed",
            }
        ),
        [(ON, LAMP)],
    ),
    "description": (
        json.dumps({"name": ON, "arguments": LAMP, "description": "Turns on the lamp"}),
        [(ON, LAMP)],
    ),
    "comment": (
        json.dumps({"name": ON, "arguments": LAMP, "comment": "on"}),
        [(ON, LAMP)],
    ),
    "response": (
        json.dumps({"name": ON, "arguments": LAMP, "response": "It is on."}),
        [(ON, LAMP)],
    ),
    "thought": (
        json.dumps({"thought": "On it is.", "action": ON, "action_input": LAMP}),
        [(ON, LAMP)],
    ),
    "message": (
        json.dumps(
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"function": {"name": ON, "arguments": ARGS}}],
            }
        ),
        [(ON, LAMP)],
    ),
    "tool as object": (
        json.dumps({"tool": {"name": ON, "arguments": LAMP}}),
        [(ON, LAMP)],
    ),
    "method, params": (json.dumps({"method": ON, "params": LAMP}), [(ON, LAMP)]),
    "arguments in a list": (
        json.dumps({"name": ON, "arguments": [LAMP]}),
        [(ON, LAMP)],
    ),
    "empty list of arguments": (
        '{"name": "get_time", "arguments": []}',
        [("get_time", {})],
    ),
    # The schema was copied
    "properties": (
        json.dumps({"name": ON, "arguments": {"properties": LAMP}}),
        [(ON, LAMP)],
    ),
    "type and properties": (
        json.dumps({"name": ON, "arguments": {"type": "object", "properties": LAMP}}),
        [(ON, LAMP)],
    ),
    # Comments, markdown's escapes, spaces
    "comment after the name": (
        f'{{\n  "name": "{ON}", // the tool\n  "arguments": {ARGS}\n}}',
        [(ON, LAMP)],
    ),
    "comment in the arguments": (
        f'{{"name": "{ON}", "arguments": {{\n  "name": "Lamp"  # which\n}}}}',
        [(ON, LAMP)],
    ),
    "escaped underscores": (CALL.replace("__", "\\_\\_"), [(ON, LAMP)]),
    "fence, comment before": (f"```python\n# Turn it on\n{PY}\n```", [(ON, LAMP)]),
    "json label": (f"json\n{CALL}", [(ON, LAMP)]),
    "code span": (f"`{PY}`", [(ON, LAMP)]),
    # Families
    "Mistral, CALL_ID": (
        f"[TOOL_CALLS]{ON}[CALL_ID]123456789[ARGS]{ARGS}",
        [(ON, LAMP)],
    ),
    "Mistral, without its token": (f"{ON}[ARGS]{ARGS}", [(ON, LAMP)]),
    "TOOL_REQUEST": (f"[TOOL_REQUEST]\n{CALL}\n[END_TOOL_REQUEST]", [(ON, LAMP)]),
    "GLM, nothing": ("<tool_call>get_time\n</tool_call>", [("get_time", {})]),
    "Qwen Coder, parameter not closed": (
        f"<tool_call>\n<function={ON}>\n<parameter=name>\nLamp\n</function>\n</tool_call>",
        [(ON, LAMP)],
    ),
    "Qwen Coder, cut": (
        f"<tool_call>\n<function={ON}>\n<parameter=name>\nLamp",
        [(ON, LAMP)],
    ),
    "Qwen Coder, fence": (
        f"```xml\n<function={ON}>\n<parameter=name>\nLamp\n</parameter>\n</function>\n```",
        [(ON, LAMP)],
    ),
    "Kimi without its section": (
        f"<|tool_call_begin|>functions.{ON}:0<|tool_call_argument_begin|>{ARGS}<|tool_call_end|>",
        [(ON, LAMP)],
    ),
    "DeepSeek without its section": (
        f"<｜tool▁call▁begin｜>{ON}<｜tool▁sep｜>{ARGS}<｜tool▁call▁end｜>",
        [(ON, LAMP)],
    ),
    "DeepSeek, name before a fence": (f"{ON}\n```json\n{ARGS}\n```", [(ON, LAMP)]),
    "DSML invoke alone": (
        f'<｜DSML｜invoke name="{ON}"><｜DSML｜parameter name="name" string="true">Lamp</｜DSML｜parameter></｜DSML｜invoke>',
        [(ON, LAMP)],
    ),
    "Seed": (
        f"<seed:tool_call>\n<function={ON}>\n<parameter=name>Lamp</parameter>\n</function>\n</seed:tool_call>",
        [(ON, LAMP)],
    ),
    "SmolLM": (f"<code>\n{PY}\n</code>", [(ON, LAMP)]),
    "functools": (f"functools[{CALL}]", [(ON, LAMP)]),
    "functioncall": (f"<functioncall> {CALL}", [(ON, LAMP)]),
    "invoke, single quotes": (
        f"<invoke name='{ON}'><parameter name='name'>Lamp</parameter></invoke>",
        [(ON, LAMP)],
    ),
    "invoke, closed at once": ('<invoke name="get_time"/>', [("get_time", {})]),
    "tag around JSON": (f"<tool>{CALL}</tool>", [(ON, LAMP)]),
    "harmony, nothing": (
        "<|channel|>commentary to=functions.get_time <|constrain|>json<|message|><|call|>",
        [("functions.get_time", {})],
    ),
    "harmony without its tokens": (
        f"commentary to=functions.{ON} json{ARGS}",
        [(ON, LAMP)],
    ),
    "harmony without its tokens, role": (
        f"assistantcommentary to=functions.{ON} json{ARGS}",
        [(ON, LAMP)],
    ),
    "ReAct": (f"Action: {ON}\nAction Input: {ARGS}", [(ON, LAMP)]),
    # Other spellings of the name
    "dot": (CALL.replace("__", "."), [("intent.HassTurnOn", LAMP)]),
    "one underscore": (CALL.replace("__", "_"), [("intent_HassTurnOn", LAMP)]),
    "small letters": (
        CALL.replace("HassTurnOn", "hassturnon"),
        [("intent__hassturnon", LAMP)],
    ),
    "tool_code, assigned": (
        "```tool_code\nnow = get_time(utc=True)\nprint(now)\n```",
        [("get_time", {"utc": True})],
    ),
    "curly quotes": (
        CALL.replace(' "', " “").replace('{"', "{“").replace('"', "”"),
        [(ON, LAMP)],
    ),
    "code span, object": (f"`{CALL}`", [(ON, LAMP)]),
    "json label in a line": (f"json {CALL}", [(ON, LAMP)]),
    "Tool call": (f"Tool call: {CALL}", [(ON, LAMP)]),
    "Action, fence": (f"Action: ```json\n{CALL}\n```", [(ON, LAMP)]),
    "hyphen": (CALL.replace("__", "-"), [("intent-HassTurnOn", LAMP)]),
}
"""More forms, of which some are nothing but calls only by themselves."""

OTHER_TEXTS: dict[str, str] = {
    "definition, type alone": f'{{"name": "{ON}", "parameters": {{"type": "object"}}}}',
    "definition, required": f'{{"name": "{ON}", "parameters": {{"type": "object", "required": ["name"]}}}}',
    "definition of OpenAI": '{"type": "function", "function": {"name": "get_time", "parameters": {"type": "object"}}}',
    "definitions": '[{"name": "get_time", "parameters": {}}, {"name": "query_facts", "parameters": {}}]',
    "described by key": '{"get_time": {"parameters": {"utc": "boolean"}}}',
    "settings": '{"get_time": {"enabled": true}, "query_facts": {"enabled": false}}',
    "input_schema": '{"name": "get_time", "input_schema": {"type": "object"}}',
    "css": "```css\nget_time { }\n```",
    "nginx": "```nginx\nget_time {\n}\n```",
    "assignment": "```python\nnow = get_time()\nprint(now)\n```",
    "import": "```python\nfrom tools import get_time\nget_time()\n```",
    "decorator": "```python\n@get_time(utc=True)\ndef f(): ...\n```",
    "SQL": "```sql\nSELECT get_time(utc = 1);\n```",
    "shell": "```bash\nget_time --utc\n```",
    "curl": f"```bash\ncurl -X POST http://x -d '{CALL}'\n```",
    "HTTP": '```http\nPOST /get_time\n\n{"utc": true}\n```',
    "YAML": "```yaml\nget_time:\n  utc: true\n```",
    "TOML": "```toml\n[get_time]\nutc = true\n```",
    "Lua": "```lua\nget_time{utc=true}\n```",
    "Jinja": "{{ get_time() }}",
    "script of Home Assistant": '{"action": "script.get_time", "data": {}}',
    "automation with actions": '{"alias": "A", "actions": [{"action": "get_time", "data": {"a": 1}}]}',
    "log": '{"tool": "get_time", "result": "12:00"}',
    "names": '[{"name": "get_time"}, {"name": "query_facts"}]',
    "texts": '["get_time", "query_facts"]',
    "signature with defaults": "get_time(utc, zone=None)",
    "reference": "get_time(utc=False) -> str",
    "tag in a sentence": "A model writes <tool_call> before a call and </tool_call> after it.",
    "tag in code": "A model writes `<tool_call>` before a call and `</tool_call>` after it.",
    "token in a sentence": "Mistral writes [TOOL_CALLS] before its calls.",
    "token in code": "Llama writes `<|python_tag|>` before its code.",
    "function tag in a sentence": "In Llama's notation <function=f> opens a call.",
    "invoke in a sentence": 'The tag <invoke name="get_time"> opens a call.',
    "harmony in a sentence": "The header `<|channel|>final` begins an answer.",
    "analysis": "analysis of the data: it is fine.",
    "commentary": "commentary to follow.",
    "action in a sentence": "Action: none is needed.",
    "quotation": '> {"name": "get_time", "arguments": {}}',
    "table": '| Call | {"name": "get_time", "arguments": {}} |',
    "past": f"I called {CALL} and it is on.",
    "mathematics": "[x] f(x=1) + {y}",
    "LaTeX": "{\\bf get_time}",
    "mustache": "{{get_time}}",
    "emoji": "{😀}",
    "French quotes": "« get_time » est un outil.",
    "call of another": '{"name": "get_weather", "arguments": {"a": 1}}',
    "person": '{"name": "get_time", "input": "text", "age": 5}',
    "schema of an answer": '{"function": "get_time", "duration": 5}',
    "URL": "get_time?utc=1",
    "path": "get_time/utc",
    "colon": 'get_time: {"utc": true}',
    "answer tags": "Use <answer> and </answer>.",
    "assistant in a sentence": "assistant is a word.",
    "json in a sentence": "json is a format.",
    "print in a sentence": "print(hello) writes it.",
    "print of another": "print(launch(a=1))",
    "print of a text": 'print("get_time()")',
    "ReAct of another": "Action: light.turn_on\nAction Input: {}",
    "Tool call of none": "Tool call: none was made.",
    "functools in code": "functools.partial(f)",
    "commentary to another": "commentary to=nobody {}",
    "code tag": "<code>x = 1</code>",
    "code tag in a line": f"Write <code>{PY}</code> to turn it on.",
    "code tag at the start": f"<code>{PY}</code> turns it on.",
    "tool tag": "<tool>Hammer</tool>",
    "call tag": "Please <call>Mum</call> now.",
    "code span at the start": f"`{PY}` turns it on.",
    "code span with a name": "`get_time()`",
    "name before a fence": "launch\n```json\n{}\n```",
    "name before code": "get_time\n```python\nx = 1\n```",
    "action of an automation": (
        '{"service": "light.turn_on", "target": {"entity_id": "light.lamp"}}'
    ),
    "action with data": '{"service": "light.turn_on", "data": {}}',
    "message of a chat": '{"role": "user", "content": "Hi"}',
    "messages of a chat": '[{"role": "user", "content": "Hi"}]',
    "schema of a parameter": (
        f'{{"name": "{ON}", "parameters": {{"type": "object", "properties": '
        '{"name": {"type": "string"}}}}'
    ),
    "described definitions": (
        '[{"name": "get_time", "description": "Tells it", "parameters": {}}]'
    ),
    "settings of a tool": f'{{"{ON}": {{"entity": "light.a", "delay": 5}}}}',
    "thought": '{"thought": "It is fine."}',
    "comment": "# get_time(utc=True)",
    "comment in code": "```python\n# get_time()\nx = 1\n```",
    "JavaScript block": "```js\nget_time {}\n```",
    "result in a sentence": "The tag <tool_response> holds a result.",
    "end of a wrapper": "It ends with </tools>, as always.",
    "role in a sentence": "Write <|im_start|>user before it.",
    "turns in a sentence": "Phi writes <|end|><|user|> between turns.",
    "wrapper in a sentence": "The tag <response> is one.",
    "quoted name": "“get_time” is a tool.",
    "constant": "GET_TIME is a constant.",
    "token of LM Studio": "It writes [TOOL_REQUEST] before a call.",
    "invoke at the start": '<invoke name="get_time"> is a tag.',
}
"""More texts without a call."""
