"""Certificates for servers on loopback, and a server whose handshake fails."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import socket
import ssl
from threading import Event, Thread
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Identity:
    """A certificate with its private key, and both in a file in PEM format."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    path: Path

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 fingerprint, as browsers show it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def pem(self) -> str:
        """Return the certificate in PEM format."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def server_context(self) -> ssl.SSLContext:
        """Return the context of a server with the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path)
        return context


def identity(
    folder: Path,
    name: str = "Model server",
    *,
    host: str = "127.0.0.1",
    days: int = 1,
    issuer: Identity | None = None,
    is_authority: bool = False,
) -> Identity:
    """Return a new certificate that is valid for `days`, by default signed by itself.

    With negative days, it expired that many days ago.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])
    now = datetime.now(UTC)
    signing_key = issuer.key if issuer else key
    usage = dict.fromkeys(USAGES, False) | {"key_cert_sign": is_authority}
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=abs(days) + 1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(**usage | {"digital_signature": True}), critical=True
        )
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                signing_key.public_key()
            ),
            critical=False,
        )
        .sign(signing_key, hashes.SHA256())
    )
    path = folder / f"{certificate.serial_number}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return Identity(certificate, key, path)


class TlsFront:
    """TLS in front of a server on loopback, with a certificate that can be replaced.

    It has a thread of its own, as the event loop of a test would report a handshake
    that the client breaks off.
    """

    def __init__(self, identity: Identity, target: int) -> None:
        """Initialize with the port of the server."""
        self.port = 0
        self._identity = identity
        self._target = target
        self._connections: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = Event()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._run(),))

    def replace(self, identity: Identity) -> None:
        """Use another certificate from the next connection on, and close all others."""
        self._identity = identity
        asyncio.run_coroutine_threadsafe(self._close_all(), self._loop).result(5)

    def __enter__(self) -> Self:
        """Start the thread, and wait until it listens."""
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _run(self) -> None:
        """Accept connections until the front is stopped."""
        listening = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]
        self._ready.set()
        async with listening:
            await self._stop.wait()
            # A client may connect until now, whose task has not begun yet.
            listening.close()
            listening.abort_clients()
            await self._close_all()

    async def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Shake hands, and pass on what either side sends."""
        upstream = None
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await writer.start_tls(self._identity.server_context())
            source, upstream = await asyncio.open_connection("127.0.0.1", self._target)
            await asyncio.gather(_pass_on(reader, upstream), _pass_on(source, writer))
        except OSError, asyncio.CancelledError:
            pass
        finally:
            self._connections.discard(task)
            for side in filter(None, (writer, upstream)):
                side.transport.abort()

    async def _close_all(self) -> None:
        """Close all connections."""
        connections = [*self._connections]
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections)


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Send what is read from one side to the other, until it ends; then end both."""
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    target.transport.abort()


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
