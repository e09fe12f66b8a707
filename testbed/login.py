"""Becoming a user of a Home Assistant, with the requests that a browser makes."""

from typing import Any

import aiohttp

USERNAME = "demo"
PASSWORD = "demo"  # noqa: S105


async def access_token(session: aiohttp.ClientSession, url: str) -> str:
    """Return an access token of the demo user, who is made if there is none."""
    client = {"client_id": f"{url}/"}
    code = await _first_user(session, url, client) or await _log_in(
        session, url, client
    )
    grant = {"grant_type": "authorization_code", "code": code, **client}
    async with session.post(f"{url}/auth/token", data=grant) as response:
        response.raise_for_status()
        token: str = (await response.json())["access_token"]
        return token


async def _first_user(
    session: aiohttp.ClientSession, url: str, client: dict[str, str]
) -> str | None:
    """Make the demo user and return a code for it, None where users exist already."""
    async with session.get(f"{url}/api/onboarding") as response:
        # Where onboarding is over there is nothing at this address.
        if response.status != 200:
            return None
        steps = await response.json()
    if any(step["step"] == "user" and step["done"] for step in steps):
        return None
    user = {
        "name": "Demo",
        "username": USERNAME,
        "password": PASSWORD,
        "language": "en",
        **client,
    }
    made = await _post(session, f"{url}/api/onboarding/users", user)
    code: str = made["auth_code"]
    return code


async def _log_in(
    session: aiohttp.ClientSession, url: str, client: dict[str, str]
) -> str:
    """Return a code for the demo user's name and password."""
    flow = await _post(
        session,
        f"{url}/auth/login_flow",
        {"handler": ["homeassistant", None], "redirect_uri": f"{url}/", **client},
    )
    done = await _post(
        session,
        f"{url}/auth/login_flow/{flow['flow_id']}",
        {"username": USERNAME, "password": PASSWORD, **client},
    )
    code: str = done["result"]
    return code


async def _post(
    session: aiohttp.ClientSession, url: str, payload: dict[str, Any]
) -> dict[str, Any]:
    """Return what comes back for a payload."""
    async with session.post(url, json=payload) as response:
        response.raise_for_status()
        answer: dict[str, Any] = await response.json()
        return answer
