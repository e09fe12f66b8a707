"""The function definitions of Home Assistant's tools."""

from collections.abc import Callable
from typing import Any

import probatio

from homeassistant.helpers import llm

from .runtime import ToolRuntime
from .schema import function_definition


def definition_of(
    tool: llm.Tool, serializer: Callable[[Any], Any] | None, runtime: ToolRuntime
) -> dict[str, Any] | None:
    """Return the function definition of a tool, None if it cannot be sent.

    `serializer` is that of the API for values of its own kinds.
    """
    try:
        return function_definition(
            tool.name,
            tool.description,
            probatio.to_openapi(
                tool.parameters,
                custom_serializer=serializer,
                openapi_version="3.1.0",
            ),
        )
    # Other integrations may provide tools with any kind of schema.
    except Exception as err:  # noqa: BLE001
        runtime.warn_once(
            tool.name, "The tool %s cannot be offered: %s", tool.name, err
        )
        return None
