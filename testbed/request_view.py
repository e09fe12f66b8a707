"""A parsed view of a chat completion request, for scripted models."""

from dataclasses import dataclass
from functools import cached_property
import json
import re
from typing import Any

from .replies import Body

SEARCH = "query_tools"
"""Name of the tool that searches for tools."""


@dataclass(frozen=True)
class ToolResult:
    """A tool result, with the name and the arguments of its call."""

    tool: str
    arguments: dict[str, Any]
    data: Any

    @property
    def problem(self) -> str | None:
        """Return what went wrong, None if the tool succeeded."""
        if not isinstance(self.data, dict):
            return "the result cannot be read"
        if error := self.data.get("error"):
            text = self.data.get("error_text") or ""
            return f"{error}: {text}" if text else str(error)
        detail = self.data.get("data")
        if isinstance(detail, dict) and (failed := detail.get("failed")):
            return "not done: " + ", ".join(_names(failed))
        return None

    @property
    def targets(self) -> list[str]:
        """Return the names of the entities that an intent acted on."""
        detail = self.data.get("data") if isinstance(self.data, dict) else None
        success = detail.get("success") if isinstance(detail, dict) else None
        return _names(t for t in success or [] if t.get("type") == "entity")


class RequestView:
    """A chat completion request: user texts, tools and tool results."""

    def __init__(self, body: Body) -> None:
        """Initialize with the body of the request."""
        self.body = body
        self._messages: list[dict[str, Any]] = body.get("messages") or []

    @cached_property
    def text(self) -> str:
        """Return the last user text, without the context of the turn."""
        return self.user_texts[-1] if self.user_texts else ""

    @cached_property
    def user_texts(self) -> list[str]:
        """Return the user texts in order, without the context of the turns."""
        return [
            words(_text(message)).strip()
            for message in self._messages
            if message.get("role") == "user"
        ]

    @cached_property
    def remembered(self) -> str:
        """Return the facts in the context of the last user message, empty if none."""
        found = re.search(r"^Remembered\b.*", self.context, re.MULTILINE | re.DOTALL)
        return found[0].strip() if found else ""

    @property
    def context(self) -> str:
        """Return the context of the last user message, empty if it has none."""
        texts = [_text(m) for m in self._messages if m.get("role") == "user"]
        return texts[-1].rpartition("</context>\n")[0] if texts else ""

    @cached_property
    def chat_texts(self) -> list[str]:
        """Return the texts of user and assistant, in order."""
        return [
            words(_text(message)).strip()
            for message in self._messages
            if message.get("role") in ("user", "assistant") and message.get("content")
        ]

    @cached_property
    def results(self) -> list[ToolResult]:
        """Return the tool results since the last user message, except of searches."""
        calls: dict[str, dict[str, Any]] = {}
        found: list[ToolResult] = []
        for message in self._messages:
            match message.get("role"):
                case "user":
                    found.clear()
                case "assistant":
                    for call in message.get("tool_calls") or ():
                        calls[call["id"]] = call["function"]
                case "tool" if (
                    call := calls.get(message.get("tool_call_id", ""))
                ) and call["name"] != SEARCH:
                    arguments = _parse_json(call["arguments"])
                    found.append(
                        ToolResult(call["name"], arguments, _parse_json(_text(message)))
                    )
        return found

    @property
    def schema(self) -> dict[str, Any] | None:
        """Return the JSON Schema of the response format, None without one."""
        form = self.body.get("response_format") or {}
        schema: dict[str, Any] | None = form.get("json_schema", {}).get("schema")
        return schema

    @property
    def transcript_lines(self) -> list[str]:
        """Return the lines of the transcript in a fact extraction request."""
        transcript = _parse_json(self.text)
        lines = transcript.get("lines") if isinstance(transcript, dict) else None
        return [
            line["said"] if isinstance(line, dict) else line for line in lines or []
        ]

    @property
    def has_searched(self) -> bool:
        """Return whether only searches for tools ran since the last user message."""
        last = self._messages[-1]
        return last.get("role") == "tool" and not self.results

    @property
    def is_shown_picture(self) -> bool:
        """Return whether the last message holds a picture."""
        content = self._messages[-1].get("content") if self._messages else None
        return isinstance(content, list) and any(
            part.get("type") == "image_url" for part in content
        )

    def tool(self, name: str, *properties: str) -> str | None:
        """Return the full name of a tool, given without its namespace.

        None if it is missing, lacks a property or tools are forbidden.
        """
        if self.body.get("tool_choice") == "none":
            return None
        for entry in self.body.get("tools") or ():
            function = entry["function"]
            full: str = function["name"]
            known = (function.get("parameters") or {}).get("properties") or {}
            if full.rpartition("__")[2] == name and known.keys() >= set(properties):
                return full
        return None

    @cached_property
    def names(self) -> dict[str, str]:
        """Return the names of the exposed entities, by their folded case."""
        return self._listed("names")

    @cached_property
    def areas(self) -> dict[str, str]:
        """Return the names of the areas, by their folded case."""
        return self._listed("areas")

    def _listed(self, key: str) -> dict[str, str]:
        """Return the values of a key in the overview of the system prompt."""
        found: dict[str, str] = {}
        for message in self._messages:
            if message.get("role") in ("system", "developer"):
                lines = re.findall(rf"^[- ] {key}: (.+)$", _text(message), re.MULTILINE)
                found |= {n.casefold(): n for line in lines for n in line.split(", ")}
        return found


def words(text: str) -> str:
    """Return a user text without the context of the turn before it."""
    return text.rpartition("</context>\n")[2]


def _text(message: dict[str, Any]) -> str:
    """Return the text of a message."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _parse_json(text: str) -> Any:
    """Return parsed JSON, or the text itself if it is not valid JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _names(targets: Any) -> list[str]:
    """Return the names of an intent's targets."""
    return [str(target.get("name")) for target in targets]
