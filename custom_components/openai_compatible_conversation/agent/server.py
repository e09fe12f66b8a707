"""The server of an entry: its requests, whether it is available, and its errors."""

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..completions.availability import Availability
from ..completions.client import CompletionsClient
from ..completions.errors import CompletionError, InvalidAuthError, ModelNotFoundError
from ..completions.events import Event
from ..completions.messages import Message
from ..completions.request import build_body
from ..errors import translated_error
from ..issues import Issues
from ..options import Options
from .metrics import Metrics
from .tool_pictures import PictureSupport

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Server:
    """The server of an entry, and what belongs to the server rather than to a turn.

    Created when the entry is set up. Other entries may name it as their fallback, with
    its model, options, profile and metrics.
    """

    hass: HomeAssistant
    entry: ConfigEntry
    client: CompletionsClient
    availability: Availability
    issues: Issues
    metrics: Metrics
    pictures: PictureSupport = field(default_factory=PictureSupport)

    @property
    def options(self) -> Options:
        """Return the current options."""
        return Options.of(self.entry.options)

    @property
    def host(self) -> str:
        """Return the host and port for display."""
        return self.client.host

    def build_body(
        self,
        messages: Iterable[Message],
        tools: Sequence[Mapping[str, Any]] = (),
        *,
        forbid_tools: bool = False,
        extra: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Return the body of a request to the model of the server.

        `tools` are function definitions, which `forbid_tools` forbids to call. `extra`
        are parameters, which take precedence over the user's.
        """
        options = self.options
        return build_body(
            options.chat_model,
            messages,
            tools,
            stream=options.enable_streaming,
            forbid_tools=forbid_tools,
            parameters=options.sampling(),
            extra={**(options.extra_body or {}), **extra},
        )

    def stream(
        self,
        body: Mapping[str, Any],
        *,
        known_tools: Collection[str] = (),
        in_background: bool = False,
    ) -> AsyncGenerator[Event]:
        """Return the events of the response to a request; raises `CompletionError`.

        A request in the background is one that nobody waits for.
        """
        options = self.options
        return self.client.stream(
            body,
            headers=options.extra_headers,
            known_tools=known_tools,
            patience=options.background_patience if in_background else options.patience,
        )

    @callback
    def async_set_unavailable(self, err: CompletionError, started_at: float) -> None:
        """Handle a request that found the server unavailable, which is logged once.

        It was sent at `started_at`, in the event loop's time.
        """
        if self.availability.add_failure(started_at, err.retry_after):
            # The server's own words may quote what it was sent.
            logged = type(err)()
            logged.status = err.status
            reason = translated_error(logged, self.host, HomeAssistantError)
            _LOGGER.warning("%s is unavailable: %s", self.entry.title, reason)

    @callback
    def async_set_available(self) -> None:
        """Handle a request that was answered; a server that is back is logged once."""
        if self.availability.add_success():
            _LOGGER.warning("%s is available again", self.entry.title)

    @callback
    def async_handle_error(self, err: CompletionError) -> None:
        """Start reauthentication or create the model_not_found issue, if it applies."""
        if self.entry.state is not ConfigEntryState.LOADED:
            # The entry was unloaded while the request was running.
            return
        if isinstance(err, InvalidAuthError):
            self.entry.async_start_reauth(self.hass)
        elif isinstance(err, ModelNotFoundError):
            self.issues.create_model_not_found(self.options.chat_model, self.host)
