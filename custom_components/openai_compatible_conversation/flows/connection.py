"""Connection check of a server and a model, before they are stored."""

from collections.abc import Mapping
import logging
import ssl
from typing import Any

from homeassistant.const import CONF_API_KEY, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant

from ..completions.client import CompletionsClient
from ..completions.endpoints import join_path
from ..completions.errors import (
    CannotConnectError,
    CertificateChangedError,
    CompletionError,
    InvalidAuthError,
    NoHttpError,
    NotFoundError,
    RedirectedError,
    UntrustedCertificateError,
)
from ..const import CONF_BASE_URL, CONF_CERTIFICATE
from ..data import async_create_client
from ..http_client import NO_CERTIFICATE
from .address import clean_api_key, host_of, normalize_address, shown_url
from .advice import InvalidAddressError, advice_for
from .certificate import certificate_placeholders
from .form_text import async_form_text
from .trial import TEST_TOOL, WRONG_METHOD, async_has_completions, async_try

_LOGGER = logging.getLogger(__name__)

FORM_ERRORS = frozenset({"invalid_auth", "timeout", "model_not_found", "api_error"})
"""Keys of errors with a translation of their own; others become `api_error`."""

_ADDRESS_ADVICE = ("path", "redirect", "certificate", "certificate_changed")

MAX_SHOWN = 200
"""Maximum characters of an address that a form repeats."""

ADDRESS_EXAMPLE = "http://192.168.1.20:8080/v1"


