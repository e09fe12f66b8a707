"""Errors of a chat completions server, one class for each remedy of the user."""

import re
from typing import ClassVar

from .context_words import context_limit
from .pinned_certificate import fingerprint

MAX_DETAIL = 300
"""Maximum characters of a server's message that are passed on."""

MAX_WORDS = 4000
"""Maximum characters of a server's message that are examined."""

_TOKENS = re.compile(r"\b(\d[\d,]{1,11})\W+(?:\w+ ){0,2}tokens?\b", re.IGNORECASE)


class CompletionError(Exception):
    """A request failed.

    `key` is the translation key, `detail` the server's message on one line.
    """

    key: ClassVar[str] = "api_error"

    status: int | None = None
    """The HTTP status, or the code of an error within a stream."""
    words: str = ""
    """The server's message with the codes of the error and of its cause."""
    retry_after: float | None = None
    """Seconds after which the server asks for a retry, None if it does not say."""

    def __init__(self, detail: str = "") -> None:
        """Initialize with the server's message, which is cleaned and truncated."""
        # A lone surrogate could not be encoded.
        text = detail[:MAX_WORDS].encode(errors="replace").decode()
        self.detail = " ".join(text.split())[:MAX_DETAIL]
        super().__init__(self.detail or self.key)

    @property
    def explanation(self) -> str:
        """Return the server's message, or the HTTP status without one."""
        return self.detail or (f"HTTP {self.status}" if self.status else "-")


class CannotConnectError(CompletionError):
    """The server cannot be reached, or dropped the connection."""

    key = "cannot_connect"


class UnreachableError(CannotConnectError):
    """Nothing responds at the server's address, not even to refuse the connection."""


class HostNotFoundError(CannotConnectError):
    """The host name of the server cannot be resolved."""


class UntrustedCertificateError(CannotConnectError):
    """The certificate of the server is not trusted, or belongs to another host."""

    key = "untrusted_certificate"


class CertificateChangedError(UntrustedCertificateError):
    """The server has another certificate than the one that the user accepted.

    `certificate` is what it has, in DER format, and `detail` its fingerprint.
    """

    key = "certificate_changed"

    def __init__(self, certificate: bytes = b"") -> None:
        """Initialize with the certificate of the server."""
        super().__init__(fingerprint(certificate))
        self.certificate = certificate


class NoTlsError(CannotConnectError):
    """The server does not speak TLS, although the address begins with https."""

    key = "no_tls"


class NoHttpError(CannotConnectError):
    """The server sent something else than HTTP, or hung up; it may expect TLS."""


class ConnectionLostError(CannotConnectError):
    """The connection was lost before the end of the response."""

    key = "connection_lost"


class ServerTimeoutError(CompletionError):
    """The server accepted the request and then sent nothing for too long."""

    key = "timeout"


class InvalidAuthError(CompletionError):
    """The server rejected the API key."""

    key = "invalid_auth"


class QuotaError(CompletionError):
    """The account has no credit left."""

    key = "quota_exceeded"


class ModelNotFoundError(CompletionError):
    """The server does not have the model."""

    key = "model_not_found"


class NotFoundError(CompletionError):
    """The server has no API at the address."""

    key = "not_found"


class NoEndpointError(NotFoundError):
    """The server has an API at the address, but nothing that answers this request.

    A user reads its own words.
    """

    key = "api_error"


class RedirectedError(CompletionError):
    """The server redirects to where requests are not sent without asking the user.

    `detail` is the target for display, `source` and `target` are whole URLs.
    """

    key = "redirected"

    source: str = ""
    target: str = ""


class ContextTooLongError(CompletionError):
    """The request exceeds the context window of the model."""

    key = "context_too_long"

    @property
    def excess(self) -> float:
        """Return the fraction of the request over the limit, 0 if it is not known."""
        counts = self._counts
        return 1 - min(counts) / max(counts) if len(counts) == 2 and all(counts) else 0

    @property
    def limit(self) -> int | None:
        """Return the size of the context in tokens, None if the server does not tell."""
        if limit := context_limit(self.words):
            return limit
        return min(self._counts) if len(self._counts) == 2 else None

    @property
    def _counts(self) -> list[int]:
        """Return the first two numbers of tokens in the server's message."""
        return [int(n.replace(",", "")) for n in _TOKENS.findall(self.words)][:2]


class MaxTokensError(CompletionError):
    """The request asks for a longer response than the context window has left."""


class RequestTooLargeError(CompletionError):
    """A web server in front of the model takes no request of this size."""

    key = "request_too_large"


class ImagesNotSupportedError(CompletionError):
    """The model, as the server runs it, does not support images."""

    key = "images_not_supported"


class RateLimitedError(CompletionError):
    """The server accepts no more requests for now."""

    key = "rate_limited"


class ServerFailedError(CompletionError):
    """The server had an internal error."""

    key = "server_failed"


class ServerBusyError(ServerFailedError):
    """The server, or one upstream of it, is temporarily unavailable."""


class ModelFailedError(ServerFailedError):
    """The server could not load its model, or the model crashed."""


class ModelLoadingError(CompletionError):
    """The server is still loading the model."""

    key = "model_loading"


class GarbledAnswerError(CompletionError):
    """The server could not parse the model's output, usually a tool call."""


class EmptyAnswerError(CompletionError):
    """The response ended without text or a tool call."""

    key = "empty_answer"


class LengthLimitError(EmptyAnswerError):
    """The response reached its length limit before any text."""

    key = "length_limit"


class ContentFilterError(EmptyAnswerError):
    """The server's content filter withheld the response."""

    key = "content_filter"


class NoStructuredDataError(CompletionError):
    """The response does not have the requested structure."""

    key = "no_structured_data"


class AnswerTooLargeError(CompletionError):
    """The response exceeds a size limit."""

    key = "answer_too_large"


class RunawayError(CompletionError):
    """The model went on without end, and was stopped."""


class RepetitionError(RunawayError):
    """The model repeated itself without end, and was stopped."""

    key = "repetition"


class SpeechLimitError(RunawayError):
    """The response would take too long to say, and was stopped."""

    key = "speech_limit"


class ReasoningLimitError(RunawayError):
    """The model reasoned for too long, and was stopped."""

    key = "reasoning_limit"


class UnexpectedError(CompletionError):
    """An exception that was not anticipated."""

    key = "unknown"
