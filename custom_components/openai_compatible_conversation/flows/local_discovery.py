"""Discovery of model servers on the machine that Home Assistant runs on."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from homeassistant.core import HomeAssistant
from homeassistant.helpers.hassio import is_hassio
from homeassistant.helpers.httpx_client import get_async_client
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.package import is_docker_env

from ..const import DOMAIN
from .server_presets import CONTAINER_HOST, THIS_MACHINE, ServerPreset, local_presets

DISCOVERY_TIMEOUT = 2.0
"""Seconds that a server has to answer; the first form waits for it.

Where nothing listens, the connection is refused at once. The first connection of the
process takes a while by itself, and so does a machine that is loading a model.
"""

DATA_CANDIDATES: HassKey[Sequence[ServerPreset]] = HassKey(f"{DOMAIN}_candidates")
"""Servers to look for instead of the local presets."""


def candidates(hass: HomeAssistant) -> Sequence[ServerPreset]:
    """Return the servers that may run on this machine."""
    if DATA_CANDIDATES in hass.data:
        return hass.data[DATA_CANDIDATES]
    hosts = [THIS_MACHINE]
    # Under the supervisor, Home Assistant uses the host network, so localhost is the
    # machine. In any other container it may not be.
    if is_docker_env() and not is_hassio(hass):
        hosts.append(CONTAINER_HOST)
    return local_presets(hosts)


async def async_find_servers(
    hass: HomeAssistant, servers: Sequence[ServerPreset]
) -> list[ServerPreset]:
    """Return the servers that answer; all are asked in parallel."""
    found = await asyncio.gather(
        *(_async_is_model_server(hass, server.base_url) for server in servers)
    )
    return [server for server, is_found in zip(servers, found, strict=True) if is_found]


async def _async_is_model_server(hass: HomeAssistant, base_url: str) -> bool:
    """Return whether an address lists models, or is a model server that wants a key."""
    try:
        async with asyncio.timeout(DISCOVERY_TIMEOUT):
            response = await get_async_client(hass).get(f"{base_url}/models")
        answer = response.json()
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            # A web server that asks for a password does not send such JSON.
            return "error" in answer
        return response.is_success and isinstance(answer["data"], list)
    # Any kind of server may listen there, and none may break the form.
    except Exception:  # noqa: BLE001
        return False
