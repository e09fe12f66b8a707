"""HTTP clients for the connections of entries."""

from collections.abc import Mapping
import ssl
from typing import Any

from homeassistant.const import CONF_VERIFY_SSL, EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.httpx_client import (
    DEFAULT_LIMITS,
    SERVER_SOFTWARE,
    USER_AGENT,
    HassHttpXAsyncClient,
    get_async_client,
)
from homeassistant.util.hass_dict import HassKey

from .completions.pinned_certificate import PinnedContext
from .const import CONF_CERTIFICATE, DOMAIN

NO_CERTIFICATE = ""
"""In the place of an accepted certificate: none is, and the error has the server's."""

DATA_PINNED_CLIENTS: HassKey[dict[str, HassHttpXAsyncClient]] = HassKey(
    f"{DOMAIN}_pinned_clients"
)
"""Clients by the certificate that they accept."""


@callback
def async_get_http_client(hass: HomeAssistant, data: Mapping[str, Any]) -> Any:
    """Return the shared HTTP client for the data of an entry, which must not be closed.

    It accepts the accepted certificate and no other, if there is one. Otherwise it is
    Home Assistant's own, with or without a check of the certificate.
    """
    certificate = data.get(CONF_CERTIFICATE)
    if certificate is None:
        return get_async_client(hass, verify_ssl=data.get(CONF_VERIFY_SSL, True))
    clients = hass.data.setdefault(DATA_PINNED_CLIENTS, {})
    if certificate not in clients:
        clients[certificate] = _async_create_pinned_client(hass, certificate)
    return clients[certificate]


@callback
def _async_create_pinned_client(
    hass: HomeAssistant, certificate: str
) -> HassHttpXAsyncClient:
    """Return a client for a certificate in PEM format, closed with Home Assistant."""
    der = ssl.PEM_cert_to_DER_cert(certificate) if certificate else b""
    client = HassHttpXAsyncClient(
        verify=PinnedContext(der),
        headers={USER_AGENT: SERVER_SOFTWARE},
        limits=DEFAULT_LIMITS,
    )

    async def async_close(_event: Event) -> None:
        """Close the client."""
        await client.aclose()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, async_close)
    return client
