"""Server profiles: what a server was found to reject or require."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
import hashlib
from typing import Any, Self

import orjson

REASONING = "reasoning_content"
"""The field in which reasoning is sent back, unless it arrived in another one."""

EFFORT, NO_EFFORT = "reasoning_effort", "none"
"""The parameter that sets how much a model reasons, and the value for none."""

MAX_OMITTED = 32
"""Maximum number of rejected parameters to remember; the oldest are dropped."""

_OMITTED_WITH_ANY_VALUE = frozenset({"stream_options", "tool_choice"})
_NOT_STORED = ("no_tools", "refused_tools")
_STORED_AS = {"omitted": "left_out", "starts_in_reasoning": "thinks_first"}
"""Fields whose key on disk differs, because stored files outlive a rename."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProfile:
    """How requests for one model of a server are adapted.

    A profile is immutable, has the documented API as its defaults, and can be stored.
    """

    omitted: tuple[str, ...] = ()
    """Parameters that are not sent, each with a digest of the rejected value."""
    length_name: str | None = None
    """The name of the length limit parameter, None for the requested name."""
    no_tools: bool = False
    no_effort: bool = False
    """Whether tools are accepted only if reasoning is turned off."""
    refused_tools: frozenset[str] = frozenset()
    reasoning: str | None = REASONING
    """The field in which reasoning is sent back, None if it is not sent."""
    reasoning_always: bool = False
    """Whether that field is sent even without reasoning."""
    starts_in_reasoning: bool = False
    """Whether responses start in reasoning, with only a closing tag."""
    late_system: bool = True
    """Whether system messages after the first message are accepted."""
    system: bool = True
    """Whether system messages are accepted at all."""
    alternate: bool = False
    """Whether consecutive messages of one role have to be merged."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields that differ from the defaults, as a JSON object.

        Rejected tools are not stored: a server flag or a newer version may enable
        them, and users then expect the assistant to act again.
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
        """Return a stored profile; anything invalid in it is ignored."""
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
        """Return the profile with more parameters of a request omitted.

        A parameter is omitted while it has the rejected value: another temperature,
        or another response format, may be accepted.
        """
        rejected = [_rejection(name, body[name]) for name in names]
        known = [name for name in self.omitted if name not in rejected]
        return replace(self, omitted=(*known, *rejected)[-MAX_OMITTED:])

    def omits(self, name: str, value: object) -> bool:
        """Return whether a parameter with this value is not sent."""
        return any(
            known.partition("=")[0] == name and known == _rejection(name, value)
            for known in self.omitted
        )


DEFAULT_PROFILE = ServerProfile()
"""The API as documented."""


def _rejection(name: str, value: object) -> str:
    """Return the stored form of a rejected parameter: its name and a digest."""
    if name in _OMITTED_WITH_ANY_VALUE:
        return name
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return f"{name}={hashlib.sha256(text).hexdigest()[:8]}"
