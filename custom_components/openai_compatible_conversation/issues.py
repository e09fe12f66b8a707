"""What a user should see to, as Home Assistant's repair issues."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .data import OpenAICompatibleConfigEntry


def model_is_gone(
    hass: HomeAssistant, entry: OpenAICompatibleConfigEntry, model: str
) -> None:
    """Tell that the server does not have the model any more."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _model_issue(entry),
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="model_not_found",
        translation_placeholders={
            "name": entry.title,
            "model": model,
            "host": entry.runtime_data.client.host,
        },
    )


def model_works(hass: HomeAssistant, entry: OpenAICompatibleConfigEntry) -> None:
    """Tell no more that the model is gone."""
    ir.async_delete_issue(hass, DOMAIN, _model_issue(entry))


def _model_issue(entry: OpenAICompatibleConfigEntry) -> str:
    """Return the id of the issue that an entry's model is gone."""
    return f"model_not_found_{entry.entry_id}"
