"""Certificates for servers on loopback, and a server whose handshake fails."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import socket
import ssl
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def self_signed(folder: Path, host: str = "127.0.0.1") -> ssl.SSLContext:
    """Return the context of a server with a certificate that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Model server")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@contextmanager
def tls_port(context: ssl.SSLContext) -> Iterator[int]:
    """Yield a port where a server does no more than a TLS handshake.

    It has a thread of its own, as the event loop of a test would report a handshake
    that the client breaks off.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=_shake_hands, args=(listening, context))
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    """Accept connections until the socket is closed."""
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.settimeout(5)
            with connection, suppress(OSError):
                context.wrap_socket(connection, server_side=True).close()
