"""Client for a chat completions server.

This is the only module that imports the SDK. The SDK sends the request and maps error
statuses; the bytes of the response are decoded by `ResponseDecoder`.

Decision record: docs/decisions/0001-the-sdk-sends-we-decode.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import aclosing, closing
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

import openai

from .body_reader import (
    BackgroundCloser,
    ReadDeadline,
    Timeouts,
    default_timeouts,
    wait_until,
)
from .call_metadata import CallMetadataCache
from .connection_errors import connection_error, wants_tls
from .endpoints import Endpoints, redirected_error
from .error_mapping import error_from_status
from .errors import (
    CompletionError,
    ConnectionLostError,
    InvalidAuthError,
    NoHttpError,
    NotFoundError,
    ServerFailedError,
    ServerTimeoutError,
    UnreachableError,
)
from .events import Event, ToolCall
from .learned_profiles import LearnedProfiles
from .request import encode
from .request_attempts import RequestAttempts
from .response_decoder import ResponseDecoder
from .response_stream import ResponseStream
from .retry import RetryPolicy, retry_after

_WITHOUT_MODELS = (403, 404, 405)
"""Statuses for the list of models of servers that have none, or not for this key."""


class CompletionsClient:
    """Client for the server at one base URL, with one API key.

    Failures of the server raise `CompletionError` and nothing else. What the server
    rejects is learned per model and kept in `learned`.
    """

    prepared: ClassVar[bool] = False
    """Whether the SDK has cached its platform headers, which all clients share."""

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
        self._call_metadata = CallMetadataCache()
        self._closer = BackgroundCloser(self.timeouts.drain)
        self._sdk = openai.AsyncOpenAI(
            base_url=base_url,
            # The SDK requires a key; without one the header is omitted below.
            api_key=api_key or "none",
            http_client=http_client,
            max_retries=0,
        )
        self._auth = {} if api_key else {"Authorization": openai.Omit()}

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

    def prepare(self) -> None:
        """Let the SDK cache its platform headers; the first call blocks on disk I/O."""
        self._sdk.platform_headers()
        CompletionsClient.prepared = True

    async def models(self, headers: Mapping[str, str] | None = None) -> list[str]:
        """Return the sorted names of the server's models.

        Raises `NotFoundError` if the response is not a list of models.
        """
        try:
            async with asyncio.timeout(self.timeouts.models):
                listing = await self._endpoints.follow(
                    "/models", partial(self._get_json, headers)
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
    ) -> AsyncGenerator[Event]:
        """Yield the events of the response to a request as they arrive.

        Before the first event, a request is retried while the server is down, busy
        or loading its model, and resent without what the server rejects. Closing
        the generator closes the connection, so that the server stops.

        `patience` is how many seconds the server may load its model, and then be
        silent before the first token.
        """
        patience = patience or self.timeouts.first_token
        attempts = RequestAttempts(
            self._call_metadata.attach_to(body),
            self.learned,
            RetryPolicy(patience, asyncio.get_running_loop().time),
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
        stream = ResponseStream(
            await wait_until(self._open(body, headers), deadline.at),
            decoder,
            deadline,
            self._closer,
        )
        async with aclosing(stream.events()) as events:
            async for event in events:
                if isinstance(event, ToolCall):
                    self._call_metadata.remember(body["model"], event)
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

    async def _get_json(self, headers: Mapping[str, str] | None, url: str) -> object:
        """Return the JSON at a URL.

        Raises `NotFoundError` for what is declared as JSON, but is none.
        """
        try:
            return await self._sdk.get(
                url, cast_to=object, options=self._options(headers)
            )
        except openai.OpenAIError as err:
            raise _error_from_sdk(err) from err
        except (ValueError, RecursionError) as err:
            raise NotFoundError from err

    async def _open(
        self, body: Mapping[str, Any], headers: Mapping[str, str] | None
    ) -> openai.AsyncStream[object]:
        """Send a request and return its response with the body unread."""
        return await self._endpoints.follow(
            "/chat/completions", partial(self._post, encode(body), headers)
        )

    async def _post(
        self, content: bytes, headers: Mapping[str, str] | None, url: str
    ) -> openai.AsyncStream[object]:
        """Send the body of a request to a URL and return the response, unread."""
        try:
            return await self._sdk.post(
                url,
                cast_to=object,
                content=content,
                options=self._options(
                    {"Content-Type": "application/json", **(headers or {})}
                ),
                stream=True,
                stream_cls=openai.AsyncStream[object],
            )
        except openai.OpenAIError as err:
            raise _error_from_sdk(err) from err
        # The SDK reads and decodes the body of an error response itself, and does
        # not wrap a connection lost meanwhile or a body that cannot be decoded.
        except Exception as err:
            if type(err).__module__.startswith("httpx"):
                raise ConnectionLostError(str(err)) from err
            raise ServerFailedError from err

    def _options(self, headers: Mapping[str, str] | None) -> Any:
        """Return the SDK's options of a request."""
        return {
            "headers": {**self._auth, **(headers or {})},
            "timeout": openai.Timeout(None, connect=self.timeouts.connect),
        }


def _error_from_sdk(err: openai.OpenAIError) -> CompletionError:
    """Return the `CompletionError` for an error of the SDK.

    `ReadDeadline` limits reading, so a timeout of the SDK is one of connecting.
    """
    if isinstance(err, openai.APITimeoutError):
        return UnreachableError()
    if not isinstance(err, openai.APIStatusError):
        return connection_error(err)
    response = err.response
    location = response.headers.get("location")
    if redirect := redirected_error(err.status_code, str(err.request.url), location):
        return redirect
    if wants_tls(err.status_code, response.text):
        return NoHttpError()
    try:
        body = response.json()
    except ValueError, RecursionError:
        body = response.text
    return error_from_status(err.status_code, body, retry_after(response.headers))