class ServerConnection:
    """Connection to a server with the address and the API key from user input.

    `async_connect` corrects `base_url` and fills `models`. If it or `async_try_model`
    fails, it returns False and sets `error` to the key of the form's error, `advice`
    to that of what to do about it, and `detail` to the server's words.

    `accepted` is the accepted certificate in PEM format, None where it is not needed,
    and `offered` the one that the user may accept.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        user_input: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        *,
        patience: float | None = None,
    ) -> None:
        """Initialize with data from a form or an entry; headers are sent as well.

        `patience` is how many seconds a model may be silent before its first token.
        """
        self._hass = hass
        self._headers = headers
        self._patience = patience
        self._client: CompletionsClient | None = None
        typed: str = user_input[CONF_BASE_URL]
        try:
            self.base_url, self._is_address = normalize_address(typed), True
        except ValueError:
            self.base_url, self._is_address = typed, False
        self.api_key = clean_api_key(user_input.get(CONF_API_KEY) or "")
        self.verify_ssl: bool = user_input.get(CONF_VERIFY_SSL, True)
        self.accepted: str | None = user_input.get(CONF_CERTIFICATE)
        self.offered = self.accepted
        self.models: list[str] = []
        self._not_found: CompletionError = NotFoundError()
        self.error: str | None = None
        self.advice: str | None = None
        self.detail = ""

    @property
    def data(self) -> dict[str, Any]:
        """Return the data to store in an entry."""
        data = {CONF_BASE_URL: self.base_url, CONF_API_KEY: self.api_key}
        if not self.verify_ssl:
            return {**data, CONF_VERIFY_SSL: False}
        return {**data, CONF_CERTIFICATE: self.accepted} if self.accepted else data

    @property
    def is_misaddressed(self) -> bool:
        """Return whether the error is one of the address or the API key."""
        return self.error == InvalidAuthError.key or self.advice in _ADDRESS_ADVICE

    async def async_placeholders(self) -> dict[str, str]:
        """Return the placeholders of the error messages."""
        advice = ""
        if self.advice:
            advice = await async_form_text(
                self._hass,
                "advice",
                self.advice,
                message=self.detail,
                example=ADDRESS_EXAMPLE,
            )
        url = self.base_url[:MAX_SHOWN]
        return {
            "host": host_of(url) or url,
            "message": self.detail or "-",
            "url": url,
            "advice": advice,
            **certificate_placeholders(self.offered),
        }

    async def async_connect(self) -> bool:
        """Fetch the list of models, below `/v1` if there is none at the address.

        A server without such a list is accepted if it has chat completions.
        """
        self.error = self.advice = None
        accepted = self.accepted
        self.accepted = self.offered = None
        try:
            return await self._async_find_api()
        except UntrustedCertificateError as err:
            untrusted = err
        except Exception as err:  # noqa: BLE001
            self.accepted = self.offered = accepted
            return self._set_error(err)
        # The server has the accepted certificate, or the error tells which it has.
        self.accepted, self.offered = accepted or NO_CERTIFICATE, accepted
        try:
            return await self._async_find_api()
        except Exception as err:  # noqa: BLE001
            self._set_error(err)
            is_new = isinstance(err, CertificateChangedError) and not accepted
            return self._set_error(untrusted) if is_new else False

    async def async_load_models(self) -> None:
        """Fetch the list of models, if there is one."""
        try:
            await self._async_list_models()
        except Exception as err:  # noqa: BLE001
            _LOGGER.debug("The models of %s are not known: %r", self.base_url, err)

    async def async_try_model(self, model: str) -> bool:
        """Send a short request with a tool, and wait for the first event of the answer."""
        self.error = self.advice = None
        if not model:
            self.error = "model_required"
            return False
        try:
            client = self._client or await self._async_create_client(self.base_url)
            await async_try(
                client, model, self._headers, self._patience, tools=[TEST_TOOL]
            )
        except Exception as err:  # noqa: BLE001
            return self._set_error(err)
        return True

    async def _async_find_api(self) -> bool:
        """Find the address of the API, or raise `CompletionError`; return True."""
        if await self._async_list_models():
            return True
        for base_url in self._candidates():
            if await self._async_has_completions(base_url):
                return True
        raise self._not_found

    def _candidates(self) -> tuple[str, ...]:
        """Return the base URLs that may be meant."""
        if self.base_url.partition("?")[0].endswith("/v1"):
            return (self.base_url,)
        return self.base_url, join_path(self.base_url, "/v1")

    async def _async_list_models(self) -> bool:
        """Fetch the models, and return whether the server has a list of them.

        If it has, its address and client are kept.
        """
        self._not_found = NotFoundError()
        for base_url in self._candidates():
            client = await self._async_create_client(base_url)
            try:
                self.models = await client.models(self._headers)
            except NotFoundError as err:
                self._not_found = err
                if client.redirected_to and client.base_url == base_url:
                    # To a login page, for example.
                    self._not_found = RedirectedError(shown_url(client.redirected_to))
            else:
                self._keep(client)
                return True
        return False

    async def _async_has_completions(self, base_url: str) -> bool:
        """Return whether a server answers chat completions; if so, keep its address."""
        client = await self._async_create_client(base_url)
        if found := await async_has_completions(client, self._headers):
            self._keep(client)
        return found

    async def _async_create_client(self, base_url: str) -> CompletionsClient:
        """Create the client for an address.

        Raises `InvalidAddressError` for an address that is not a URL, and
        InvalidAuthError for a key that cannot be sent in a header.
        """
        if not self._is_address:
            raise InvalidAddressError
        if not (self.api_key.isascii() and self.api_key.isprintable()):
            raise InvalidAuthError
        data = {**self.data, CONF_BASE_URL: base_url}
        if self.accepted is not None:
            data[CONF_CERTIFICATE] = self.accepted
        return await async_create_client(self._hass, data)

    def _keep(self, client: CompletionsClient) -> None:
        """Keep the client, and the address that its redirects lead to."""
        self._client = client
        self.base_url = client.base_url

    def _set_error(self, err: Exception) -> bool:
        """Set the error for the form, and return False."""
        if isinstance(err, CompletionError) and err.status == WRONG_METHOD:
            err = NotFoundError(err.detail)
        self.advice = advice_for(err)
        if isinstance(err, NoHttpError) and self.base_url.startswith("https:"):
            self.advice = "server"
        if self.advice:
            self.error = CannotConnectError.key
        elif isinstance(err, CompletionError):
            self.error = err.key if err.key in FORM_ERRORS else "api_error"
        else:
            _LOGGER.error("Unexpected error while trying a server", exc_info=err)
            self.error = "unknown"
        if isinstance(err, CompletionError):
            self.detail = err.explanation
        if isinstance(err, CertificateChangedError):
            self.accepted = None
            self.offered = ssl.DER_cert_to_PEM_cert(err.certificate)
        return False
