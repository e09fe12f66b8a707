"""What to do about a server that cannot be connected to."""

from ..completions.errors import (
    CannotConnectError,
    CertificateChangedError,
    HostNotFoundError,
    NoEndpointError,
    NoHttpError,
    NotFoundError,
    NoTlsError,
    RedirectedError,
    UnreachableError,
    UntrustedCertificateError,
)


class InvalidAddressError(CannotConnectError):
    """What was typed is not the address of a web server."""


_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (InvalidAddressError, "address"),
    (HostNotFoundError, "host"),
    (NoHttpError, "https"),
    (NoTlsError, "http"),
    (NotFoundError, "path"),
    (RedirectedError, "redirect"),
    (UnreachableError, "network"),
    (CertificateChangedError, "certificate_changed"),
    (UntrustedCertificateError, "certificate"),
    (CannotConnectError, "server"),
)
"""Keys of the texts by errors; a class stands before those that it is derived from."""


def advice_for(err: Exception) -> str | None:
    """Return the key of the text for an error, None if it is not one of connecting."""
    if isinstance(err, NoEndpointError):
        # What it says is more than that.
        return None
    return next((key for kind, key in _ADVICE if isinstance(err, kind)), None)
