"""Server profiles: what a server was found to reject or require."""

from collections.abc import Iterable, Mapping
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

OBSERVED = frozenset({"reasoning", "starts_in_reasoning", "writes_calls"})
"""Fields that are seen in each response, and never in a refusal."""

_OMITTED_WITH_ANY_VALUE = frozenset({"stream_options", "tool_choice"})

type Trait = tuple[str, str | bool | int]
"""One thing that is known of a server: a field of its profile, and a value of it.

Of a field with several values, it is one of them.
"""


NO_TOOLS: Trait = ("no_tools", True)
"""The trait of a model that takes no tools at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProfile:
    """How requests for one model of a server are adapted.

    A profile is immutable, and has the documented API as its defaults.
    """

    omitted: tuple[str, ...] = ()
    """Parameters that are not sent, each with a digest of the rejected value."""
    length_name: str | None = None
    """The name of the length limit parameter, None for the requested name."""
    no_tools: bool = False
    no_effort: bool = False
    """Whether tools are accepted only if reasoning is turned off."""
    refused_tools: frozenset[str] = frozenset()
    max_tools: int | None = None
    """How many tools are accepted, None if no limit is known."""
    simple_tools: frozenset[str] = frozenset()
    """Tools whose schemas are reduced to what every server reads."""
    schema_rewrites: frozenset[str] = frozenset()
    """Rewrites of all schemas, as in `schema_rewrites.rewrite`."""
    reasoning: str = REASONING
    """The field in which reasoning is sent back."""
    no_reasoning: bool = False
    """Whether no reasoning is sent back."""
    reasoning_always: bool = False
    """Whether that field is sent even without reasoning."""
    starts_in_reasoning: bool = False
    """Whether responses start in reasoning, with only a closing tag."""
    writes_calls: bool = False
    """Whether the model writes its tool calls as JSON into its text."""
    late_system: bool = True
    """Whether system messages after the first message are accepted."""
    system: bool = True
    """Whether system messages are accepted at all."""
    alternate: bool = False
    """Whether consecutive messages of one role have to be merged."""
    short_ids: bool = False
    """Whether the ids of tool calls must have nine letters and digits."""
    text_with_calls: bool = True
    """Whether text is accepted beside tool calls."""
    null_content: bool = True
    """Whether null is accepted as the content beside tool calls."""
    named_results: bool = False
    """Whether tool results need the name of their tool."""

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

    def with_traits(self, traits: Iterable[Trait]) -> Self:
        """Return the profile with further traits."""
        changed: dict[str, Any] = {}
        for name, value in traits:
            known = changed.get(name, getattr(self, name))
            if isinstance(known, tuple):
                changed[name] = (*known, value)
            elif isinstance(known, frozenset):
                changed[name] = known | {value}
            else:
                changed[name] = value
        return replace(self, **changed)

    def traits_beyond(self, other: ServerProfile) -> list[Trait]:
        """Return the traits that this profile has and another has not."""
        found: list[Trait] = []
        for field in fields(self):
            value, known = getattr(self, field.name), getattr(other, field.name)
            if isinstance(value, tuple | frozenset):
                new = [part for part in value if part not in known]
                found += [
                    (field.name, part)
                    for part in (new if isinstance(value, tuple) else sorted(new))
                ]
            elif value != known and value is not None:
                found.append((field.name, value))
        return found


DEFAULT_PROFILE = ServerProfile()
"""The API as documented."""


def as_trait(name: object, value: object) -> Trait | None:
    """Return a field and a value, as they were stored, as a trait if they are one."""
    if not isinstance(name, str) or name not in {f.name for f in fields(ServerProfile)}:
        return None
    if name == "max_tools":
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return name, value
        return None
    is_flag = isinstance(getattr(DEFAULT_PROFILE, name), bool)
    if isinstance(value, bool | str) and isinstance(value, bool) == is_flag:
        return name, value
    return None


def _rejection(name: str, value: object) -> str:
    """Return the stored form of a rejected parameter: its name and a digest."""
    if name in _OMITTED_WITH_ANY_VALUE:
        return name
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return f"{name}={hashlib.sha256(text).hexdigest()[:8]}"
