"""The people who speak: users of a Home Assistant, each with a client of their own."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import aiohttp

from testbed.hass import Hass
from testbed.login import access_token
from testbed.websocket import Client

_PASSWORD = "speaker"  # noqa: S105
_USERS = "system-users"
"""The group of users who are no administrators."""


class People:
    """Clients of users by their names, created when they first speak.

    A user without a name is one whom Home Assistant knows, but does not name to the
    model, as with most voice satellites. The connections are open as long as the
    context manager.
    """

    def __init__(self, hass: Hass, admin: Client) -> None:
        """Initialize without users; `admin` creates them."""
        self._hass = hass
        self._admin = admin
        self._clients: dict[str, Client] = {}
        self._stack = AsyncExitStack()

    async def client(self, name: str) -> Client:
        """Return the client of a user."""
        if name not in self._clients:
            token = await self._new_user(name, f"speaker{len(self._clients)}")
            self._clients[name] = await self._stack.enter_async_context(
                Client(self._hass.url, token)
            )
        return self._clients[name]

    async def _new_user(self, name: str, username: str) -> str:
        """Create a user; return an access token."""
        created = await self._admin.command(
            "config/auth/create", name=name, group_ids=[_USERS]
        )
        await self._admin.command(
            "config/auth_provider/homeassistant/create",
            user_id=created["user"]["id"],
            username=username,
            password=_PASSWORD,
        )
        async with aiohttp.ClientSession() as session:
            # Its connection stays open when it has expired.
            return await access_token(
                session, self._hass.url, username=username, password=_PASSWORD
            )

    async def __aenter__(self) -> Self:
        """Return the people, none of whom has spoken."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self._stack.aclose()
