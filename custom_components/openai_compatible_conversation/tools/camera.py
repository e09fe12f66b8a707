"""The tool that shows the model what a camera sees."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import ModuleType
from typing import override

import probatio

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import llm

from ..cameras.picture_bounds import PictureError
from ..const import DOMAIN
from .exposed_targets import async_readable_targets
from .named_camera import CAMERA, LOOK, meant_cameras
from .result import error_result
from .runtime import ToolRuntime
from .targets import Entity, Targets


class CameraTool(llm.Tool):
    """Tool for a still of a camera that is exposed to Assist.

    The picture is taken out of the result, and shown to the model after it.
    """

    name = LOOK
    title = "Look at camera"
    description = (
        "Shows you what a camera or a doorbell sees now: who is at the door, whether "
        "the gate is open."
    )
    parameters = probatio.Schema(
        {
            probatio.Required(
                "name", description="Name of the camera, or of its room."
            ): str
        },
        extra=probatio.REMOVE_EXTRA,
    )
    annotations = llm.ToolAnnotations(
        read_only=True, destructive=False, idempotent=True, open_world=False
    )
    integration = DOMAIN

    def __init__(
        self, runtime: ToolRuntime, takes_pictures: Callable[[], bool]
    ) -> None:
        """Initialize; `takes_pictures` returns whether a model may be shown any."""
        self._runtime = runtime
        self._takes_pictures = takes_pictures

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Return the picture of a camera, or an error result; raises `Invalid`."""
        if not self._takes_pictures():
            return error_result(
                "PicturesNotSupported",
                "You cannot be shown pictures: tell the user that you cannot see them.",
            )
        # Small models send null or an empty text, or nothing at all.
        args = self.parameters({"name": tool_input.tool_args.get("name") or ""})
        cameras = await self._async_cameras(hass, llm_context)
        found = meant_cameras(args["name"], cameras)
        if len(found) != 1:
            names = ", ".join(_labels(found or cameras.entities))
            if not names:
                return error_result("NoSuchCamera", "No camera is exposed to Assist.")
            text = f"There is: {names}. Call again with one of them, or ask the user."
            if found:
                return error_result(
                    "SeveralCameras", f"Several cameras are meant. {text}"
                )
            return error_result("NoSuchCamera", f"No camera is called so. {text}")
        (camera,) = found
        state = hass.states.get(camera.entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            text = f"{camera.label} is not available at the moment."
            return error_result("NotAvailable", text)
        stills = await hass.async_add_import_executor_job(_stills)
        seconds = self._runtime.camera_timeout
        try:
            picture = await stills.async_still(hass, camera.entity_id, seconds)
        except PictureError as err:
            text = f"There is no picture of {camera.label}: {err}."
            return error_result("NoPicture", text)
        return llm.ToolResult(data={"camera": camera.label, "picture_follows": picture})

    async def _async_cameras(
        self, hass: HomeAssistant, llm_context: llm.LLMContext
    ) -> Targets:
        """Return the exposed cameras, as far as the user may see them."""
        cameras = async_readable_targets(hass, self, llm_context)
        if cameras is None:
            return Targets(entities=())
        preferences = llm.async_get_match_preferences(hass, llm_context)
        cameras = replace(
            cameras,
            preferred_area=preferences.area_id,
            preferred_floor=preferences.floor_id,
        )
        user_id = llm_context.context.user_id if llm_context.context else None
        if user_id is None:
            return cameras
        user = await hass.auth.async_get_user(user_id)
        return replace(
            cameras,
            entities=tuple(
                entity
                for entity in cameras.entities
                if user and user.permissions.check_entity(entity.entity_id, POLICY_READ)
            ),
        )


@callback
def async_has_camera(hass: HomeAssistant, llm_context: llm.LLMContext) -> bool:
    """Return whether a camera is exposed to the assistant of a turn."""
    assistant = llm_context.assistant or conversation.DOMAIN
    return CAMERA in hass.config.components and any(
        async_should_expose(hass, assistant, entity_id)
        for entity_id in hass.states.async_entity_ids(CAMERA)
    )


def _stills() -> ModuleType:
    """Return the module that reads cameras, whose libraries are optional."""
    from ..cameras import still  # noqa: PLC0415

    return still


def _labels(cameras: Iterable[Entity]) -> list[str]:
    """Return by what the model can tell cameras apart, with their rooms."""
    cameras = list(cameras)
    labels = Counter(camera.label.casefold() for camera in cameras)
    return [
        f"{c.label if labels[c.label.casefold()] == 1 else c.entity_id} ({c.kind})"
        for c in cameras
    ]
