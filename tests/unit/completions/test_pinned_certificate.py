"""Tests for connections to a server with one accepted certificate."""

import socket

import pytest

from custom_components.openai_compatible_conversation.completions.connection_errors import (
    connection_error,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CertificateChangedError,
    UntrustedCertificateError,
)
from custom_components.openai_compatible_conversation.completions.pinned_certificate import (
    OtherCertificateError,
    PinnedContext,
    fingerprint,
)
from custom_components.openai_compatible_conversation.completions.retry import (
    RetryPolicy,
)

EMPTY = (
    "E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:"
    "27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55"
)
"""SHA-256 of nothing. Source: FIPS 180-4, test vectors of NIST."""


def test_fingerprint() -> None:
    """It is written as OpenSSL writes it."""
    assert fingerprint(b"") == EMPTY


def test_no_blocking_connections() -> None:
    """A connection that would not be compared is not made."""
    one, other = socket.socketpair()
    with one, other, pytest.raises(NotImplementedError):
        PinnedContext(b"certificate").wrap_socket(one)


def test_error() -> None:
    """Another certificate is an untrusted one, told with its fingerprint."""
    outer = RuntimeError("Connection error.")
    outer.__cause__ = OtherCertificateError(b"")
    error = connection_error(outer)
    assert isinstance(error, CertificateChangedError)
    assert isinstance(error, UntrustedCertificateError)
    assert error.certificate == b""
    assert error.detail == error.explanation == EMPTY
    assert RetryPolicy(60, lambda: 0).next_delay(error) is None


def test_context_trusts_no_authority() -> None:
    """Nothing but the comparison accepts a certificate."""
    stored = PinnedContext(b"certificate").cert_store_stats()
    assert stored == {"x509": 0, "crl": 0, "x509_ca": 0}
