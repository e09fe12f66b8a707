"""Client for a chat completions server."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing, closing
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from .body_reader import (
    BackgroundCloser,
    ReadDeadline,
    Timeouts,
    default_timeouts,
    wait_until,
)
from .call_metadata import CallMetadataCache
from .endpoints import Endpoints
from .errors import (
    CompletionError,
    ContextTooLongError,
    InvalidAuthError,
    NotFoundError,
    ServerTimeoutError,
)
from .events import Event, TokenUsage, ToolCall
from .learned_profiles import LearnedProfiles
from .request import encode
from .request_attempts import RequestAttempts
from .response_decoder import ResponseDecoder
from .response_stream import ResponseStream
from .retry import RetryPolicy
from .sdk_requests import SdkRequests
from .server_inquiry import ServerInquiry
from .tool_limit import FewerTools

_WITHOUT_MODELS = (403, 404, 405)
"""Statuses for the list of models of servers that have none, or not for this key."""


class TokenObserver(Protocol):
    """Is told what the server says of the tokens of requests, as they were sent."""

    def add_count(
        self, body: Mapping[str, Any], prompt_tokens: int, cached_tokens: int
    ) -> None:
        """Take in the token usage of a request, 0 for what the server did not count."""

    def add_refusal(self, body: Mapping[str, Any], limit: int | None) -> None:
        """Take in that a request was too long, with the limit if the server named it."""


class CompletionsClient:
    """Client for the server at one base URL, with one API key.

    Failures of the server raise `CompletionError` and nothing else. What the server
    rejects is learned per model and kept in `learned`.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        http_client: Any,
        timeouts: Timeouts | None = None,
    ) -> None:
        """Initialize with an HTTP client, which the caller owns and closes.

        By default, the address decides on the time limits.
        """
        self._endpoints = Endpoints(base_url)
        self.timeouts = timeouts or default_timeouts(base_url)
        self.learned = LearnedProfiles()
        self.token_observer: TokenObserver | None = None
        self._call_metadata = CallMetadataCache()
        self._closer = BackgroundCloser(self.timeouts.drain)
        self.requests = SdkRequests(
            base_url, api_key, http_client, self.timeouts.connect
        )
        self.inquiry = ServerInquiry(lambda: self.base_url, self.requests.fetch_json)
        """What the server was found to be."""

    @property
    def base_url(self) -> str:
        """Return the base URL, which may have moved by a redirect."""
        return self._endpoints.base_url

    @property
    def redirected_to(self) -> str | None:
        """Return where the last redirect that was followed led to."""
        return self._endpoints.redirected_to

    @property
    def host(self) -> str:
        """Return the server's host and port for display.

        A user name and password in the base URL are omitted.
        """
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    async def models(self, headers: Mapping[str, str] | None = None) -> list[str]:
        """Return the sorted names of the server's models.

        Raises `NotFoundError` if the response is not a list of models.
        """
        try:
            async with asyncio.timeout(self.timeouts.models):
                listing = await self._endpoints.follow(
                    "/models", partial(self.requests.get_json, headers)
                )
        except TimeoutError as err:
            raise ServerTimeoutError from err
        except CompletionError as err:
            if err.status in _WITHOUT_MODELS and not isinstance(err, InvalidAuthError):
                raise NotFoundError(err.detail) from err
            raise
        entries = listing.get("data") if isinstance(listing, dict) else listing
        if not isinstance(entries, list):
            raise NotFoundError
        names = {
            entry["id"]
            for entry in entries
            if isinstance(entry, dict) and isinstance(entry.get("id"), str)
        }
        return sorted(names)

    async def stream(
        self,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        known_tools: Collection[str] = (),
        patience: float | None = None,
        fewer_tools: FewerTools | None = None,
    ) -> AsyncGenerator[Event]:
        """Yield the events of the response to a request as they arrive.

        Before the first event, a request is retried while the server is down, busy
        or loading its model, and resent without what the server rejects. Closing
        the generator closes the connection, so that the server stops.

        `patience` is how many seconds the server may load its model, and then be
        silent before the first token. `fewer_tools` chooses from the tools for a
        server that does not take as many.
        """
        patience = patience or self.timeouts.first_token
        attempts = RequestAttempts(
            self._call_metadata.attach_to(body),
            self.learned,
            RetryPolicy(patience, asyncio.get_running_loop().time),
            fewer_tools,
        )
        with closing(attempts):
            while True:
                started = False
                try:
                    async with aclosing(
                        self._attempt(attempts.request, headers, known_tools, patience)
                    ) as events:
                        async for event in events:
                            if not started:
                                started = True
                                attempts.accept()
                            yield event
                except CompletionError as err:
                    if isinstance(err, ContextTooLongError) and self.token_observer:
                        self.token_observer.add_refusal(attempts.request, err.limit)
                    if started or (delay := attempts.next_delay(err)) is None:
                        raise
                    await asyncio.sleep(delay)
                else:
                    return

    async def _attempt(
        self,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None,
        known_tools: Collection[str],
        patience: float,
    ) -> AsyncGenerator[Event]:
        """Send a request once and yield the events of its response."""
        deadline = ReadDeadline(
            self.timeouts,
            patience,
            asyncio.get_running_loop().time,
            streamed=bool(body.get("stream")),
        )
        await self._closer.wait()
        decoder = ResponseDecoder(known_tools)
        opened = self._endpoints.follow(
            "/chat/completions", partial(self.requests.post, encode(body), headers)
        )
        stream = ResponseStream(
            await wait_until(opened, deadline.at),
            decoder,
            deadline,
            self._closer,
        )
        is_observed = False
        async with aclosing(stream.events()) as events:
            async for event in events:
                if not is_observed:
                    is_observed = True
                    self.inquiry.observe(
                        body["model"], stream.headers, stream.beginning
                    )
                if isinstance(event, ToolCall):
                    self._call_metadata.remember(body["model"], event)
                elif isinstance(event, TokenUsage) and self.token_observer:
                    self.token_observer.add_count(
                        body, event.prompt_tokens, event.cached_tokens
                    )
                self.learned.versions[body["model"]] = stream.version
                yield event
        if field := decoder.reasoning_field:
            # It is sent back in the field in which it arrived.
            self.learned.observe(body["model"], ("reasoning", field))

    def starts_in_reasoning(self, model: str) -> bool:
        """Return whether a model's responses start in reasoning, without a tag."""
        return self.learned.profile(model).starts_in_reasoning

    def set_starts_in_reasoning(self, model: str, *, starts_in_reasoning: bool) -> None:
        """Store whether a model's responses start in reasoning, without a tag."""
        self.learned.observe(model, ("starts_in_reasoning", starts_in_reasoning))

    def set_writes_calls(self, model: str, *, writes_calls: bool) -> None:
        """Store whether a model writes its tool calls as JSON into its text."""
        self.learned.observe(model, ("writes_calls", writes_calls))
