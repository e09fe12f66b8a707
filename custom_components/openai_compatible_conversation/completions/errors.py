"""What can go wrong with a server: one class for each thing that a user can do about it."""

from collections.abc import Mapping
import re
from typing import Any, ClassVar

MAX_DETAIL = 300
"""Characters of a server's own words that are passed on."""

MAX_WORDS = 4000
"""Characters of a server's own words that are looked at."""


class CompletionError(Exception):
    """A request failed; `key` names it, `detail` is what the server said of it."""

    key: ClassVar[str] = "api_error"

    status: int | None = None
    """The HTTP status, or the number that an error within a stream gave itself."""
    words: str = ""
    """All that the server said, its names of the error and of its cause included."""
    retry_after: float | None = None
    """Seconds after which the server wants to be asked again, if it said."""

    def __init__(self, detail: str = "") -> None:
        """Initialize with the server's words, which are cleaned and cut."""
        self.detail = " ".join(detail[:MAX_WORDS].split())[:MAX_DETAIL]
        super().__init__(self.detail or self.key)

    @property
    def explanation(self) -> str:
        """Return what there is to say of it in the server's own words."""
        return self.detail or (f"HTTP {self.status}" if self.status else "-")


class CannotConnectError(CompletionError):
    """The server cannot be reached, or dropped the connection."""

    key = "cannot_connect"


class UnreachableError(CannotConnectError):
    """Nothing answers at the server's address, not even to refuse."""


class ConnectionLostError(CannotConnectError):
    """The connection broke off before the end of the answer."""

    key = "connection_lost"


class ServerTimeoutError(CompletionError):
    """The server took the request and then said nothing for too long."""

    key = "timeout"


class InvalidAuthError(CompletionError):
    """The server refused the API key."""

    key = "invalid_auth"


class QuotaError(CompletionError):
    """The account has no credit left."""

    key = "quota_exceeded"


class ModelNotFoundError(CompletionError):
    """The server does not have the model."""

    key = "model_not_found"


class NotFoundError(CompletionError):
    """The server has nothing at the address."""

    key = "not_found"


class ContextTooLongError(CompletionError):
    """The request is longer than what the model can take in."""

    key = "context_too_long"

    @property
    def excess(self) -> float:
        """Return the part of the request that was too much, 0 if the server did not say."""
        counts = [int(n.replace(",", "")) for n in _TOKENS.findall(self.words)][:2]
        return 1 - min(counts) / max(counts) if len(counts) == 2 and all(counts) else 0


class ImagesNotSupportedError(CompletionError):
    """The model, as the server runs it, takes no images."""

    key = "images_not_supported"


class RateLimitedError(CompletionError):
    """The server takes no more requests for now."""

    key = "rate_limited"


class ServerFailedError(CompletionError):
    """The server failed at its own work."""

    key = "server_failed"


class ServerBusyError(ServerFailedError):
    """The server, or one behind it, cannot answer for the moment."""


class ModelLoadingError(CompletionError):
    """The server is still loading the model."""

    key = "model_loading"


class EmptyAnswerError(CompletionError):
    """The server ended its answer without a word or a tool call."""

    key = "empty_answer"


class LengthLimitError(EmptyAnswerError):
    """The answer reached its length limit before its first word."""

    key = "length_limit"


class ContentFilterError(EmptyAnswerError):
    """The server holds its answer back."""

    key = "content_filter"


class NoStructuredDataError(CompletionError):
    """The model did not give its answer in the form that was asked for."""

    key = "no_structured_data"


class AnswerTooLargeError(CompletionError):
    """The server sent more than an answer can be."""

    key = "answer_too_large"


class UnexpectedError(CompletionError):
    """Something went wrong that nobody thought of."""

    key = "unknown"


_TOKENS = re.compile(r"\b(\d[\d,]{1,11})\W+(?:\w+ ){0,2}tokens?\b", re.IGNORECASE)

