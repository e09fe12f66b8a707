"""Learn from a rejected request which order of roles a chat template accepts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
import re
from typing import Any

from .profile import ServerProfile

_SYSTEM = re.compile(
    r"\b(system|developer)\W+(message|role|prompt|instruction)s?\b"
    r"|\brole.{0,60}\bsystem\b",
    re.IGNORECASE | re.DOTALL,
)
_MISPLACED = re.compile(
    r"\b(begin|first|start|support|only|must|once|one|allow|after|enabled"
    r"|(un)?expected)",
    re.IGNORECASE,
)
_ALTERNATE = re.compile(
    r"\b(roles?|messages?|user|assistant)\b.{0,80}(\balternat|\bconsecutive\b)"
    r"|(\balternat|\bconsecutive\b).{0,80}\b(roles?|messages?|user|assistant)\b"
    r"|\bafter role\b",
    re.IGNORECASE | re.DOTALL,
)


def after_rejected_roles(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profiles with roles as the message asks for, the closest first."""
    roles = [message["role"] for message in body["messages"]]
    alternates = _ALTERNATE.search(words) is not None
    if not alternates and not (_SYSTEM.search(words) and _MISPLACED.search(words)):
        return
    changed = replace(profile, alternate=True) if alternates else profile
    if "system" in roles[1:]:
        changed = replace(changed, late_system=False)
    if changed != profile:
        yield changed
    if "system" in roles:
        yield replace(changed, late_system=False, system=False)
