"""Options flow."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_LLM_HASS_API

from ..const import CONF_CHAT_MODEL, CONF_EXTRA_HEADERS, CONF_FALLBACK, CONF_PATIENCE
from ..options import Options
from .connection import ServerConnection
from .fallback import async_fallback_error, async_other_servers
from .options_codec import EXAMPLES, from_form, options_error, to_form, typed_form
from .options_schema import async_removed_apis, options_schema


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
        apis = stored.llm_hass_api
        error: str | None = None
        placeholders: dict[str, str] = {}
        if user_input is not None:
            form = typed_form(user_input, form)
            changed = from_form(user_input, entry.options)
            apis = [*apis, *changed[CONF_LLM_HASS_API]]
            error, placeholders = options_error(changed)
            if not error:
                error, placeholders = async_fallback_error(
                    self.hass, entry, changed.get(CONF_FALLBACK)
                )
            if not error:
                connection = ServerConnection(
                    self.hass,
                    entry.data,
                    changed.get(CONF_EXTRA_HEADERS),
                    patience=changed.get(CONF_PATIENCE),
                )
                model = changed[CONF_CHAT_MODEL]
                if model == stored.chat_model or await connection.async_try_model(
                    model
                ):
                    return self.async_create_entry(data=changed)
                error = connection.error
        # If the server is down, the list of models is empty and a name can be typed.
        await connection.async_load_models()
        removed_apis = await async_removed_apis(self.hass, apis)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                options_schema(self.hass, connection.models, removed_apis), form
            ),
            errors={"base": error} if error else None,
            description_placeholders={
                **await connection.async_placeholders(),
                **EXAMPLES,
                "other_servers": async_other_servers(self.hass, entry),
                **placeholders,
            },
        )
