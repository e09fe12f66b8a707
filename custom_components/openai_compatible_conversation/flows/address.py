"""What a user types or pastes as the address of a server and as an API key."""

from contextlib import suppress
from ipaddress import IPv6Address
import re
from urllib.parse import SplitResult, urlsplit

from ..completions.house_address import is_house_address

MAX_LENGTH = 2000
"""Maximum characters of an address."""

_AROUND = " \t\r\n\xa0\"'`<>"
_ENDPOINT = re.compile(
    r"/(chat/completions|completions|models|embeddings|responses)/*$", re.IGNORECASE
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME_OF_KEY = re.compile(
    r"(authorization\s*[:=])?[\s\"'`]*(bearer(\s+|$))?", re.IGNORECASE
)
# Invisible characters that come along when text is copied from a web page.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def normalize_address(text: str) -> str:
    """Return the base URL that is meant, in one writing for each server.

    A scheme is added, https where the host is not in the house; the path of an
    endpoint such as `/chat/completions` is dropped, and a query is kept. Raises
    ValueError if it is not the address of a web server.
    """
    text = text.translate(_INVISIBLE).strip(_AROUND)
    if len(text) > MAX_LENGTH or not text.isprintable() or " " in text:
        raise ValueError("It is no address")
    if "://" not in text:
        text = _with_scheme(text)
    parts = urlsplit(text)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("It is no address of a web server")
    return parts._replace(
        netloc=_netloc(parts), path=_base_path(parts.path), fragment=""
    ).geturl()


def clean_api_key(text: str) -> str:
    """Return the API key that is meant, without whitespace, quotes and `Bearer`."""
    text = text.translate(_INVISIBLE).strip(_AROUND)
    if found := _SCHEME_OF_KEY.match(text):
        text = text[found.end() :]
    return "".join(text.split()).strip(_AROUND)


def same_address(one: str, other: str) -> bool:
    """Return whether two addresses are that of the same server."""
    try:
        return normalize_address(one) == normalize_address(other)
    except ValueError:
        return one == other


def host_of(url: str) -> str:
    """Return the host and port of a URL for display, "" if it is invalid."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def shown_url(url: str) -> str:
    """Return a URL without what may be secret in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=host_of(url), query="", fragment="").geturl()


def _with_scheme(text: str) -> str:
    """Return an address that has no scheme with the one that is meant."""
    host, slash, path = text.partition("/")
    with suppress(ValueError):
        host = f"[{IPv6Address(host)}]"
    url = f"//{host}{slash}{path}"
    return f"http:{url}" if is_house_address(url) else f"https:{url}"


def _netloc(parts: SplitResult) -> str:
    """Return the credentials, the host and the port of a URL, in one writing.

    Raises ValueError if the host or the port cannot be one.
    """
    host, port = parts.hostname or "", parts.port
    if ":" in host:
        host = f"[{IPv6Address(host)}]"
    else:
        # Raises UnicodeError, which is a ValueError, for what cannot be a name.
        host.rstrip(".").encode("idna")
    if port == 0:
        raise ValueError("There is no such port")
    credentials, at, _ = parts.netloc.rpartition("@")
    shown_port = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{credentials}{at}{host}{shown_port}"


def _base_path(path: str) -> str:
    """Return a path without the endpoint of the API and trailing slashes."""
    while found := _ENDPOINT.search(path):
        path = path[: found.start()]
    return path.rstrip("/")
