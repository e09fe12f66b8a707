"""How one server speaks the API: what it was found to refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
import hashlib
from typing import Any, Self

import orjson

REASONING = "reasoning_content"
"""The field in which reasoning goes back, unless it came in another one."""

EFFORT, NO_EFFORT = "reasoning_effort", "none"
"""The parameter that says how much a model thinks, and the value for not at all."""

MAX_OMITTED = 32
"""Refusals that are remembered, the latest."""

_OF_ONE_VALUE = frozenset({"stream_options", "tool_choice"})
_NOT_STORED = ("no_tools", "refused_tools")
_STORED_AS = {"omitted": "left_out", "starts_in_reasoning": "thinks_first"}
"""Fields whose name on disk differs: files outlive a rename."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProfile:
    """What is known of a server, as it is sent to and as it is stored."""

    omitted: tuple[str, ...] = ()
    """Parameters that are not sent, each with the value that was refused."""
    length_name: str | None = None
    """The name under which the length limit is sent, if not the one that was asked for."""
    no_tools: bool = False
    no_effort: bool = False
    """Whether tools are taken only from a model that is told not to think."""
    refused_tools: frozenset[str] = frozenset()
    reasoning: str | None = REASONING
    """The field in which reasoning is sent back, None if it is not."""
    reasoning_always: bool = False
    """Whether the field is there even if there was no reasoning."""
    starts_in_reasoning: bool = False
    """Whether answers begin within thoughts, of which only the end is marked."""
    late_system: bool = True
    system: bool = True
    alternate: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return what is to be remembered, as JSON.

        That it takes no tools, or one of them, is not: a flag of the server or a
        newer version helps, and then the assistant is expected to act again.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            _STORED_AS.get(name, name): list(value)
            if isinstance(value, tuple)
            else value
            for name, value in values.items()
            if value != getattr(DEFAULT_PROFILE, name) and name not in _NOT_STORED
        }

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Return what was remembered, as far as it can be read."""
        if not isinstance(stored, Mapping):
            return cls()
        known: dict[str, Any] = {}
        for field in fields(cls):
            name, default = field.name, getattr(DEFAULT_PROFILE, field.name)
            value = stored.get(_STORED_AS.get(name, name), default)
            if name in _NOT_STORED:
                continue
            if isinstance(default, tuple):
                if isinstance(value, list):
                    known[name] = tuple(map(str, value))
            elif isinstance(value, bool) == isinstance(default, bool) and (
                value is None or isinstance(value, bool | str)
            ):
                known[name] = value
        return cls(**known)

    def without(self, body: Mapping[str, Any], *names: str) -> Self:
        """Return the profile with some more parameters of a request left out.

        One is left out as long as it has the value that was refused: with another
        temperature, or for another form, it may be taken.
        """
        refused = [_refusal(name, body[name]) for name in names]
        known = [name for name in self.omitted if name not in refused]
        return replace(self, omitted=(*known, *refused)[-MAX_OMITTED:])

    def omits(self, name: str, value: object) -> bool:
        """Return whether a parameter is not sent."""
        return any(
            known.partition("=")[0] == name and known == _refusal(name, value)
            for known in self.omitted
        )


DEFAULT_PROFILE = ServerProfile()
"""The API as it is documented."""


def _refusal(name: str, value: object) -> str:
    """Return a parameter and its value as they are remembered: the value unreadable."""
    if name in _OF_ONE_VALUE:
        return name
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return f"{name}={hashlib.sha256(text).hexdigest()[:8]}"
