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
    ModelLoadingError,
    ModelNotFoundError,
    NotFoundError,
    ServerBusyError,
    ServerFailedError,
)
from .history_learning import after_rejected_calls, after_rejected_null
from .parameter_words import names_parameter
from .profile import EFFORT, NO_EFFORT, REASONING, ServerProfile
from .reasoning_details import REASONING_DETAILS
from .role_learning import after_rejected_roles
from .schema_learning import (
    after_rejected_schema,
    after_rejected_tool,
    with_simple_schemas,
)

_NO_REJECTION = (
    ContextTooLongError
    | EmptyAnswerError
    | GarbledAnswerError
    | ImagesNotSupportedError
    | InvalidAuthError
    | ModelLoadingError
    | ModelNotFoundError
    | ServerBusyError
)
"""Errors that reject no parameter, whatever their message names."""

_NEVER_OMITTED = frozenset({"model", "messages", "stream", "tools"})
_OPTIONAL = ("stream_options", "tool_choice", "parallel_tool_calls")
_RESPONSE_FORMAT = "response_format"
_LENGTH_NAMES = ("max_tokens", "max_completion_tokens")
_LENGTH_OPTIONS = (
    *_LENGTH_NAMES,
    *("max_new_tokens", "max_output_tokens", "n_predict", "num_predict"),
)

_ABOUT_FORMAT = re.compile(
    r"response.?format|json.?(schema|object|mode)|structured|grammar|guided",
    re.IGNORECASE,
)
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
        if names := [name for name in _LENGTH_OPTIONS if name in body]:
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
    for simple in with_simple_schemas(profile, words):
        yield Candidate(simple, is_guess=True)
    for rule in _RULES:
        for other in rule(profile, words, body):
            if other is not None:
                yield Candidate(other)


def _length(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile with the other length limit parameter, and with neither."""
    for name, other in (_LENGTH_NAMES, _LENGTH_NAMES[::-1]):
        if name in body and re.search(rf"\b{other}\b", words):
            if not profile.length_name:
                yield replace(profile, length_name=other)
            yield profile.without(body, name)


def _effort(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile with reasoning turned off, so that tools are accepted."""
    if "tools" not in body or body.get(EFFORT) == NO_EFFORT:
        return
    if EFFORT in words and re.search(r"\btools?\b", words, re.IGNORECASE):
        yield replace(profile, no_effort=True)


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


def _format(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile without the response format, if the message is about it."""
    if _RESPONSE_FORMAT in body and _ABOUT_FORMAT.search(words):
        yield profile.without(body, _RESPONSE_FORMAT)


def _parameters(
    profile: ServerProfile, words: str, body: Mapping[str, Any]
) -> Iterator[ServerProfile]:
    """Yield the profile without the parameters that the message names."""
    rejected = [
        name
        for name in body
        if name not in _NEVER_OMITTED and names_parameter(words, name)
    ]
    if rejected:
        yield profile.without(body, *rejected)


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
    *(_length, _effort, _reasoning, _calls),
    *(after_rejected_schema, after_rejected_tool),
)
_RULES: tuple[Rule, ...] = (_format, _parameters, _null, after_rejected_roles)


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
    if _RESPONSE_FORMAT in body:
        profile = profile.without(body, _RESPONSE_FORMAT)
        yield profile
    profile = profile.without(body, *(name for name in _OPTIONAL if name in body))
    if _sends_reasoning(profile, body):
        profile = replace(profile, no_reasoning=True)
    yield profile
    yield from with_simple_schemas(profile, "schema")
