"""Connection check of a server and a model, before they are stored."""

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
"""Error keys with a translation for forms; other server errors become `api_error`."""

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
    """Connection to a server with the address and the API key from user input.

    `async_connect` corrects `base_url` and fills `models`. If it or `async_try_model`
    fails, it returns False and sets `error` to the key of the form's error.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        user_input: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Initialize with data from a form or an entry; headers are sent as well."""
        self._hass = hass
        self._headers = headers
        self._client: CompletionsClient | None = None
        self.base_url = normalize_url(user_input[CONF_BASE_URL])
        self.api_key: str = (user_input.get(CONF_API_KEY) or "").strip()
        self.models: list[str] = []
        self.error: str | None = None
        self.detail = ""

    @property
    def data(self) -> dict[str, Any]:
        """Return the data to store in an entry."""
        return {CONF_BASE_URL: self.base_url, CONF_API_KEY: self.api_key}

    @property
    def placeholders(self) -> dict[str, str]:
        """Return the placeholders of the error messages."""
        _, host = _split(self.base_url)
        return {
            "host": host or self.base_url,
            "message": self.detail or "-",
            "url": self.base_url,
        }

    async def async_connect(self) -> bool:
        """Fetch the list of models, below `/v1` if there is none at the address."""
        try:
            try:
                await self._async_list_models(self.base_url)
            except NotFoundError:
                if self.base_url.endswith("/v1"):
                    raise
                await self._async_list_models(f"{self.base_url}/v1")
        except NotFoundError as err:
            return self._set_error(CannotConnectError(err.detail))
        except Exception as err:  # noqa: BLE001
            return self._set_error(err)
        return True

    async def async_try_model(self, model: str) -> bool:
        """Send a short request with a tool, and wait for the first event of the answer."""
        self.error = None
        body = build_body(model, [UserMessage("Say OK.")], [_TEST_TOOL], stream=True)
        try:
            client = self._client or await self._async_create_client(self.base_url)
            async with aclosing(client.stream(body, headers=self._headers)) as events:
                async for _ in events:
                    break
        except Exception as err:  # noqa: BLE001
            return self._set_error(err)
        return True

    async def _async_list_models(self, base_url: str) -> None:
        """Fetch the models of an address, and keep both if that works.

        Raises CannotConnectError for an address that is not a URL, and
        InvalidAuthError for a key that cannot be sent in a header.
        """
        scheme, host = _split(base_url)
        if scheme not in ("http", "https") or not host:
            raise CannotConnectError
        if not (self.api_key.isascii() and self.api_key.isprintable()):
            raise InvalidAuthError
        client = await self._async_create_client(base_url)
        self.models = await client.models(self._headers)
        self.base_url = base_url

    async def _async_create_client(self, base_url: str) -> CompletionsClient:
        """Create and keep the client for an address."""
        self._client = await async_create_client(
            self._hass, {CONF_BASE_URL: base_url, CONF_API_KEY: self.api_key}
        )
        return self._client

    def _set_error(self, err: Exception) -> bool:
        """Set the error for the form, and return False."""
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


def normalize_url(url: str) -> str:
    """Return a base URL with a scheme and without a pasted `/chat/completions`."""
    url = url.strip()
    if "://" not in url:
        url = f"http://{url}"
    return url.rstrip("/").removesuffix("/chat/completions").rstrip("/")


def _split(url: str) -> tuple[str, str]:
    """Return scheme and host of a URL, without credentials; empty if invalid."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "", ""
    host = parts.netloc.rpartition("@")[2]
    return parts.scheme, "" if any(map(str.isspace, host)) else host
