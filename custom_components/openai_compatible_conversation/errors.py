"""From what went wrong with a server to what a user is told."""

from homeassistant.exceptions import HomeAssistantError

from .completions.errors import CompletionError
from .const import DOMAIN


def translated[ErrorT: HomeAssistantError](
    err: CompletionError, host: str, kind: type[ErrorT]
) -> ErrorT:
    """Return a translated error that names the server and says what to do."""
    return kind(
        translation_domain=DOMAIN,
        translation_key=err.key,
        translation_placeholders={"host": host, "message": err.detail or "-"},
    )
