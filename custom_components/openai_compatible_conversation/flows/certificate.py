"""A certificate that no authority vouches for, and the choice to accept it."""

from collections.abc import Mapping
import ssl
from typing import Any

from cryptography import x509
import probatio

from homeassistant.helpers.selector import BooleanSelector

from ..completions.pinned_certificate import fingerprint
from ..const import CONF_ACCEPT_CERTIFICATE

MAX_NAME = 120
"""Maximum characters of a name that a form shows."""


def with_certificate(
    schema: probatio.Schema, offered: str | None, *, is_accepted: bool
) -> probatio.Schema:
    """Return the schema with the choice to accept a certificate, if one is offered."""
    if not offered:
        return schema
    field = probatio.Required(CONF_ACCEPT_CERTIFICATE, default=is_accepted)
    return schema.extend({field: BooleanSelector()})


def accepted_certificate(
    form: Mapping[str, Any], offered: str | None, stored: str | None
) -> str | None:
    """Return the certificate that is accepted, in PEM format.

    `offered` is that of the form, and `stored` that of the entry, which stays accepted
    if the form offered none.
    """
    if CONF_ACCEPT_CERTIFICATE not in form:
        return stored
    return offered if form[CONF_ACCEPT_CERTIFICATE] else None


def certificate_placeholders(certificate: str | None) -> dict[str, str]:
    """Return the placeholders that describe a certificate in PEM format."""
    if not certificate:
        return dict.fromkeys(("fingerprint", "subject", "issuer", "expires"), "-")
    der = ssl.PEM_cert_to_DER_cert(certificate)
    subject, issuer, expires = _details(der)
    return {
        "fingerprint": fingerprint(der),
        "subject": _shown(subject),
        "issuer": _shown(issuer),
        "expires": expires,
    }


def _details(der: bytes) -> tuple[str, str, str]:
    """Return subject, issuer and end of validity of a certificate in DER format."""
    # Any server sends it, and there are many ways for it to be malformed.
    try:
        parsed = x509.load_der_x509_certificate(der)
        issuer = parsed.issuer.rfc4514_string()
        return _subject(parsed), issuer, f"{parsed.not_valid_after_utc:%Y-%m-%d %H:%M}"
    except Exception:  # noqa: BLE001
        return "-", "-", "-"


def _subject(certificate: x509.Certificate) -> str:
    """Return whom a certificate was issued to; some name it only beside the subject."""
    if subject := certificate.subject.rfc4514_string():
        return subject
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return ", ".join(str(name.value) for name in names.value)


def _shown(name: str) -> str:
    """Return a name as one line of code in Markdown, which cannot look like a form."""
    text = "".join(c if c.isprintable() and c != "`" else " " for c in name)
    return " ".join(text.split())[:MAX_NAME] or "-"
