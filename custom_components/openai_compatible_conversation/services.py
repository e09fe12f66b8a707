"""Actions: the memory tools of the model, and what a user may end or forget."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, NamedTuple

import probatio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.helpers.typing import VolSchemaType

from .const import DOMAIN
from .data import RuntimeData
from .memory.facts.fact import FactError, Origin
from .memory.users import fact_actions
from .memory.users.user_names import async_name_of_user
from .tools.fact_tool import FORGET, LEARN, QUERY

CONF_ENTRY = "config_entry_id"
END_SESSION = "end_session"
EXPORT_FACTS = "export_facts"
FORGET_EVERYTHING = "forget_everything"
FORGET_SERVER = "forget_server"
IMPORT_FACTS = "import_facts"

type Handler = Callable[
    [RuntimeData, Mapping[str, Any], Origin], Awaitable[ServiceResponse]
]
"""Runs an action with its data, and with the origin of what is told by it."""


class Action(NamedTuple):
    """An action: what it does, its fields, its response, and who may call it."""

    handler: Handler
    fields: dict[probatio.Marker, Any]
    response: SupportsResponse = SupportsResponse.OPTIONAL
    is_for_admins: bool = False
    """Whether a user who calls it has to be an administrator.

    As in Home Assistant itself, this holds for actions that delete, read or replace
    all of something.
    """


async def _forget_server(
    runtime: RuntimeData, data: Mapping[str, Any], origin: Origin
) -> ServiceResponse:
    """Forget what was learned of the server."""
    forgotten = await runtime.profile_store.async_forget()
    runtime.entry_state.budget.async_update_issue()
    return {"forgotten": forgotten}


async def _end_session(
    runtime: RuntimeData, data: Mapping[str, Any], origin: Origin
) -> ServiceResponse:
    """End all sessions, and with them what was asked."""
    runtime.entry_state.questions.clear()
    return {"turns": await runtime.sessions.async_end_now()}


ACTIONS = {
    LEARN: Action(
        fact_actions.async_learn,
        {
            probatio.Required("category"): cv.string,
            probatio.Required("key"): cv.string,
            probatio.Required("value"): cv.string,
            probatio.Optional("subject"): cv.string,
        },
    ),
    QUERY: Action(
        fact_actions.async_query,
        {
            probatio.Optional("category"): cv.string,
            probatio.Optional("query"): cv.string,
            probatio.Optional("subject"): cv.string,
        },
        SupportsResponse.ONLY,
    ),
    FORGET: Action(
        fact_actions.async_forget,
        {
            probatio.Optional("category"): cv.string,
            probatio.Optional("key"): cv.string,
            probatio.Optional("subject"): cv.string,
            probatio.Optional("words"): cv.string,
        },
    ),
    FORGET_EVERYTHING: Action(
        fact_actions.async_forget_everything, {}, is_for_admins=True
    ),
    EXPORT_FACTS: Action(
        fact_actions.async_export, {}, SupportsResponse.ONLY, is_for_admins=True
    ),
    IMPORT_FACTS: Action(
        fact_actions.async_import,
        {probatio.Required("facts"): object},
        is_for_admins=True,
    ),
    FORGET_SERVER: Action(_forget_server, {}),
    END_SESSION: Action(_end_session, {}),
}


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the actions."""

    def service_handler(
        action: Action,
    ) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
        """Return the service handler of an action."""

        async def handle(call: ServiceCall) -> ServiceResponse:
            data = dict(call.data)
            runtime = _runtime_data(hass, data.pop(CONF_ENTRY))
            origin = Origin(await async_name_of_user(hass, call.context), "action")
            try:
                return await action.handler(runtime, data, origin)
            except FactError as err:
                raise fact_actions.invalid(err) from err

        return handle

    for name, action in ACTIONS.items():
        schema: VolSchemaType = probatio.Schema(
            {probatio.Required(CONF_ENTRY): cv.string, **action.fields}
        )
        if name == FORGET:
            schema = probatio.All(schema, fact_actions.validate_forget)
        if action.is_for_admins:
            async_register_admin_service(
                hass, DOMAIN, name, service_handler(action), schema, action.response
            )
        else:
            hass.services.async_register(
                DOMAIN, name, service_handler(action), schema, action.response
            )


def _runtime_data(hass: HomeAssistant, entry_id: str) -> RuntimeData:
    """Return the runtime data of a loaded entry. Raises `ServiceValidationError`."""
    entry = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.domain != DOMAIN:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_such_entry"
        )
    if entry.state is not ConfigEntryState.LOADED:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="entry_not_loaded",
            translation_placeholders={"name": entry.title},
        )
    runtime: RuntimeData = entry.runtime_data
    return runtime
