"""Says an answer on a satellite whose turn has ended."""

import asyncio
import logging

from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_SUPPORTED_FEATURES,
    STATE_IDLE,
    STATE_UNAVAILABLE,
)
from homeassistant.core import (
    Context,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

_LOGGER = logging.getLogger(__name__)

DOMAIN = "assist_satellite"
CAN_ANNOUNCE = 1
CAN_START_CONVERSATION = 2
"""Features of satellites, whose package cannot be imported where there are none."""

MAX_BUSY = 120.0
"""Seconds for which a satellite is waited for that is listening or speaking."""


@callback
def async_can_announce(hass: HomeAssistant, satellite_id: str | None) -> bool:
    """Return whether an answer can be said on a satellite at any time."""
    return bool(satellite_id) and bool(_features(hass, satellite_id) & CAN_ANNOUNCE)


async def async_announce(
    hass: HomeAssistant,
    satellite_id: str,
    text: str,
    *,
    listens: bool,
    context: Context,
) -> bool:
    """Say a text on a satellite once nobody speaks to it; return whether it was said.

    With `listens`, the satellite listens afterwards, if it can.
    """
    if not await _async_wait_until_idle(hass, satellite_id):
        return False
    says = [("announce", "message")]
    if listens and _features(hass, satellite_id) & CAN_START_CONVERSATION:
        says.insert(0, ("start_conversation", "start_message"))
    for service, field in says:
        try:
            await hass.services.async_call(
                DOMAIN,
                service,
                {ATTR_ENTITY_ID: satellite_id, field: text, "preannounce": False},
                blocking=True,
                context=context,
            )
        # Satellites of any integration may raise anything.
        except Exception as err:  # noqa: BLE001
            _LOGGER.warning(
                "%s cannot %s: %s", satellite_id, service, type(err).__name__
            )
        else:
            return True
    return False


def _features(hass: HomeAssistant, satellite_id: str | None) -> int:
    """Return the features of a satellite, none if it is not available."""
    state = hass.states.get(satellite_id) if satellite_id else None
    if state is None or state.state == STATE_UNAVAILABLE:
        return 0
    features: int = state.attributes.get(ATTR_SUPPORTED_FEATURES, 0)
    return features


async def _async_wait_until_idle(hass: HomeAssistant, satellite_id: str) -> bool:
    """Wait until nobody speaks to a satellite; return whether that came to pass.

    An announcement would end what is said there.
    """
    changed = asyncio.Event()

    @callback
    def async_note(_event: Event[EventStateChangedData]) -> None:
        """Have the state looked at again."""
        changed.set()

    unsubscribe = async_track_state_change_event(hass, satellite_id, async_note)
    try:
        async with asyncio.timeout(MAX_BUSY):
            while (state := hass.states.get(satellite_id)) is not None:
                if state.state in (STATE_IDLE, STATE_UNAVAILABLE):
                    return state.state == STATE_IDLE
                changed.clear()
                await changed.wait()
    except TimeoutError:
        _LOGGER.debug("%s is busy", satellite_id)
    finally:
        unsubscribe()
    return False
