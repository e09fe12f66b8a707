"""Config flow and options flow."""

from collections.abc import Mapping
from typing import Any, override

import probatio

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_API_KEY, CONF_NAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow

from .const import CONF_BASE_URL, CONF_CHAT_MODEL, DEFAULT_NAME, DOMAIN
from .data import OpenAICompatibleConfigEntry
from .flows.connection import ServerConnection
from .flows.local_discovery import async_find_servers, candidates
from .flows.options_codec import EXAMPLES, from_form, options_error, to_form
from .flows.options_schema import model_selector, options_schema
from .flows.server_presets import preset_for
from .flows.server_schema import (
    KEY_PAGES,
    REAUTH_SCHEMA,
    RECONFIGURE_SCHEMA,
    async_found_label,
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
        self._connection: ServerConnection | None = None
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
        connection = ServerConnection(self.hass, user_input)
        self._abort_if_configured(connection.base_url, name)
        server = preset_for(connection.base_url)
        if server and server.needs_key and not connection.api_key:
            connection.error = "invalid_auth"
            return self._user_form(user_input, connection, CONF_API_KEY)
        if not await connection.async_connect():
            return self._user_form(user_input, connection)
        self._abort_if_configured(connection.base_url, name)
        self._connection = connection
        return await self.async_step_model()

    async def _async_first_form(self) -> ConfigFlowResult:
        """Show the first form, with a server found on this machine suggested."""
        suggested = {}
        if found := await async_find_servers(self.hass, candidates(self.hass)):
            self._user_schema = user_schema(found, await async_found_label(self.hass))
            suggested[CONF_BASE_URL] = found[0].base_url
        return self._user_form(suggested)

    def _user_form(
        self,
        suggested: Mapping[str, Any],
        connection: ServerConnection | None = None,
        error_field: str = "base",
    ) -> ConfigFlowResult:
        """Show the form of the user step."""
        return self._form("user", self._user_schema, suggested, connection, error_field)

    async def async_step_model(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the model, try it and create the entry."""
        assert self._connection is not None
        connection = self._connection
        model = next(iter(connection.models), "")
        if user_input is not None:
            model = user_input[CONF_CHAT_MODEL].strip()
            if await connection.async_try_model(model):
                title = self._user_input[CONF_NAME]
                # Another flow may have created the same entry in the meantime.
                self._abort_if_configured(connection.base_url, title)
                return self.async_create_entry(
                    title=title,
                    data=connection.data,
                    options=Options(chat_model=model).stored(),
                    description_placeholders={"name": title},
                )
            if connection.error == "invalid_auth":
                # Some servers list their models without a key, so a wrong key is
                # noticed only here. Its field is on the first form.
                return self._user_form(self._user_input, connection)
        schema = probatio.Schema(
            {probatio.Required(CONF_CHAT_MODEL): model_selector(connection.models)}
        )
        return self._form("model", schema, {CONF_CHAT_MODEL: model}, connection)

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
            "reauth_confirm", REAUTH_SCHEMA, entry, user_input, {}
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or API key."""
        entry = self._get_reconfigure_entry()
        return await self._async_change(
            "reconfigure", RECONFIGURE_SCHEMA, entry, user_input, entry.data
        )

    async def _async_change(
        self,
        step_id: str,
        schema: probatio.Schema,
        entry: OpenAICompatibleConfigEntry,
        user_input: dict[str, Any] | None,
        suggested: Mapping[str, Any],
    ) -> ConfigFlowResult:
        """Try the user input with the model of the entry, and store it if it works."""
        options = Options.of(entry.options)
        if user_input is None:
            connection = ServerConnection(self.hass, entry.data)
            return self._form(step_id, schema, suggested, connection)
        connection = ServerConnection(self.hass, user_input, options.extra_headers)
        # A missing model does not matter here: it can be changed in the options.
        if await connection.async_connect() and (
            await connection.async_try_model(options.chat_model)
            or connection.error == "model_not_found"
        ):
            if connection.base_url != entry.data[CONF_BASE_URL]:
                self._abort_if_configured(connection.base_url, entry.title)
            result = self.async_update_and_abort(entry, data=connection.data)
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
            return result
        return self._form(step_id, schema, user_input, connection)

    def _abort_if_configured(self, base_url: str, name: str) -> None:
        """Abort if an entry with the same address and title exists."""
        for entry in self._async_current_entries(include_ignore=False):
            if (entry.title, entry.data[CONF_BASE_URL]) == (name, base_url):
                raise AbortFlow("already_configured")

    def _form(
        self,
        step_id: str,
        schema: probatio.Schema,
        suggested: Mapping[str, Any],
        connection: ServerConnection | None = None,
        error_field: str = "base",
    ) -> ConfigFlowResult:
        """Show a form with suggested values and the error of the connection, if any."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors={error_field: connection.error}
            if connection and connection.error
            else None,
            description_placeholders={
                "key_pages": KEY_PAGES,
                **(connection.placeholders if connection else {}),
            },
        )


class OpenAICompatibleOptionsFlow(OptionsFlow):
    """Handle the options of an entry, in one form with sections."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show all options, and store them if they are valid."""
        entry = self.config_entry
        stored = Options.of(entry.options)
        connection = ServerConnection(self.hass, entry.data, stored.extra_headers)
        form = to_form(stored.stored())
        error: str | None = None
        placeholders: dict[str, str] = {}
        if user_input is not None:
            changed = from_form(user_input, entry.options)
            form = to_form(changed)
            model = changed[CONF_CHAT_MODEL]
            error, placeholders = options_error(changed)
            if not error and model != stored.chat_model:
                await connection.async_try_model(model)
                error, placeholders = connection.error, connection.placeholders
            if not error:
                return self.async_create_entry(data=changed)
        # If the server is down, the list of models is empty and a name can be typed.
        await connection.async_connect()
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                options_schema(self.hass, connection.models, stored), form
            ),
            errors={"base": error} if error else None,
            description_placeholders={
                **connection.placeholders,
                **EXAMPLES,
                **placeholders,
            },
        )
