"""Looking for model servers that run beside Home Assistant."""

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

DISCOVERY_TIMEOUT = 0.5
"""Seconds that a server has to answer in: a form waits for it."""

DATA_CANDIDATES: HassKey[Sequence[ServerPreset]] = HassKey(f"{DOMAIN}_candidates")
"""Where to look, if not in the usual places."""


def candidates(hass: HomeAssistant) -> Sequence[ServerPreset]:
    """Return the servers that may run beside Home Assistant."""
    if DATA_CANDIDATES in hass.data:
        return hass.data[DATA_CANDIDATES]
    hosts = [THIS_MACHINE]
    # The supervisor gives Home Assistant the network of the machine, so that
    # localhost is right there, too; in any other container it may not be.
    if is_docker_env() and not is_hassio(hass):
        hosts.append(CONTAINER_HOST)
    return local_presets(hosts)


async def async_find_servers(
    hass: HomeAssistant, servers: Sequence[ServerPreset]
) -> list[ServerPreset]:
    """Return those servers that answer, all of them asked at once."""
    answers = await asyncio.gather(
        *(_async_answers(hass, server.base_url) for server in servers)
    )
    return [server for server, answer in zip(servers, answers, strict=True) if answer]


async def _async_answers(hass: HomeAssistant, base_url: str) -> bool:
    """Return whether a list of models is at an address, or a model server that wants a key."""
    try:
        async with asyncio.timeout(DISCOVERY_TIMEOUT):
            response = await get_async_client(hass).get(f"{base_url}/models")
        answer = response.json()
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            # Of a web page that wants a password, the answer is no JSON like this.
            return "error" in answer
        return response.is_success and isinstance(answer["data"], list)
    # Anything at all may listen there, and nothing of it may keep the form away.
    except Exception:  # noqa: BLE001
        return False
