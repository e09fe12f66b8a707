"""Learn from a rejected request which profile the server may accept.

Servers accept different parts of the API, and nothing of this is configured. The
message of a rejection is searched for what it names: a parameter, a keyword of a schema,
a tool, tools in general, reasoning, or roles. The request is resent without it, and the
profile is kept only if that succeeds. If the message names nothing, the request is
resent unchanged first, and then without what is optional.

Decision record: docs/decisions/0004-server-profiles-are-learned.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
import re
from typing import Any

from .errors import (
    CompletionError,
    ContextTooLongError,
    EmptyAnswerError,
    GarbledAnswerError,
    ImagesNotSupportedError,
    InvalidAuthError,
    MaxTokensError,
    ModelFailedError,
    ModelLoadingError,
    ModelNotFoundError,
    NotFoundError,
    ServerBusyError,
    ServerFailedError,
)
from .history_learning import after_rejected_calls, after_rejected_null
from .parameter_learning import (
    LENGTH_OPTIONS,
    RESPONSE_FORMAT,
    with_length_name,
    without_effort,
    without_format,
    without_parameters,
    without_stream,
)
from .profile import REASONING, ServerProfile
from .reasoning_details import REASONING_DETAILS
from .role_learning import after_rejected_roles
from .schema_learning import (
    after_rejected_schema,
    after_rejected_tool,
    with_simple_schemas,
)
from .tool_limit import after_too_many_tools, with_common_limits, with_usual_limit

_NO_REJECTION = (
    ContextTooLongError
    | EmptyAnswerError
    | GarbledAnswerError
    | ImagesNotSupportedError
    | InvalidAuthError
    | ModelFailedError
    | ModelLoadingError
    | ModelNotFoundError
    | ServerBusyError
)
"""Errors that reject no parameter, whatever their message names."""

_OPTIONAL = ("stream_options", "tool_choice", "parallel_tool_calls")
_REASONING = re.compile(r"\breasoning(_content|_details)?\b", re.IGNORECASE)
_REQUIRED = re.compile(
    r"missing|required|must (be|have|contain|include)|passed back|expected",
    re.IGNORECASE,
)
_REJECTED = re.compile(
    r"unsupported|not (supported|allowed|permitted|accepted)|unrecognized|unknown"
    r"|unexpected|extra|invalid",
    re.IGNORECASE,
)

type Rule = Callable[
    [ServerProfile, str, Mapping[str, Any]], Iterable[ServerProfile | None]
]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile to resend a rejected request with."""

    profile: ServerProfile
    is_guess: bool = False
    """Whether the message does not name what the profile leaves out."""


def candidates(
    profile: ServerProfile, error: CompletionError, body: Mapping[str, Any]
) -> Iterator[Candidate]:
    """Yield the profiles to resend a rejected request with, the likeliest first.

    `body` is the rejected request as sent, after adaptation. The profile itself is
    among them where the rejection may have passed.
    """
    if isinstance(error, MaxTokensError):
        # What is left for the response depends on the session.
        if names := [name for name in LENGTH_OPTIONS if name in body]:
            yield Candidate(profile.without(body, *names), is_guess=True)
        return
    # llama.cpp rejects parameters with 500, OpenRouter with 404. Most such errors
    # are no rejection, so the message has to name what is rejected.
    has_to_name = isinstance(error, NotFoundError | ServerFailedError)
    if isinstance(error, _NO_REJECTION) or not (
        has_to_name or error.status in (400, 405, 415, 422)
    ):
        return
    named = False
    for candidate in _named(profile, error, body):
        named |= not candidate.is_guess
        yield candidate
    if has_to_name:
        return
    yield Candidate(profile)
    if not named:
        for guess in _guesses(profile, body):
            yield Candidate(guess, is_guess=True)


def _named(
    profile: ServerProfile, error: CompletionError, body: Mapping[str, Any]
) -> Iterator[Candidate]:
    """Yield the profiles without what the message names."""
    words = error.words
    for rule in _FIRST_RULES:
        for other in rule(profile, words, body):
            if other is not None:
                yield Candidate(other)
    for guess in (
        *with_common_limits(profile, words, body),
        *with_simple_schemas(profile, words),
    ):
        yield Candidate(guess, is_guess=True)
    for rule in _RULES:
        for other in rule(profile, words, body):
            if other is not None:
                yield Candidate(other)


def _reasoning(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile with reasoning sent back always, or never."""
    if not _REASONING.search(words):
        return
    if not profile.reasoning_always and _REQUIRED.search(words):
        yield replace(profile, reasoning_always=True)
    if _sends_reasoning(profile, body) and _REJECTED.search(words):
        yield replace(profile, no_reasoning=True)


def _calls(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile | None]:
    """Yield the profile with tool calls in the form that the message asks for."""
    yield after_rejected_calls(profile, words, body)


def _null(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile | None]:
    """Yield the profile with empty text in place of null."""
    yield after_rejected_null(profile, words, body)


_FIRST_RULES: tuple[Rule, ...] = (
    *(without_stream, with_length_name, without_effort, _reasoning, _calls),
    *(after_too_many_tools, after_rejected_schema, after_rejected_tool),
)
_RULES: tuple[Rule, ...] = (
    *(without_format, without_parameters),
    *(_null, after_rejected_roles),
)


def _sends_reasoning(profile: ServerProfile, body: Mapping[str, Any]) -> bool:
    """Return whether a request contains reasoning."""
    fields = {profile.reasoning, REASONING, REASONING_DETAILS}
    return any(fields & message.keys() for message in body["messages"])


def _guesses(
    profile: ServerProfile, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profiles without more and more of what is optional.

    The response format goes first: only single tasks use one, so it is the likelier
    cause.
    """
    yield from with_usual_limit(profile, body)
    if RESPONSE_FORMAT in body:
        profile = profile.without(body, RESPONSE_FORMAT)
        yield profile
    profile = profile.without(body, *(name for name in _OPTIONAL if name in body))
    if _sends_reasoning(profile, body):
        profile = replace(profile, no_reasoning=True)
    yield profile
    yield from with_simple_schemas(profile, "schema")
