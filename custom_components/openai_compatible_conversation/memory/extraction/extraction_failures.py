"""Why facts cannot be extracted from a transcript, as far as it is the transcript's."""

from ...completions.availability import is_unavailable
from ...completions.errors import (
    CompletionError,
    ConnectionLostError,
    InvalidAuthError,
    NotFoundError,
    QuotaError,
    RedirectedError,
    ServerTimeoutError,
)
from ..facts.fact import FactError
from .extraction import ExtractionError

_REFUSE_EVERYTHING = InvalidAuthError | NotFoundError | QuotaError | RedirectedError
_MAY_BE_ITS_FAULT = ConnectionLostError | ServerTimeoutError


def failure_reason(err: Exception) -> tuple[str | None, str]:
    """Return the translation key of an error, and what its message adds.

    The key is None if a request with another transcript would have failed as well. A
    server may quote what it was sent, so its words are left out.
    """
    match err:
        case CompletionError() if _fails_always(err):
            return None, ""
        case CompletionError():
            return err.key, f"HTTP {err.status}" if err.status else "-"
        case FactError():
            return f"fact_{err.key}", ""
        case ExtractionError():
            return err.key, ""
    return None, ""


def _fails_always(err: CompletionError) -> bool:
    """Return whether the server answers no request at all for now."""
    if isinstance(err, _MAY_BE_ITS_FAULT):
        return False
    return is_unavailable(err) or isinstance(err, _REFUSE_EVERYTHING)
