"""The search for the profile with which a server accepts one request.

A lesson is taken back when the request that it made is refused for the same reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import hashlib
from typing import Any

from .errors import CompletionError
from .history_adapter import adapt_history
from .learned_profiles import Learned, LearnedProfiles
from .lessons import Lesson
from .profile import ServerProfile
from .profile_learning import Candidate, candidates
from .refusal_words import reason_of, shown_words
from .request import encode
from .request_adapter import adapt_request
from .tool_limit import FewerTools, limit_tools
from .tool_pointers import named_tools

MAX_ADAPTATIONS = 10
"""Maximum number of times that one request is resent without what was rejected."""


@dataclass(slots=True)
class _Step:
    """A reason for which the request was refused, and what is tried against it."""

    reason: str
    lesson: Lesson
    base: ServerProfile
    """The profile without anything against this reason."""
    candidates: Iterator[Candidate]
    current: Candidate


class ProfileSearch:
    """Finds the profile for a request, from one rejection to the next.

    Created for each request, with what is known of its model.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        model: str,
        learned: LearnedProfiles,
        fewer_tools: FewerTools | None = None,
    ) -> None:
        """Initialize with a request before adaptation."""
        self.profile = learned.profile(model)
        self._body = body
        self._fewer_tools = fewer_tools
        self._model = model
        self._learned = learned
        self._steps: list[_Step] = []
        self._tried: set[bytes] = set()
        self._has_repeated = False
        self._adaptations = 0

    @property
    def request(self) -> dict[str, Any]:
        """Return the request with the current profile."""
        return self.adapted(self.profile)

    def adapted(self, profile: ServerProfile) -> dict[str, Any]:
        """Return the request as a server with a profile accepts it."""
        body = limit_tools(self._body, profile, self._fewer_tools)
        return adapt_request(adapt_history(body, profile), profile)

    def find_next(self, error: CompletionError, sent: Mapping[str, Any]) -> bool:
        """Set the profile to resend the rejected request with; return whether any is.

        `sent` is the request as it was rejected, after adaptation.
        """
        self._tried.add(_digest(sent))
        if self._adaptations >= MAX_ADAPTATIONS:
            return False
        step = self._step(error, sent)
        for candidate in step.candidates:
            if self._is_new(candidate.profile, step.base):
                step.current = candidate
                self.profile = candidate.profile
                self._adaptations += 1
                return True
        return False

    def lessons(self) -> Iterator[Learned]:
        """Yield what the rejections taught, once the request was accepted."""
        for step in self._steps:
            for trait in step.current.profile.traits_beyond(step.base):
                yield (
                    trait,
                    Lesson(
                        words=step.lesson.words,
                        reason=step.lesson.reason,
                        is_guess=step.current.is_guess,
                    ),
                )

    def _step(self, error: CompletionError, sent: Mapping[str, Any]) -> _Step:
        """Return the step for a rejection, new or with its lesson taken back."""
        reason = reason_of(error.words)
        for index, step in enumerate(self._steps):
            if step.reason == reason:
                # What was learned after it is taken back as well.
                del self._steps[index + 1 :]
                step.current = Candidate(step.base)
                return step
        lesson = Lesson(
            words=shown_words(error.words or f"HTTP {error.status}", sent),
            reason=_digest_of_reason(reason, error.words, sent),
        )
        base = self._without_same_reason(lesson.reason) if error.words else self.profile
        step = _Step(
            reason, lesson, base, candidates(base, error, sent), Candidate(base)
        )
        self._steps.append(step)
        return step

    def _without_same_reason(self, reason: str) -> ServerProfile:
        """Return the profile without lessons that did not help against a reason."""
        lessons = self._learned.lessons(self._model)
        same = [trait for trait, known in lessons.items() if known.reason == reason]
        if not same:
            return self.profile
        self._learned.remove(self._model, same)
        profile = self._learned.profile(self._model)
        return profile.with_traits(trait for trait, _ in self.lessons())

    def _is_new(self, profile: ServerProfile, base: ServerProfile) -> bool:
        """Return whether a request with a profile was not rejected yet.

        One request is resent unchanged, as its rejection may have passed.
        """
        if _digest(self.adapted(profile)) not in self._tried:
            return True
        if profile != base or self._has_repeated:
            return False
        self._has_repeated = True
        return True


def _digest(body: Mapping[str, Any]) -> bytes:
    """Return a digest of a request."""
    return hashlib.sha256(encode(body)).digest()


def _digest_of_reason(reason: str, words: str, sent: Mapping[str, Any]) -> str:
    """Return a digest of a reason and of the tools that its indexes mean."""
    names = [tool["function"]["name"] for tool in sent.get("tools", ())]
    text = "\n".join([reason, *named_tools(words, names)])
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
