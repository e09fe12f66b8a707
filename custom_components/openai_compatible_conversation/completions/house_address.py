"""Whether a server is in the house, judged by its address alone.

Names are not resolved: that takes time, and fails while the network is down.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

HOUSE_DOMAINS = (
    "fritz.box",
    "home",
    "home.arpa",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
)
"""Domains that name what is in a home network."""


def is_house_address(url: str) -> bool:
    """Return whether the host of a URL is in the house.

    That is an IP address that is not public, a name in a domain of home networks, or
    a name without a domain, such as that of a container.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    if (address := _ip_address(host)) is not None:
        return not address.is_global
    if "." not in host:
        return bool(host)
    return f".{host}".endswith(tuple(f".{domain}" for domain in HOUSE_DOMAINS))


def _ip_address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that a host is, None if it is a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
