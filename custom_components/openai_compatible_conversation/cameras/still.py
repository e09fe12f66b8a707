"""A still of a camera, from Home Assistant's camera integration."""

import base64
import logging

from homeassistant.components.camera import async_get_image, get_camera_from_entity_id
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..tools.foreign_errors import cause_of, raise_if_ours
from .picture_bounds import MAX_SIDE, PictureError, bounded_picture

_LOGGER = logging.getLogger(__name__)

_HEIGHT = MAX_SIDE * 9 // 16
"""Height in pixels that is asked for: most cameras are wide."""


async def async_still(hass: HomeAssistant, entity_id: str, seconds: int) -> str:
    """Return what a camera sees now as a data URL, scaled down for a model.

    The camera has so many `seconds`. Raises `PictureError`.
    """
    try:
        get_camera_from_entity_id(hass, entity_id)
    except HomeAssistantError as err:
        raise PictureError(str(err)) from err
    try:
        image = await async_get_image(hass, entity_id, seconds, MAX_SIDE, _HEIGHT)
    # Cameras of other integrations may raise anything.
    except BaseException as err:
        raise_if_ours(err)
        # The words of an error may have the camera's URL in them, with its password.
        _LOGGER.debug("No still of %s", entity_id, exc_info=True)
        _LOGGER.warning("%s gave no still: %s", entity_id, type(cause_of(err)).__name__)
        raise PictureError("it did not send one") from err
    kind, content = await hass.async_add_executor_job(bounded_picture, image.content)
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
