"""Tests for what a form shows of a certificate."""

from datetime import UTC, datetime
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
import pytest

from custom_components.openai_compatible_conversation.completions.pinned_certificate import (
    fingerprint,
)
from custom_components.openai_compatible_conversation.flows.certificate import (
    MAX_NAME,
    certificate_placeholders,
)

KEY = ec.generate_private_key(ec.SECP256R1())


def _certificate(common_name: str, *names: str) -> bytes:
    """Return a certificate in DER format, signed by itself."""
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else []
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 2, tzinfo=UTC))
        .not_valid_after(datetime(2027, 3, 4, 5, 6, tzinfo=UTC))
    )
    if names:
        alternative = x509.SubjectAlternativeName([*map(x509.DNSName, names)])
        builder = builder.add_extension(alternative, critical=not common_name)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("common_name", "names", "shown"),
    [
        ("nas", ("nas.lan",), "CN=nas"),
        ("", ("nas.lan", "nas"), "nas.lan, nas"),
        ("", (), "-"),
        ("K\u00fcche", (), "CN=K\u00fcche"),
        ("a`b` [c](http:d)\n\n# e", (), r"CN=a b [c](http:d) # e"),
        ("a\u202eb", (), "CN=a b"),
    ],
)
def test_names(common_name: str, names: tuple[str, ...], shown: str) -> None:
    """Names are shown on one line, which stays code in Markdown."""
    der = _certificate(common_name, *names)
    placeholders = certificate_placeholders(ssl.DER_cert_to_PEM_cert(der))
    assert placeholders["subject"] == shown
    assert placeholders["issuer"] == (shown if common_name else "-")


def test_all() -> None:
    """A form shows fingerprint, names and end of validity."""
    der = _certificate("nas")
    assert certificate_placeholders(ssl.DER_cert_to_PEM_cert(der)) == {
        "fingerprint": fingerprint(der),
        "subject": "CN=nas",
        "issuer": "CN=nas",
        "expires": "2027-03-04 05:06",
    }


def test_long_name() -> None:
    """A name cannot fill the form."""
    der = _certificate("", *(f"{number}.example" for number in range(1000)))
    shown = certificate_placeholders(ssl.DER_cert_to_PEM_cert(der))["subject"]
    assert len(shown) == MAX_NAME


@pytest.mark.parametrize(
    "der",
    [b"", b"no certificate", _certificate("nas")[:-9]],
    ids=["empty", "text", "cut"],
)
def test_malformed(der: bytes) -> None:
    """What is no certificate has a fingerprint, and no names."""
    assert certificate_placeholders(ssl.DER_cert_to_PEM_cert(der)) == {
        "fingerprint": fingerprint(der),
        "subject": "-",
        "issuer": "-",
        "expires": "-",
    }


def test_none() -> None:
    """A form that offers no certificate needs the placeholders, too."""
    assert set(certificate_placeholders(None).values()) == {"-"}
