"""Set-up, reauthentication, reconfiguration and options."""

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
from .flows.options_codec import EXAMPLES, from_form, options_problem, to_form
from .flows.options_schema import model_selector, options_schema
from .flows.server_presets import preset_for
from .flows.server_schema import (
    KEY_PAGES,
    REAUTH_SCHEMA,
    RECONFIGURE_SCHEMA,
    async_word_for_found,
    user_schema,
)
from .options import Options


class OpenAICompatibleConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds a server, or changes the one of an entry."""

    VERSION = 1

    def __init__(self) -> None:
        """Initialize a flow in which nothing was typed yet."""
        self._typed: dict[str, Any] = {}
        self._connection: ServerConnection | None = None
        self._user_schema = user_schema()

    @staticmethod
    @callback
    @override
    def async_get_options_flow(
        config_entry: OpenAICompatibleConfigEntry,
    ) -> OptionsFlow:
        """Return the flow of the options."""
        return OpenAICompatibleOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the server, and try to reach it."""
        if user_input is None:
            return await self._async_first_form()
        self._typed = user_input
        name = user_input[CONF_NAME] = user_input[CONF_NAME].strip() or DEFAULT_NAME
        probe = ServerConnection(self.hass, user_input)
        self._abort_if_configured(probe.base_url, name)
        server = preset_for(probe.base_url)
        if server and server.needs_key and not probe.api_key:
            probe.error = "invalid_auth"
            return self._user_form(user_input, probe, CONF_API_KEY)
        if not await probe.async_connect():
            return self._user_form(user_input, probe)
        self._abort_if_configured(probe.base_url, name)
        self._connection = probe
        return await self.async_step_model()

    async def _async_first_form(self) -> ConfigFlowResult:
        """Ask for the server, one that answers on this machine suggested."""
        suggested = {}
        if found := await async_find_servers(self.hass, candidates(self.hass)):
            self._user_schema = user_schema(
                found, await async_word_for_found(self.hass)
            )
            suggested[CONF_BASE_URL] = found[0].base_url
        return self._user_form(suggested)

    def _user_form(
        self,
        typed: Mapping[str, Any],
        probe: ServerConnection | None = None,
        wrong: str = "base",
    ) -> ConfigFlowResult:
        """Show the form that asks for the server."""
        return self._form("user", self._user_schema, typed, probe, wrong)

    async def async_step_model(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the model, and try it."""
        assert self._connection is not None
        probe = self._connection
        model = next(iter(probe.models), "")
        if user_input is not None:
            model = user_input[CONF_CHAT_MODEL].strip()
            if await probe.async_try_model(model):
                title = self._typed[CONF_NAME]
                # Another flow may have come first.
                self._abort_if_configured(probe.base_url, title)
                return self.async_create_entry(
                    title=title,
                    data=probe.data,
                    options=Options(chat_model=model).stored(),
                    description_placeholders={"name": title},
                )
            if probe.error == "invalid_auth":
                # Some servers list their models without a key: back to where it is typed.
                return self._user_form(self._typed, probe)
        schema = probatio.Schema(
            {probatio.Required(CONF_CHAT_MODEL): model_selector(probe.models)}
        )
        return self._form("model", schema, {CONF_CHAT_MODEL: model}, probe)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Handle a key that the server refuses."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new key."""
        entry = self._get_reauth_entry()
        if user_input is not None:
            user_input = {CONF_BASE_URL: entry.data[CONF_BASE_URL], **user_input}
        return await self._async_change(
            "reauth_confirm", REAUTH_SCHEMA, entry, user_input, {}
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another address or key."""
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
        """Try what was typed with the entry's own model, and store it if it works."""
        options = Options.of(entry.options)
        if user_input is None:
            probe = ServerConnection(self.hass, entry.data)
            return self._form(step_id, schema, suggested, probe)
        probe = ServerConnection(self.hass, user_input, options.extra_headers)
        # Whether the model is there as well can be seen to in the options.
        if await probe.async_connect() and (
            await probe.async_try_model(options.chat_model)
            or probe.error == "model_not_found"
        ):
            if probe.base_url != entry.data[CONF_BASE_URL]:
                self._abort_if_configured(probe.base_url, entry.title)
            result = self.async_update_and_abort(entry, data=probe.data)
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
            return result
        return self._form(step_id, schema, user_input, probe)

    def _abort_if_configured(self, base_url: str, name: str) -> None:
        """Abort if an entry has the same address and the same name."""
        for entry in self._async_current_entries(include_ignore=False):
            if (entry.title, entry.data[CONF_BASE_URL]) == (name, base_url):
                raise AbortFlow("already_configured")

    def _form(
        self,
        step_id: str,
        schema: probatio.Schema,
        typed: Mapping[str, Any],
        probe: ServerConnection | None = None,
        wrong: str = "base",
    ) -> ConfigFlowResult:
        """Show a form with what was typed, and with what went wrong in which field."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, typed),
            errors={wrong: probe.error} if probe and probe.error else None,
            description_placeholders={
                "key_pages": KEY_PAGES,
                **(probe.placeholders if probe else {}),
            },
        )


class OpenAICompatibleOptionsFlow(OptionsFlow):
    """Changes what can be set without a new connection."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for all options at once."""
        entry = self.config_entry
        stored = Options.of(entry.options)
        probe = ServerConnection(self.hass, entry.data, stored.extra_headers)
        form = to_form(stored.stored())
        error: str | None = None
        about: dict[str, str] = {}
        if user_input is not None:
            changed = from_form(user_input, entry.options)
            form = to_form(changed)
            model = changed[CONF_CHAT_MODEL]
            error, about = options_problem(changed)
            if not error and model != stored.chat_model:
                await probe.async_try_model(model)
                error, about = probe.error, probe.placeholders
            if not error:
                return self.async_create_entry(data=changed)
        # Without the server there is no list to choose from, and a name can be typed.
        await probe.async_connect()
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                options_schema(self.hass, probe.models, stored), form
            ),
            errors={"base": error} if error else None,
            description_placeholders={**probe.placeholders, **EXAMPLES, **about},
        )
