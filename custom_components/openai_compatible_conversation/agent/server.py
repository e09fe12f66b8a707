"""The server of an entry: its requests, whether it is available, and its errors."""

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..completions.availability import Availability
from ..completions.client import CompletionsClient
from ..completions.errors import (
    CertificateChangedError,
    CompletionError,
    InvalidAuthError,
    ModelNotFoundError,
    NotFoundError,
    UntrustedCertificateError,
)
from ..completions.events import Event
from ..completions.messages import Message
from ..completions.profile import NO_TOOLS
from ..completions.request import build_body
from ..completions.server_facts import ServerFacts
from ..completions.tool_limit import FewerTools
from ..errors import translated_error
from ..issues import Issues
from ..options import Options
from .metrics import Metrics, Purpose
from .server_identity import ServerIdentity
from .server_slots import ServerSlots
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
    identity: ServerIdentity
    slots: ServerSlots
    pictures: PictureSupport = field(default_factory=PictureSupport)

    @property
    def options(self) -> Options:
        """Return the current options."""
        return Options.of(self.entry.options)

    @property
    def host(self) -> str:
        """Return the host and port for display."""
        return self.client.host

    @property
    def facts(self) -> ServerFacts:
        """Return what is known of the server and the entry's model."""
        return self.identity.facts

    @property
    def may_take_pictures(self) -> bool:
        """Return whether the model may take pictures, as far as is known."""
        return self.facts.takes_pictures is not False and (
            not self.pictures.is_withheld(self.options.chat_model)
        )

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
        fewer_tools: FewerTools | None = None,
        purpose: Purpose = Purpose.TURN,
    ) -> AsyncGenerator[Event]:
        """Return the events of the response to a request; raises `CompletionError`.

        `fewer_tools` chooses from the tools if the server does not take as many.
        """
        options = self.options
        is_awaited = purpose in (Purpose.TURN, Purpose.PREWARM)
        events = self.client.stream(
            body,
            headers=options.extra_headers,
            known_tools=known_tools,
            patience=options.patience if is_awaited else options.background_patience,
            fewer_tools=fewer_tools,
        )
        return self.slots.watch(events, in_turn=purpose is Purpose.TURN)

    async def async_check(self) -> None:
        """Ask whether the server can be used; raises `CompletionError` if it cannot."""
        started_at = self.hass.loop.time()
        try:
            # A server that answers may have no /models endpoint.
            with suppress(NotFoundError):
                await self.client.models(self.options.extra_headers)
        except InvalidAuthError:
            raise
        except CompletionError as err:
            self.async_set_unavailable(err, started_at)
            raise
        self.async_set_available()

    @callback
    def async_check_tools(self, model: str) -> None:
        """Create or delete the issue that the server refuses tools.

        It was just asked with some, and has answered, with or without them.
        """
        if lesson := self.client.learned.lessons(model).get(NO_TOOLS):
            self.issues.create_tools_refused(self.host, lesson.words)
        else:
            self.issues.delete_tools_refused()

    @callback
    def async_set_unavailable(self, err: CompletionError, started_at: float) -> None:
        """Handle a request that found the server unavailable, which is logged once.

        It was sent at `started_at`, in the event loop's time.
        """
        if isinstance(err, CertificateChangedError):
            self._create_certificate_changed(err)
        if self.availability.add_failure(started_at, err.retry_after):
            logged = err
            if not isinstance(err, UntrustedCertificateError):
                # The server's own words may quote what it was sent.
                logged = type(err)()
                logged.status = err.status
            reason = translated_error(logged, self.host, HomeAssistantError)
            _LOGGER.warning("%s is unavailable: %s", self.entry.title, reason)

    @callback
    def async_set_available(self) -> None:
        """Handle a request that was answered; a server that is back is logged once."""
        self.issues.delete_certificate_changed()
        if self.availability.add_success():
            _LOGGER.warning("%s is available again", self.entry.title)
            # It may be another one, or have been started with other options.
            self.identity.async_update()

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

    def _create_certificate_changed(self, err: CertificateChangedError) -> None:
        """Create the issue, unless the entry was unloaded meanwhile."""
        if self.entry.state in (
            ConfigEntryState.LOADED,
            ConfigEntryState.SETUP_IN_PROGRESS,
        ):
            self.issues.create_certificate_changed(self.host, err.detail)
