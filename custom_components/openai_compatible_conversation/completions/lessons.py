"""Lessons: what was learned of a model from the refusals of its server.

Each lesson is a trait of the server profile, with what it was learned from. A lesson is
checked now and then, and as soon as the server has another version: one request is sent
without it. If that is accepted, the lesson is forgotten, else confirmed.

Decision record: docs/decisions/0004-server-profiles-are-learned.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Self

from .profile import DEFAULT_PROFILE, OBSERVED, ServerProfile, Trait, as_trait

FIRST_CHECK = 86400.0
"""Seconds to the first check of a lesson; they double each time it is confirmed."""

MAX_PAUSE = 32 * FIRST_CHECK
"""Seconds between checks beyond which the pause does not grow."""

SESSION_CHECK = 3600.0
"""Seconds between checks of what is kept for the session only, if that lasts long."""

MIN_PAUSE = 600.0
"""Minimum seconds between checks, if the server has a new version each time."""

MAX_LESSONS = 64
"""Maximum number of lessons of a model; the oldest are dropped."""

MAX_VERSIONS = 8
"""Maximum number of versions of the server in which a lesson is known to hold."""

_TAKES_TOOLS = frozenset({"no_tools", "refused_tools"})
_STORED_AS = {"omitted": "left_out", "starts_in_reasoning": "thinks_first"}
"""Fields whose key on disk differs, because stored files outlive a rename."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a trait was learned from, and when. Times are in seconds since the epoch."""

    words: str = ""
    """The server's words, without what they quoted."""
    reason: str = ""
    """A digest of these words in full, by which the same refusal is found again."""
    learned_at: float = 0.0
    confirmed_at: float = 0.0
    """When the trait was last seen to be needed."""
    confirmations: int = 0
    versions: tuple[str, ...] = ()
    """Versions of the server in which it was needed; the oldest are dropped."""
    is_guess: bool = False
    """Whether the words named nothing, so that it lasts for the session only."""

    def confirmed(self, now: float, version: str) -> Self:
        """Return the lesson after a check that found it needed."""
        return replace(
            self,
            confirmed_at=now,
            confirmations=self.confirmations + 1,
            versions=_with_version(self.versions, version),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the lesson as a JSON object."""
        return {
            "words": self.words,
            "reason": self.reason,
            "learned_at": self.learned_at,
            "confirmed_at": self.confirmed_at,
            "confirmations": self.confirmations,
            "versions": list(self.versions),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return a stored lesson; anything invalid in it is ignored."""
        count, versions = stored.get("confirmations"), stored.get("versions")
        return cls(
            words=str(stored.get("words") or ""),
            reason=str(stored.get("reason") or ""),
            learned_at=_seconds(stored.get("learned_at")),
            confirmed_at=_seconds(stored.get("confirmed_at")),
            confirmations=max(count, 0) if isinstance(count, int) else 0,
            versions=tuple(map(str, versions))[-MAX_VERSIONS:]
            if isinstance(versions, list)
            else (),
        )


class LearnedModel:
    """What is known of one model of a server, as its profile and the lessons in it."""

    def __init__(self) -> None:
        """Initialize with the documented API."""
        self.lessons: dict[Trait, Lesson] = {}
        self.profile = DEFAULT_PROFILE
        self._observed = DEFAULT_PROFILE

    @property
    def observed(self) -> dict[str, str | bool | int]:
        """Return what responses showed, as far as it differs from the documented API."""
        return dict(self._observed.traits_beyond(DEFAULT_PROFILE))

    def observe(self, trait: Trait) -> bool:
        """Set what a response showed; return whether that is new."""
        field, value = trait
        if getattr(self._observed, field) == value:
            return False
        self._observed = self._observed.with_traits([trait])
        self._update()
        return True

    def add(self, trait: Trait, lesson: Lesson) -> None:
        """Add a lesson, or replace the one of the same trait."""
        self.lessons.pop(trait, None)
        self.lessons[trait] = lesson
        while len(self.lessons) > MAX_LESSONS:
            del self.lessons[next(iter(self.lessons))]
        self._update()

    def remove(self, traits: Iterable[Trait]) -> bool:
        """Remove lessons; return whether there were any."""
        removed = [self.lessons.pop(trait, None) for trait in list(traits)]
        self._update()
        return any(removed)

    def confirm(self, trait: Trait, now: float, version: str) -> None:
        """Confirm a lesson, if it is still there."""
        if lesson := self.lessons.get(trait):
            self.lessons[trait] = lesson.confirmed(now, version)

    def profile_without(self, *traits: Trait) -> ServerProfile:
        """Return the profile without some lessons."""
        return self._observed.with_traits(
            trait for trait in self.lessons if trait not in traits
        )

    def due(self, now: float, version: str) -> list[Trait]:
        """Return the lessons to check, the one that was longest not checked first."""
        due = [
            trait
            for trait, lesson in self.lessons.items()
            if _is_due(trait, lesson, now, version)
        ]
        return sorted(due, key=lambda trait: self.lessons[trait].confirmed_at)

    def to_json(self) -> dict[str, Any]:
        """Return the profile that outlives the session as a JSON object.

        Earlier versions of this integration read it, too.
        """
        stored: dict[str, Any] = {
            _STORED_AS.get(name, name): value for name, value in self.observed.items()
        }
        for (field, value), _ in self._lasting():
            key = _STORED_AS.get(field, field)
            if isinstance(getattr(DEFAULT_PROFILE, field), tuple | frozenset):
                stored.setdefault(key, []).append(value)
            else:
                stored[key] = value
        return stored

    def lessons_to_json(self) -> list[dict[str, Any]]:
        """Return what the traits of this profile were learned from, and when."""
        return [
            {"field": field, "value": value, **lesson.to_json()}
            for (field, value), lesson in self._lasting()
        ]

    @classmethod
    def from_json(cls, stored: object, lessons: object = None) -> Self:
        """Return a stored profile with its lessons; anything invalid is ignored.

        The first files had no lessons. All of their traits are due for a check.
        """
        model = cls()
        for trait in _traits(stored):
            if trait[0] in OBSERVED:
                model.observe(trait)
            elif trait[0] not in _TAKES_TOOLS:
                model.add(trait, Lesson())
        for lesson in lessons if isinstance(lessons, list) else ():
            if isinstance(lesson, Mapping):
                trait_of = as_trait(lesson.get("field"), lesson.get("value"))
                if trait_of in model.lessons:
                    model.lessons[trait_of] = Lesson.from_json(lesson)
        return model

    def _lasting(self) -> list[tuple[Trait, Lesson]]:
        """Return the lessons that outlive the session."""
        return [item for item in self.lessons.items() if not is_passing(*item)]

    def _update(self) -> None:
        """Compute the profile."""
        self.profile = self._observed.with_traits(self.lessons)


def is_passing(trait: Trait, lesson: Lesson) -> bool:
    """Return whether a lesson is kept for the session only.

    That is a guess, and what takes tools away: a server flag or a newer version may
    enable them, and users then expect the assistant to act again.
    """
    return lesson.is_guess or trait[0] in _TAKES_TOOLS


def _is_due(trait: Trait, lesson: Lesson, now: float, version: str) -> bool:
    """Return whether a lesson is to be checked."""
    # The clock may have been wrong, in either direction.
    passed = abs(now - lesson.confirmed_at)
    if version and lesson.versions and version not in lesson.versions:
        return passed >= (MIN_PAUSE if lesson.confirmations else 0)
    if is_passing(trait, lesson):
        return passed >= SESSION_CHECK
    return passed >= min(FIRST_CHECK * 2.0 ** min(lesson.confirmations, 10), MAX_PAUSE)


def _seconds(stored: object) -> float:
    """Return a stored time, 0 if it is none."""
    return (
        float(stored) if isinstance(stored, int | float) and isfinite(stored) else 0.0
    )


def _with_version(versions: tuple[str, ...], version: str) -> tuple[str, ...]:
    """Return versions with a further one, if it is known."""
    if not version or version in versions:
        return versions
    return (*versions, version)[-MAX_VERSIONS:]


def _traits(stored: object) -> Iterator[Trait]:
    """Yield the traits of a stored profile."""
    names = {key: name for name, key in _STORED_AS.items()}
    for key, value in stored.items() if isinstance(stored, Mapping) else ():
        if key == "reasoning" and value is None:
            # So it was stored that no reasoning is sent back.
            yield "no_reasoning", True
        for part in value if isinstance(value, list) else [value]:
            if trait := as_trait(names.get(key, key), part):
                yield trait
