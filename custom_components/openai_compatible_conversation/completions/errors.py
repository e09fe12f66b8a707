"""What can go wrong with a server: one class for each thing that a user can do about it."""

from collections.abc import Mapping
import re
from typing import Any, ClassVar

MAX_DETAIL = 300
"""Characters of a server's own words that are passed on."""


class CompletionError(Exception):
    """A request failed; `key` names it, `detail` is what the server said of it."""

    key: ClassVar[str] = "api_error"

    def __init__(self, detail: str = "") -> None:
        """Initialize with the server's words, which are cleaned and cut."""
        self.detail = " ".join(detail.split())[:MAX_DETAIL]
        super().__init__(self.detail or self.key)


class CannotConnectError(CompletionError):
    """The server cannot be reached, or dropped the connection."""

    key = "cannot_connect"


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


class RateLimitedError(CompletionError):
    """The server takes no more requests for now."""

    key = "rate_limited"


class ServerFailedError(CompletionError):
    """The server failed at its own work."""

    key = "server_failed"


class EmptyAnswerError(CompletionError):
    """The server ended its answer without a word or a tool call."""

    key = "empty_answer"


class AnswerTooLargeError(CompletionError):
    """The server sent more than an answer can be."""

    key = "answer_too_large"


_MODEL_MISSING = re.compile(
    r"\bmodels?\b.{0,200}\b(not (found|exist)|(does|do) not exist|no such|unknown)"
    r"|\b(invalid|unknown|unsupported|no such) model\b"
    r"|\bnot a valid model\b"
    r"|\bno endpoints found\b"
    r"|model_not_found",
    re.IGNORECASE | re.DOTALL,
)


def error_for_status(status: int, body: object) -> CompletionError:
    """Return the error that an HTTP status and the body that came with it stand for.

    The body is what JSON decodes to, or text. Servers put their words in
    `error.message`, `error`, `message` or `detail`.
    """
    detail, code = _words(body)
    match status:
        case 401 | 403:
            return InvalidAuthError(detail)
        case 402:
            return QuotaError(detail)
        case 408 | 504:
            return ServerTimeoutError(detail)
        case 429 if "insufficient_quota" in (code, detail):
            return QuotaError(detail)
        case 429:
            return RateLimitedError(detail)
        case 400 | 404 | 422 if _MODEL_MISSING.search(f"{code} {detail}"):
            return ModelNotFoundError(detail)
        case 404:
            return NotFoundError(detail)
        case _ if status >= 500:
            return ServerFailedError(detail)
    return CompletionError(detail)


def error_in_body(body: Mapping[str, Any]) -> CompletionError | None:
    """Return the error that a body with status 200 or an event reports, if it does."""
    error = body.get("error")
    if not error and body.get("object") != "error":
        return None
    holder = error if isinstance(error, Mapping) else body
    status = holder.get("code", holder.get("status"))
    return error_for_status(status if isinstance(status, int) else 0, body)


def _words(body: object) -> tuple[str, str]:
    """Return a server's message and its error code."""
    if not isinstance(body, Mapping):
        text = body if isinstance(body, str) else ""
        # A web server's error page says nothing that a user could use.
        return ("" if text.lstrip().startswith("<") else text), ""
    error = body.get("error") or body
    if not isinstance(error, Mapping):
        return str(error), ""
    message = error.get("message") or error.get("detail") or ""
    code = error.get("code") or error.get("type") or ""
    return str(message), str(code)