_MODEL_MISSING = re.compile(
    r"\bmodels?\b.{0,200}\b(not (found|exist)|(does|do) not exist|no such|unknown)"
    r"|\b(invalid|unknown|unsupported|no such) model\b"
    r"|\bnot a valid model\b"
    r"|\bno endpoints found for\b"
    r"|model_not_found",
    re.IGNORECASE | re.DOTALL,
)
_CONTEXT_TOO_LONG = re.compile(
    r"context[ _-]?(size|length|window)"
    r"|maximum context"
    r"|(prompt|input|request|messages?) (is|are|was|were)? ?too (long|large)"
    r"|too many (input |prompt )?tokens"
    r"|(exceeds?|larger than|longer than).{0,60}(max(imum)?[ _](input|prompt|model)|n_ctx)"
    r"|reduce the length"
    r"|truncating input",
    re.IGNORECASE | re.DOTALL,
)
_NO_IMAGES = re.compile(
    r"\b(images?|vision|multi-?modal)( (input|data|content|understanding))?s?"
    r" (is|are) (not|un) ?(supported|enabled|available)"
    r"|(\bnot|n't) support(ed|ing)?( \w+){0,2} (images?|vision|multi-?modal)\b"
    r"(?![ _-]?(format|size|type|url|file|detail|resolution))"
    r"|\bat most 0 images?\b"
    r"|\bnot a (multi-?modal|vision)\b"
    r"|no endpoints found that support image"
    r"|\bmmproj\b|not compiled for multimodal"
    r"|missing data required for image"
    r"|image_url\b.{0,40}\b(only supported by|(not|un) ?supported)"
    r"|\b(unknown variant|unsupported|unexpected)\b.{0,40}\bimage_url\b"
    r"|only \W?text\W? content( type)? (is|are) supported",
    re.IGNORECASE | re.DOTALL,
)
_LOADING = re.compile(
    r"loading (the )?model|model is (still |currently )?(being )?load|still loading"
    r"|currently loading|warming up",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile("insufficient_quota")
# What LiteLLM says to a key that it would have to look up.
_WRONG_KEY = re.compile(r"no connected db|invalid api key", re.IGNORECASE)

_BY_WORDS: tuple[tuple[frozenset[int], re.Pattern[str], type[CompletionError]], ...] = (
    (frozenset({429}), _NO_CREDIT, QuotaError),
    (frozenset({400}), _WRONG_KEY, InvalidAuthError),
    (frozenset({0, 400, 429, *range(500, 600)}), _LOADING, ModelLoadingError),
    (frozenset({0, 400, 422, 500}), _CONTEXT_TOO_LONG, ContextTooLongError),
    (
        frozenset({0, 400, 404, 415, 422, 500, 501}),
        _NO_IMAGES,
        ImagesNotSupportedError,
    ),
    (frozenset({0, 400, 404, 422}), _MODEL_MISSING, ModelNotFoundError),
)
"""What certain words mean, with a status that allows for it; 0 is none."""

_BY_STATUS: dict[int, type[CompletionError]] = {
    401: InvalidAuthError,
    402: QuotaError,
    403: InvalidAuthError,
    404: NotFoundError,
    408: ServerTimeoutError,
    413: ContextTooLongError,
    429: RateLimitedError,
    502: ServerBusyError,
    503: ServerBusyError,
    504: ServerBusyError,
    529: ServerBusyError,
}


def error_for_status(
    status: int, body: object, retry_after: float | None = None
) -> CompletionError:
    """Return the error that an HTTP status and the body that came with it stand for.

    The body is what JSON decodes to, or text. Servers put their words in
    `error.message`, `error`, `message` or `detail`.
    """
    detail, names = _words(body)
    words = f"{names} {detail}"[:MAX_WORDS]
    error = _kind(status, words)(detail)
    error.status = status
    error.words = words
    error.retry_after = retry_after
    return error


def error_in_body(body: Mapping[str, Any]) -> CompletionError | None:
    """Return the error that a body with status 200 or an event reports, if it does."""
    error = body.get("error")
    if not error and body.get("object") != "error":
        return None
    holder = error if isinstance(error, Mapping) else body
    status = holder.get("code") or holder.get("status") or 0
    try:
        number = int(status)
    except TypeError, ValueError, OverflowError:
        number = 0
    return error_for_status(number, body)


def _kind(status: int, words: str) -> type[CompletionError]:
    """Return the class for a status and what was said with it."""
    for statuses, pattern, kind in _BY_WORDS:
        if status in statuses and pattern.search(words):
            return kind
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return ServerFailedError if status >= 500 else CompletionError


def _words(body: object) -> tuple[str, str]:
    """Return a server's message, and its names for the error and for its cause."""
    if not isinstance(body, Mapping):
        text = body if isinstance(body, str) else ""
        # A web server's error page says nothing that a user could use.
        return ("" if text.lstrip().startswith("<") else text), ""
    error = body.get("error") or body
    if not isinstance(error, Mapping):
        return str(error), ""
    message = error.get("message") or error.get("detail") or ""
    names = (error.get(name) for name in ("code", "type", "param"))
    return str(message), " ".join(str(name) for name in names if name)
