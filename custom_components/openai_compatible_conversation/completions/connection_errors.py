"""Map failed connections to the exceptions in `errors`.

The HTTP library is not imported (see the decision record of `client`), so its
exceptions are recognized by what is behind them, or by their name.
"""

from collections.abc import Iterator
import re
import socket
import ssl

from .errors import (
    CannotConnectError,
    CertificateChangedError,
    HostNotFoundError,
    NoHttpError,
    NoTlsError,
    UntrustedCertificateError,
)
from .pinned_certificate import OtherCertificateError

# OpenSSL, for a server that answers a TLS handshake with something else.
_NO_TLS = re.compile("WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|HTTP_REQUEST|TOO_LONG")
# A server that expects TLS answers a request in clear like that.
_NO_RESPONSE = ("ReadError", "RemoteProtocolError")
# nginx, Go and Apache, with status 400.
_TLS_WANTED = re.compile(
    r"plain HTTP request|HTTP request to an HTTPS|plain HTTP to an SSL", re.IGNORECASE
)


def connection_error(err: BaseException) -> CannotConnectError:
    """Return the error for an exception that was raised instead of a response."""
    causes = [*_causes(err)]
    for cause in causes:
        if isinstance(cause, OtherCertificateError):
            return CertificateChangedError(cause.certificate)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return UntrustedCertificateError(cause.verify_message)
        if isinstance(cause, ssl.SSLError) and _NO_TLS.search(str(cause.reason)):
            return NoTlsError(str(cause))
        if isinstance(cause, socket.gaierror):
            return HostNotFoundError(str(cause))
        if type(cause).__name__ in _NO_RESPONSE:
            return NoHttpError(str(cause))
    return CannotConnectError(str(causes[1] if len(causes) > 1 else err))


def wants_tls(status: int, text: str) -> bool:
    """Return whether a response says that the server expects TLS on the port."""
    return status == 400 and _TLS_WANTED.search(text) is not None


def _causes(err: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that it was raised from."""
    while err is not None:
        yield err
        err = err.__cause__ or err.__context__
