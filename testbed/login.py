"""Login to Home Assistant as the demo user, with the requests that a browser makes."""

from typing import Any

import aiohttp

USERNAME = "demo"
PASSWORD = "demo"  # noqa: S105


async def access_token(
    session: aiohttp.ClientSession,
    url: str,
    *,
    username: str = USERNAME,
    password: str = PASSWORD,
) -> str:
    """Return an access token of a user.

    By default it is the demo user, who is created if there are no users.
    """
    client = {"client_id": f"{url}/"}
    code = await _first_user(session, url, client) or await _log_in(
        session, url, client, {"username": username, "password": password}
    )
    grant = {"grant_type": "authorization_code", "code": code, **client}
    async with session.post(f"{url}/auth/token", data=grant) as response:
        response.raise_for_status()
        token: str = (await response.json())["access_token"]
        return token


async def _first_user(
    session: aiohttp.ClientSession, url: str, client: dict[str, str]
) -> str | None:
    """Create the demo user and return its auth code, None if users exist already."""
    async with session.get(f"{url}/api/onboarding") as response:
        # After the onboarding this URL does not exist.
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
    created = await _post(session, f"{url}/api/onboarding/users", user)
    code: str = created["auth_code"]
    return code


async def _log_in(
    session: aiohttp.ClientSession,
    url: str,
    client: dict[str, str],
    credentials: dict[str, str],
) -> str:
    """Return an auth code for a user's name and password."""
    flow = await _post(
        session,
        f"{url}/auth/login_flow",
        {"handler": ["homeassistant", None], "redirect_uri": f"{url}/", **client},
    )
    done = await _post(
        session,
        f"{url}/auth/login_flow/{flow['flow_id']}",
        {**credentials, **client},
    )
    code: str = done["result"]
    return code


async def _post(
    session: aiohttp.ClientSession, url: str, payload: dict[str, Any]
) -> dict[str, Any]:
    """POST a JSON payload, and return the JSON response."""
    async with session.post(url, json=payload) as response:
        response.raise_for_status()
        answer: dict[str, Any] = await response.json()
        return answer
