"""What a request asks of the model, read as the rules need it."""

from dataclasses import dataclass
from functools import cached_property
import json
import re
from typing import Any

from .replies import Body

SEARCH = "query_tools"
"""The tool that finds others."""


@dataclass(frozen=True)
class Result:
    """What a tool said, with the arguments it was called with."""

    tool: str
    arguments: dict[str, Any]
    data: Any

    @property
    def problem(self) -> str | None:
        """Return what went wrong, None if the tool did what it was called for."""
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
        """Return the names of what an intent acted on."""
        detail = self.data.get("data") if isinstance(self.data, dict) else None
        success = detail.get("success") if isinstance(detail, dict) else None
        return _names(t for t in success or [] if t.get("type") == "entity")


class RequestView:
    """A request for a completion: the user's words, the tools, what they brought."""

    def __init__(self, body: Body) -> None:
        """Initialize with the body of the request."""
        self.body = body
        self._messages: list[dict[str, Any]] = body.get("messages") or []

    @cached_property
    def text(self) -> str:
        """Return what the user said last."""
        return self.said[-1] if self.said else ""

    @cached_property
    def said(self) -> list[str]:
        """Return what the user said, in order."""
        return [
            words(_text(message)).strip()
            for message in self._messages
            if message.get("role") == "user"
        ]

    @cached_property
    def spoken(self) -> list[str]:
        """Return what user and assistant said, in order."""
        return [
            words(_text(message)).strip()
            for message in self._messages
            if message.get("role") in ("user", "assistant") and message.get("content")
        ]

    @cached_property
    def results(self) -> list[Result]:
        """Return what tools brought since the user spoke, in order, searches aside."""
        calls: dict[str, dict[str, Any]] = {}
        found: list[Result] = []
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
                    arguments = _parsed(call["arguments"])
                    found.append(
                        Result(call["name"], arguments, _parsed(_text(message)))
                    )
        return found

    @property
    def schema(self) -> dict[str, Any] | None:
        """Return the JSON Schema that the answer is to have, None if it is free."""
        form = self.body.get("response_format") or {}
        schema: dict[str, Any] | None = form.get("json_schema", {}).get("schema")
        return schema

    @property
    def lines(self) -> list[str]:
        """Return the lines of the transcript that facts are to be found in."""
        transcript = _parsed(self.text)
        return transcript if isinstance(transcript, list) else []

    @property
    def searched(self) -> bool:
        """Return whether a tool was looked for since the user spoke."""
        last = self._messages[-1]
        return last.get("role") == "tool" and not self.results

    def tool(self, name: str, *properties: str) -> str | None:
        """Return the tool of that name, with or without a namespace, if it is there.

        It must take the properties.
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
        """Return the names of the things in the house, by their lower case."""
        return self._listed("names")

    @cached_property
    def areas(self) -> dict[str, str]:
        """Return the areas of the house, by their lower case."""
        return self._listed("areas")

    def _listed(self, key: str) -> dict[str, str]:
        """Return what the overview of the house in the instructions lists."""
        found: dict[str, str] = {}
        for message in self._messages:
            if message.get("role") in ("system", "developer"):
                lines = re.findall(rf"^[- ] {key}: (.+)$", _text(message), re.MULTILINE)
                found |= {n.casefold(): n for line in lines for n in line.split(", ")}
        return found


def words(text: str) -> str:
    """Return what a user said, without the context in which it was said."""
    return text.rpartition("</context>\n")[2]


def _text(message: dict[str, Any]) -> str:
    """Return the text of a message."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _parsed(text: str) -> Any:
    """Return JSON as what it stands for, text that is none as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _names(targets: Any) -> list[str]:
    """Return the names of an intent's targets."""
    return [str(target.get("name")) for target in targets]
