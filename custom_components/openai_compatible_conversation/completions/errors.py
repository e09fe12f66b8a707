"""What can go wrong with a server: one class for each thing that a user can do about it."""

import re
from typing import ClassVar

MAX_DETAIL = 300
"""Characters of a server's own words that are passed on."""

MAX_WORDS = 4000
"""Characters of a server's own words that are looked at."""

_TOKENS = re.compile(r"\b(\d[\d,]{1,11})\W+(?:\w+ ){0,2}tokens?\b", re.IGNORECASE)


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
        # Half characters could not be sent on.
        text = detail[:MAX_WORDS].encode(errors="replace").decode()
        self.detail = " ".join(text.split())[:MAX_DETAIL]
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


class GarbledAnswerError(CompletionError):
    """The model wrote what its own server cannot read, mostly a call."""


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
