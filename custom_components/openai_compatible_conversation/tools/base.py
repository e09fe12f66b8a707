"""What the tools that come with the integration have in common."""

from typing import Any, Self

from homeassistant.helpers import llm

from ..const import DOMAIN


class IntegrationTool(llm.Tool):
    """A tool that holds something of the integration."""

    integration = DOMAIN

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return the tool itself: Home Assistant's trace copies all that it shows."""
        return self
