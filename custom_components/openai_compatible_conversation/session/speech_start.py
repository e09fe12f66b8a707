"""When text to speech began to speak an answer, as Assist's debug data has it.

Decision record: docs/decisions/0026-interrupted-is-known.md.
"""

from datetime import datetime
import math
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback

if TYPE_CHECKING:
    # Its requirements are installed only where it is set up.
    from homeassistant.components.assist_pipeline.runtime import (
        PipelineData,
        PipelineRunDebug,
    )


@callback
def async_streamed_at(
    hass: HomeAssistant, conversation_id: str, satellite_id: str | None
) -> float | None:
    """Return when an answer began to be spoken while it arrived, in seconds since 1970.

    It is that of the satellite's last pipeline run, or of the conversation's. Returns
    infinity if it was not, and None if no such run is known.
    """
    data: PipelineData | None = hass.data.get("assist_pipeline")
    try:
        runs = [
            run
            for runs in (data.pipeline_debug.values() if data else ())
            for run in runs.values()
            if _is_of(run, conversation_id, satellite_id)
        ]
        if not runs:
            return None
        for event in max(runs, key=lambda run: run.timestamp).events:
            if event.data and event.data.get("tts_start_streaming"):
                return datetime.fromisoformat(event.timestamp).timestamp()
    except AttributeError, TypeError, ValueError:
        # It is no public interface, and a turn must not fail because it changes.
        return None
    return math.inf


def _is_of(
    run: PipelineRunDebug, conversation_id: str, satellite_id: str | None
) -> bool:
    """Return whether a run is one of a satellite, or of a conversation without one."""
    for event in run.events:
        if event.type == "run-start" and event.data:
            if satellite_id:
                return bool(event.data.get("satellite_id") == satellite_id)
            return bool(event.data.get("conversation_id") == conversation_id)
    return False
