"""TLS connections to a server with one accepted certificate, whoever signed it.

Decision record: docs/decisions/0020-a-certificate-is-accepted-as-it-is.md.
"""

from hashlib import sha256
import ssl
from typing import Any, Never, Self, override


class OtherCertificateError(ssl.SSLCertVerificationError):
    """The server has another certificate than the accepted one.

    `certificate` is what it has, in DER format, b"" if it has none.
    """

    def __init__(self, certificate: bytes) -> None:
        """Initialize with the certificate of the server."""
        super().__init__("another certificate than the accepted one")
        self.certificate = certificate


class _PinnedConnection(ssl.SSLObject):
    """A connection whose handshake ends with the comparison of the certificate.

    Nothing was sent or read by then: the handshake is not yet reported as done.
    """

    @override
    def do_handshake(self) -> None:
        """Shake hands; raises `OtherCertificateError`."""
        super().do_handshake()
        certificate = self.getpeercert(binary_form=True)
        context = self.context
        if not isinstance(context, PinnedContext) or certificate != context.certificate:
            raise OtherCertificateError(certificate or b"")


class PinnedContext(ssl.SSLContext):
    """A context for connections to a server with one certificate, and no other.

    Whether authorities, host name and dates of the certificate are in order does not
    matter. That the server has its key is part of each handshake. It loads no
    authorities, so that it reads nothing from disk.
    """

    certificate: bytes

    def __new__(cls, certificate: bytes) -> Self:
        """Create a context for a certificate in DER format; b"" accepts none."""
        context = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.sslobject_class = _PinnedConnection
        context.certificate = certificate
        return context

    @override
    def wrap_socket(self, *args: Any, **kwargs: Any) -> Never:
        """Refuse a blocking connection, which would not be compared."""
        raise NotImplementedError


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 fingerprint of a certificate in DER format.

    It is written as OpenSSL and browsers do, such as `3A:F0:...`.
    """
    return sha256(certificate).digest().hex(":").upper()
