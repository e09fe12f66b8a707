"""Actions: the memory tools of the model, and what a user may end or forget."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

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

from .const import DOMAIN
from .data import RuntimeData
from .memory.fact import MAX_KEY, MAX_VALUE, FactError
from .memory.fact_index import MAX_FACTS
from .tools.fact_results import fact_result, facts_result
from .tools.fact_tools import FORGET, LEARN, QUERY

CONF_ENTRY = "config_entry_id"
END_SESSION = "end_session"
FORGET_SERVER = "forget_server"

LIMITS = {
    "key_length": str(MAX_KEY),
    "value_length": str(MAX_VALUE),
    "facts": str(MAX_FACTS),
}
"""Placeholders of the translated fact errors."""

type Action = Callable[[RuntimeData, dict[str, Any]], Awaitable[ServiceResponse]]


async def _learn(runtime: RuntimeData, data: dict[str, Any]) -> ServiceResponse:
    """Learn a fact."""
    fact = await runtime.fact_store.async_learn(
        data["category"], data["key"], data["value"]
    )
    return {"learned": fact_result(fact)}


async def _query(runtime: RuntimeData, data: dict[str, Any]) -> ServiceResponse:
    """Query facts."""
    return facts_result(
        *runtime.fact_store.query(data.get("category"), data.get("query"))
    )


async def _forget(runtime: RuntimeData, data: dict[str, Any]) -> ServiceResponse:
    """Forget a fact."""
    forgotten = await runtime.fact_store.async_forget(data["category"], data["key"])
    return {"forgotten": forgotten}


async def _forget_server(runtime: RuntimeData, data: dict[str, Any]) -> ServiceResponse:
    """Forget what was learned of the server."""
    forgotten = await runtime.profile_store.async_forget()
    runtime.entry_state.budget.async_update_issue()
    return {"forgotten": forgotten}


async def _end(runtime: RuntimeData, data: dict[str, Any]) -> ServiceResponse:
    """End all sessions."""
    return {"turns": await runtime.sessions.async_end_now()}


ACTIONS: dict[str, tuple[Action, dict[probatio.Marker, Any], SupportsResponse]] = {
    LEARN: (
        _learn,
        {
            probatio.Required("category"): cv.string,
            probatio.Required("key"): cv.string,
            probatio.Required("value"): cv.string,
        },
        SupportsResponse.OPTIONAL,
    ),
    QUERY: (
        _query,
        {
            probatio.Optional("category"): cv.string,
            probatio.Optional("query"): cv.string,
        },
        SupportsResponse.ONLY,
    ),
    FORGET: (
        _forget,
        {probatio.Required("category"): cv.string, probatio.Required("key"): cv.string},
        SupportsResponse.OPTIONAL,
    ),
    FORGET_SERVER: (_forget_server, {}, SupportsResponse.OPTIONAL),
    END_SESSION: (_end, {}, SupportsResponse.OPTIONAL),
}


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the actions."""

    def handler(
        action: Action,
    ) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
        """Return the service handler of an action."""

        async def handle(call: ServiceCall) -> ServiceResponse:
            data = dict(call.data)
            runtime = _runtime_data(hass, data.pop(CONF_ENTRY))
            try:
                return await action(runtime, data)
            except FactError as err:
                raise invalid(err) from err

        return handle

    for name, (action, fields, response) in ACTIONS.items():
        schema = probatio.Schema({probatio.Required(CONF_ENTRY): cv.string, **fields})
        hass.services.async_register(
            DOMAIN, name, handler(action), schema, supports_response=response
        )


def invalid(err: FactError) -> ServiceValidationError:
    """Return a fact error as a translated validation error."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=f"fact_{err.key}",
        translation_placeholders=LIMITS,
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
