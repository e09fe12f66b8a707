"""The attempts at one request: what is sent next, when, and what that taught."""

from collections.abc import Mapping
from typing import Any

from .errors import (
    CannotConnectError,
    CompletionError,
    ContentFilterError,
    GarbledAnswerError,
    InvalidAuthError,
    ModelFailedError,
    ModelLoadingError,
    ModelNotFoundError,
    QuotaError,
    RateLimitedError,
    ServerBusyError,
    ServerTimeoutError,
)
from .learned_profiles import LearnedProfiles
from .profile import Trait
from .profile_search import ProfileSearch
from .retry import RetryPolicy
from .tool_limit import FewerTools

_SAYS_NOTHING = (
    CannotConnectError
    | ContentFilterError
    | GarbledAnswerError
    | InvalidAuthError
    | ModelFailedError
    | ModelLoadingError
    | ModelNotFoundError
    | QuotaError
    | RateLimitedError
    | ServerBusyError
    | ServerTimeoutError
)
"""Errors after which it is not known whether a lesson is needed."""


class RequestAttempts:
    """Adapts and retries one request until it is accepted.

    Created for each request and closed after it. If a lesson is due for a check, the
    first attempt is made without it.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        learned: LearnedProfiles,
        retry_policy: RetryPolicy,
        fewer_tools: FewerTools | None = None,
    ) -> None:
        """Initialize with a request before adaptation."""
        self._model: str = body["model"]
        self._learned = learned
        self._generation = learned.generation
        self._retry_policy = retry_policy
        self._search = ProfileSearch(body, self._model, learned, fewer_tools)
        self._needed: Trait | None = None
        """The lesson without which the request was refused."""
        self.request = self._search.request
        """The request to send now."""
        self._checked = self._begin_check()

    def close(self) -> None:
        """Let other requests check the lesson, if this one did not get that far."""
        if self._checked:
            self._learned.end_check(self._model, self._checked)

    def accept(self) -> None:
        """Keep what the attempts taught: the last one led to a response."""
        # What was forgotten meanwhile is not brought back by an older request.
        if self._generation != self._learned.generation:
            return
        if self._checked:
            self._learned.remove(self._model, [self._checked])
        if self._needed:
            self._learned.confirm(self._model, self._needed)
        self._learned.add(self._model, self._search.lessons())

    def next_delay(self, error: CompletionError) -> float | None:
        """Return the seconds to wait before the next attempt, None to give up."""
        if trait := self._checked:
            self._learned.end_check(self._model, trait)
            self._checked = None
            self.request = self._search.request
            if not isinstance(error, _SAYS_NOTHING):
                self._needed = trait
                return 0.0
        elif self._search.find_next(error, self.request):
            self.request = self._search.request
            return 0.0
        return self._retry_policy.next_delay(error)

    def _begin_check(self) -> Trait | None:
        """Leave out a lesson that is due, if this request can check it."""
        for trait in self._learned.due(self._model):
            profile = self._learned.profile_without(self._model, [trait])
            if (request := self._search.adapted(profile)) != self.request:
                self._learned.begin_check(self._model, trait)
                self.request = request
                return trait
        return None
