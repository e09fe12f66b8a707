"""Trying a server and a model before they are stored."""

from collections.abc import Mapping
from contextlib import aclosing
import logging
from typing import Any
from urllib.parse import urlsplit

from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant

from ..completions.client import CompletionsClient
from ..completions.errors import (
    CannotConnectError,
    CompletionError,
    InvalidAuthError,
    NotFoundError,
)
from ..completions.messages import UserMessage
from ..completions.request import build_body
from ..const import CONF_BASE_URL
from ..data import async_create_client

_LOGGER = logging.getLogger(__name__)

FORM_ERRORS = frozenset(
    {"cannot_connect", "invalid_auth", "timeout", "model_not_found", "api_error"}
)
"""Errors that forms have words for; any other of a server is an `api_error`."""

_TEST_TOOL = {
    "name": "get_state",
    "description": "Returns the state of a device.",
    "parameters": {
        "type": "object",
        "properties": {"name": {"type": "string", "description": "Its name"}},
        "required": ["name"],
    },
}


class ServerConnection:
    """A server as it was typed, what it turned out to be, and what went wrong."""

    def __init__(
        self,
        hass: HomeAssistant,
        typed: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Initialize with the address and the key that were typed."""
        self._hass = hass
        self._headers = headers
        self._client: CompletionsClient | None = None
        self.base_url = tidy_url(typed[CONF_BASE_URL])
        self.api_key: str = (typed.get(CONF_API_KEY) or "").strip()
        self.models: list[str] = []
        self.error: str | None = None
        self.detail = ""

    @property
    def data(self) -> dict[str, Any]:
        """Return what an entry stores of the server."""
        return {CONF_BASE_URL: self.base_url, CONF_API_KEY: self.api_key}

    @property
    def placeholders(self) -> dict[str, str]:
        """Return what the words of an error name."""
        _, host = _split(self.base_url)
        return {
            "host": host or self.base_url,
            "message": self.detail or "-",
            "url": self.base_url,
        }

    async def async_connect(self) -> bool:
        """List the models; where there is no list, look for it below `/v1`."""
        try:
            try:
                await self._async_list(self.base_url)
            except NotFoundError:
                if self.base_url.endswith("/v1"):
                    raise
                await self._async_list(f"{self.base_url}/v1")
        except NotFoundError as err:
            return self._failed(CannotConnectError(err.detail))
        except Exception as err:  # noqa: BLE001
            return self._failed(err)
        return True

    async def async_try_model(self, model: str) -> bool:
        """Ask a model something with a tool at hand; its first word is enough."""
        self.error = None
        body = build_body(model, [UserMessage("Say OK.")], [_TEST_TOOL], stream=True)
        try:
            client = self._client or await self._async_client(self.base_url)
            async with aclosing(client.stream(body, headers=self._headers)) as events:
                async for _ in events:
                    break
        except Exception as err:  # noqa: BLE001
            return self._failed(err)
        return True

    async def _async_list(self, base_url: str) -> None:
        """Take the models of an address, and then the address itself."""
        scheme, host = _split(base_url)
        if scheme not in ("http", "https") or not host:
            raise CannotConnectError
        if not (self.api_key.isascii() and self.api_key.isprintable()):
            raise InvalidAuthError
        client = await self._async_client(base_url)
        self.models = await client.models(self._headers)
        self.base_url = base_url

    async def _async_client(self, base_url: str) -> CompletionsClient:
        """Return the client for an address."""
        self._client = await async_create_client(
            self._hass, {CONF_BASE_URL: base_url, CONF_API_KEY: self.api_key}
        )
        return self._client

    def _failed(self, err: Exception) -> bool:
        """Keep what went wrong, as a form names it."""
        if isinstance(err, CompletionError):
            if isinstance(err, CannotConnectError):
                self.error = CannotConnectError.key
            else:
                self.error = err.key if err.key in FORM_ERRORS else "api_error"
            self.detail = err.explanation
        else:
            _LOGGER.error("Unexpected error while trying a server", exc_info=err)
            self.error = "unknown"
        return False


def tidy_url(url: str) -> str:
    """Return an address with what is often left out before it, without what is pasted behind."""
    url = url.strip()
    if "://" not in url:
        url = f"http://{url}"
    return url.rstrip("/").removesuffix("/chat/completions").rstrip("/")


def _split(url: str) -> tuple[str, str]:
    """Return scheme and host of an address, empty where it has none, without a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "", ""
    host = parts.netloc.rpartition("@")[2]
    return parts.scheme, "" if any(map(str.isspace, host)) else host
