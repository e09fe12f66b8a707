"""Tests for the errors of failed connections."""

import socket
import ssl

import pytest

from custom_components.openai_compatible_conversation.completions.connection_errors import (
    connection_error,
    wants_tls,
)
from custom_components.openai_compatible_conversation.completions.errors import (
    CannotConnectError,
    HostNotFoundError,
    NoHttpError,
    NoTlsError,
    UntrustedCertificateError,
)
from custom_components.openai_compatible_conversation.completions.retry import (
    RetryPolicy,
)


class RemoteProtocolError(Exception):
    """Has the name of the HTTP library's exception."""


class ReadError(Exception):
    """Has the name of the HTTP library's exception."""


def _ssl_error(reason: str) -> ssl.SSLError:
    """Return an error of OpenSSL."""
    error = ssl.SSLError(1, f"[SSL: {reason}] (_ssl.c:1081)")
    error.reason = reason
    return error


def _certificate_error(message: str) -> ssl.SSLCertVerificationError:
    """Return an error of OpenSSL about a certificate."""
    error = ssl.SSLCertVerificationError(
        1, f"[SSL: CERTIFICATE_VERIFY_FAILED] {message}"
    )
    error.verify_message = message
    return error


@pytest.mark.parametrize(
    ("cause", "kind", "retried"),
    [
        (
            _certificate_error("self-signed certificate"),
            UntrustedCertificateError,
            False,
        ),
        (_ssl_error("WRONG_VERSION_NUMBER"), NoTlsError, False),
        (_ssl_error("RECORD_LAYER_FAILURE"), NoTlsError, False),
        (_ssl_error("TLSV1_ALERT_INTERNAL_ERROR"), CannotConnectError, True),
        (socket.gaierror(-2, "Name or service not known"), HostNotFoundError, True),
        (RemoteProtocolError("illegal status line"), NoHttpError, True),
        (ReadError(""), NoHttpError, True),
        (ConnectionRefusedError(111, "refused"), CannotConnectError, True),
    ],
)
def test_cause(
    cause: Exception, kind: type[CannotConnectError], *, retried: bool
) -> None:
    """The error is told by what is behind the SDK's exception, however deep."""
    inner = OSError("All connection attempts failed")
    inner.__context__ = cause
    outer = RuntimeError("Connection error.")
    outer.__cause__ = inner
    error = connection_error(outer)
    assert type(error) is kind
    # What does not change by itself is not tried again.
    assert (RetryPolicy(60, lambda: 0).next_delay(error) is not None) is retried


def test_words() -> None:
    """The words are those of the cause, for a certificate without OpenSSL's codes."""
    error = connection_error(_certificate_error("self-signed certificate"))
    assert error.detail == "self-signed certificate"
    assert connection_error(RuntimeError("alone")).detail == "alone"


@pytest.mark.parametrize(
    ("status", "text", "wanted"),
    [
        (400, "<h1>The plain HTTP request was sent to HTTPS port</h1>", True),
        (400, "Client sent an HTTP request to an HTTPS server.\n", True),
        (400, "You're speaking plain HTTP to an SSL-enabled server port.", True),
        (400, "Bad Request", False),
        (500, "The plain HTTP request was sent to HTTPS port", False),
    ],
)
def test_tls_wanted(status: int, text: str, *, wanted: bool) -> None:
    """A web server that says that it expects TLS is understood."""
    assert wants_tls(status, text) is wanted
