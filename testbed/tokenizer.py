"""A real tokenizer, recorded: how many tokens each piece of the texts of a home takes.

Tokenizers of this kind split a text at fixed places before they look anything up, so
the tokens of a text are those of its pieces. What was not recorded counts a token for
each byte, which is the most that it can take.

`script/record-tokens` records it from a llama.cpp server.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
import json
from pathlib import Path
import re
from typing import Any

import httpx

RECORDED = Path(__file__).parents[1] / "tests/recorded/tokens/qwen2.5.json"

_PIECE = re.compile(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    r"|(?:[^\r\n\w]|_)?[^\W\d_]+"
    r"|\d"
    r"| ?(?:[^\s\w]|_)+[\r\n]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)
"""Where Qwen's tokenizer splits a text: the pattern in its `tokenizer.json`."""

_SPECIAL = re.compile(r"<\|im_start\|>|<\|im_end\|>|</?tool_call>")
"""What is one token in a prompt."""

_TOOLS = """\


# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>{}
</tools>

For each function call, return a json object with function name and arguments within \
<tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""


class RecordedTokenizer:
    """Counts tokens as Qwen 2.5 does, from a record of its pieces."""

    @cached_property
    def pieces(self) -> dict[str, int]:
        """Return the tokens of each recorded piece."""
        recorded: dict[str, int] = json.loads(RECORDED.read_text())
        return recorded

    def tokens(self, prompt: str) -> int:
        """Return how many tokens a prompt takes, at most."""
        special = len(_SPECIAL.findall(prompt))
        return special + sum(map(self._piece_tokens, pieces(prompt)))

    def prompt_tokens(self, body: Mapping[str, Any]) -> int:
        """Return how many tokens a server counts in a request, at most."""
        return self.tokens(prompt(body))

    def _piece_tokens(self, piece: str) -> int:
        """Return how many tokens a piece takes, at most."""
        return self.pieces.get(piece, len(piece.encode()))


class TokenRecorder(RecordedTokenizer):
    """Asks a llama.cpp server for what is not recorded, and for whole prompts."""

    def __init__(self, url: str) -> None:
        """Initialize with the URL of a server, without `/v1`."""
        self._url = url
        if not RECORDED.exists():
            self.pieces = {}

    def prompt_tokens(self, body: Mapping[str, Any]) -> int:
        """Return how many tokens the server counts; what is not recorded is added."""
        for piece in pieces(prompt(body)):
            if piece not in self.pieces:
                self.pieces[piece] = self._ask(piece)
        known = {key: body[key] for key in ("messages", "tools") if key in body}
        text = self._post("/apply-template", known)["prompt"]
        counted = self._ask(text)
        assert (text, counted) == (prompt(body), super().prompt_tokens(body))
        return counted

    def save(self) -> None:
        """Write the record."""
        text = json.dumps(dict(sorted(self.pieces.items())), ensure_ascii=False)
        RECORDED.write_text(text.replace('", "', '",\n"').replace(', "', ',\n"') + "\n")

    def _ask(self, text: str) -> int:
        """Return how many tokens the server has for a text."""
        return len(self._post("/tokenize", {"content": text})["tokens"])

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the server's answer to a request."""
        response = httpx.post(self._url + path, json=body, timeout=60)
        return response.raise_for_status().json()


def pieces(prompt: str) -> Iterator[str]:
    """Yield the pieces of a prompt that are no special tokens."""
    for text in _SPECIAL.split(prompt):
        yield from _PIECE.findall(text)


def prompt(body: Mapping[str, Any]) -> str:
    """Return the prompt that Qwen 2.5's chat template makes of a request."""
    messages = body["messages"]
    system = messages[0]["content"]
    if tools := body.get("tools"):
        system += _TOOLS.format("".join(f"\n{_json(tool)}" for tool in tools))
    parts = [f"<|im_start|>system\n{system}<|im_end|>\n"]
    for index, message in enumerate(messages[1:], 1):
        text = message["content"] or ""
        role = message["role"]
        if role == "tool":
            parts += [
                "" if messages[index - 1]["role"] == "tool" else "<|im_start|>user",
                f"\n<tool_response>\n{text}\n</tool_response>",
                "<|im_end|>\n"
                if messages[index + 1 :][:1] == []
                or messages[index + 1]["role"] != "tool"
                else "",
            ]
            continue
        if calls := message.get("tool_calls"):
            text = f"\n{text}" if text else ""
            text += "".join(map(_call, calls))
            parts.append(f"<|im_start|>{role}{text}<|im_end|>\n")
        else:
            parts.append(f"<|im_start|>{role}\n{text}<|im_end|>\n")
    return "".join(parts) + "<|im_start|>assistant\n"


def _call(call: Mapping[str, Any]) -> str:
    """Return a tool call as the template writes it."""
    function = call["function"]
    arguments = _json(json.loads(function["arguments"]))
    written = f'{{"name": "{function["name"]}", "arguments": {arguments}}}'
    return f"\n<tool_call>\n{written}\n</tool_call>"


def _json(value: object) -> str:
    """Return a value as the template writes it."""
    return json.dumps(value, ensure_ascii=False)
