"""Config flow. The options flow is in `flows`."""

from collections.abc import Mapping
from typing import Any, override

import probatio

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_API_KEY, CONF_NAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow

from .const import (
    CONF_BASE_URL,
    CONF_CHAT_MODEL,
    CONF_EXTRA_HEADERS,
    DEFAULT_NAME,
    DOMAIN,
)
from .data import OpenAICompatibleConfigEntry
from .flows.address import same_address
from .flows.certificate import with_certificate
from .flows.connection import ServerConnection
from .flows.headers import EXAMPLE as HEADERS_EXAMPLE, headers_error
from .flows.local_discovery import async_find_servers, candidates
from .flows.options_flow import OpenAICompatibleOptionsFlow
from .flows.options_schema import model_selector
from .flows.server_presets import preset_for
from .flows.server_schema import (
    KEY_PAGES,
    REAUTH_SCHEMA,
    RECONFIGURE_SCHEMA,
    async_found_label,
    server_form,
    server_input,
    shown_again,
    user_schema,
)
from .options import Options


class OpenAICompatibleConfigFlow(ConfigFlow, domain=DOMAIN):
    """Handle the set-up, reauthentication and reconfiguration of an entry.

    A server, a key and a model are stored only after they were tried.
    """

    VERSION = 1

    def __init__(self) -> None:
        """Initialize the flow."""
        self._user_input: dict[str, Any] = {}
        self._typed_model: str | None = None
        self._headers: dict[str, str] | None = None
        self._connection: ServerConnection | None = None
        self._offered: str | None = None
        self._user_schema = user_schema()

    @staticmethod
    @callback
    @override
    def async_get_options_flow(
        config_entry: OpenAICompatibleConfigEntry,
    ) -> OptionsFlow:
        """Return the options flow."""
        return OpenAICompatibleOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the server and connect to it."""
        if user_input is None:
            return await self._async_first_form()
        self._user_input = user_input
        name = user_input[CONF_NAME] = user_input[CONF_NAME].strip() or DEFAULT_NAME
        server, self._headers = server_input(user_input, {}, offered=self._offered)
        connection = ServerConnection(self.hass, server, self._headers)
        self._abort_if_configured(connection.base_url, name)
        if error := headers_error(self._headers):
            return await self._async_user_form(connection, **error)
        preset = preset_for(connection.base_url)
        if preset and preset.needs_key and not (connection.api_key or self._headers):
            errors = {CONF_API_KEY: "invalid_auth"}
            return await self._async_user_form(connection, errors=errors)
        if not await connection.async_connect():
            return await self._async_user_form(connection)
        self._abort_if_configured(connection.base_url, name)
        self._connection = connection
        return await self.async_step_model()

    async def _async_first_form(self) -> ConfigFlowResult:
        """Show the first form, with a server found on this machine suggested."""
        if found := await async_find_servers(self.hass, candidates(self.hass)):
            self._user_schema = user_schema(found, await async_found_label(self.hass))
            self._user_input[CONF_BASE_URL] = found[0].base_url
        return await self._async_user_form()

    async def _async_user_form(
        self, connection: ServerConnection | None = None, **error: Any
    ) -> ConfigFlowResult:
        """Show the form of the user step with what was typed."""
        suggested = shown_again(self._user_input)
        return await self._async_form(
            "user", self._user_schema, suggested, connection, **error
        )

    async def async_step_model(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the model, try it and create the entry."""
        assert self._connection is not None
        connection = self._connection
        model = self._typed_model or next(iter(connection.models), "")
        if user_input is not None:
            model = self._typed_model = user_input[CONF_CHAT_MODEL].strip()
            if await connection.async_try_model(model):
                title = self._user_input[CONF_NAME]
                # Another flow may have created the same entry in the meantime.
                self._abort_if_configured(connection.base_url, title)
                options = Options(chat_model=model, extra_headers=self._headers)
                return self.async_create_entry(
                    title=title,
                    data=connection.data,
                    options=options.stored(),
                    description_placeholders={"name": title},
                )
            if connection.is_misaddressed:
                # What has to be corrected is on the first form. Some servers list
                # their models without a key, so a wrong key is noticed only here.
                return await self._async_user_form(connection)
        schema = probatio.Schema(
            {probatio.Required(CONF_CHAT_MODEL): model_selector(connection.models)}
        )
        return await self._async_form(
            "model", schema, {CONF_CHAT_MODEL: model}, connection
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Handle an API key that the server refuses."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new API key."""
        entry = self._get_reauth_entry()
        if user_input is not None:
            user_input = {CONF_BASE_URL: entry.data[CONF_BASE_URL], **user_input}
        return await self._async_change(
            "reauth_confirm", REAUTH_SCHEMA, entry, user_input
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address, API key or other headers."""
        entry = self._get_reconfigure_entry()
        return await self._async_change(
            "reconfigure", RECONFIGURE_SCHEMA, entry, user_input
        )

    async def _async_change(
        self,
        step_id: str,
        schema: probatio.Schema,
        entry: OpenAICompatibleConfigEntry,
        user_input: dict[str, Any] | None,
    ) -> ConfigFlowResult:
        """Try the user input with the model of the entry, and store it if it works."""
        options = Options.of(entry.options)
        if user_input is None:
            connection = ServerConnection(self.hass, entry.data)
            suggested = server_form(entry.data, options.extra_headers)
            if step_id == "reauth_confirm":
                suggested = {}
            return await self._async_form(step_id, schema, suggested, connection)
        server, headers = server_input(
            user_input,
            entry.data,
            options.extra_headers,
            offered=self._offered,
        )
        connection = ServerConnection(
            self.hass, server, headers, patience=options.patience
        )
        suggested = shown_again(user_input)
        if error := headers_error(headers):
            return await self._async_form(
                step_id, schema, suggested, connection, **error
            )
        # A missing model does not matter here: it can be changed in the options.
        if await connection.async_connect() and (
            await connection.async_try_model(options.chat_model)
            or connection.error in ("model_not_found", "model_required")
        ):
            if not same_address(connection.base_url, entry.data[CONF_BASE_URL]):
                self._abort_if_configured(connection.base_url, entry.title)
            changed = {
                k: v for k, v in entry.options.items() if k != CONF_EXTRA_HEADERS
            }
            if headers:
                changed[CONF_EXTRA_HEADERS] = headers
            result = self.async_update_and_abort(
                entry, data=connection.data, options=changed
            )
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
            return result
        return await self._async_form(step_id, schema, suggested, connection)

    def _abort_if_configured(self, base_url: str, name: str) -> None:
        """Abort if an entry with the same address and title exists."""
        for entry in self._async_current_entries(include_ignore=False):
            if entry.title == name and same_address(
                base_url, entry.data[CONF_BASE_URL]
            ):
                raise AbortFlow("already_configured")

    async def _async_form(
        self,
        step_id: str,
        schema: probatio.Schema,
        suggested: Mapping[str, Any],
        connection: ServerConnection | None = None,
        *,
        errors: dict[str, str] | None = None,
        placeholders: Mapping[str, str] | None = None,
    ) -> ConfigFlowResult:
        """Show a form with suggested values and errors, by default the connection's."""
        if connection and connection.error:
            errors = {"base": connection.error}
        if connection and step_id != "model":
            self._offered = connection.offered
            schema = with_certificate(
                schema, connection.offered, is_accepted=bool(connection.accepted)
            )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders={
                "key_pages": KEY_PAGES,
                "headers_example": HEADERS_EXAMPLE,
                **(await connection.async_placeholders() if connection else {}),
                **(placeholders or {}),
            },
        )
