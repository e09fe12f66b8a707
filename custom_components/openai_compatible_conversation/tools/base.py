"""Base class of the tools that come with the integration."""

from typing import Any, Self

from homeassistant.helpers import llm

from ..const import DOMAIN


class IntegrationTool(llm.Tool):
    """A tool that holds references to objects of the integration."""

    integration = DOMAIN

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return the tool itself: Home Assistant's traces copy what they record."""
        return self
