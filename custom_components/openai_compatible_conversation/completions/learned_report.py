"""What was learned of a server, for diagnostics: without tool names and values."""

from datetime import UTC, datetime
from typing import Any

from .learned_profiles import LearnedProfiles
from .lessons import Lesson, is_passing
from .profile import Trait

_NAMES_TOOLS = frozenset({"refused_tools", "simple_tools"})


def learned_report(learned: LearnedProfiles) -> dict[str, Any]:
    """Return the observations and lessons by model; times are in ISO 8601, UTC."""
    return {
        name: {
            "observed": model.observed,
            "version": learned.versions.get(name),
            "lessons": [_lesson(*item) for item in model.lessons.items()],
        }
        for name, model in learned.models.items()
    }


def _lesson(trait: Trait, lesson: Lesson) -> dict[str, Any]:
    """Return a lesson: what, when, and from which words."""
    field, value = trait
    if field in _NAMES_TOOLS:
        value = True
    elif isinstance(value, str):
        # A parameter is known by a digest of its value.
        value = value.partition("=")[0]
    return {
        "field": field,
        "value": value,
        "words": lesson.words,
        "learned_at": _time(lesson.learned_at),
        "confirmed_at": _time(lesson.confirmed_at),
        "confirmations": lesson.confirmations,
        "versions": list(lesson.versions),
        "for_this_session": is_passing(trait, lesson),
    }


def _time(seconds: float) -> str | None:
    """Return a time, None for that of lessons of which it is not known."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else None
    except ValueError, OverflowError, OSError:
        return None
