"""Client for a chat completions server.

This is the only module that imports the SDK. The SDK sends the request and maps error
statuses; the bytes of the response are decoded by `ResponseDecoder`.

Decision record: docs/decisions/0001-the-sdk-sends-we-decode.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

import openai

from .body_reader import (
    BackgroundCloser,
    BodyReader,
    ReadDeadline,
    Timeouts,
    close,
    default_timeouts,
    wait_until,
)
from .call_metadata import CallMetadataCache
from .error_mapping import error_from_status
from .errors import (
    CannotConnectError,
    CompletionError,
    ConnectionLostError,
    NotFoundError,
    ServerFailedError,
    ServerTimeoutError,
    UnreachableError,
)
from .events import Event, ToolCall
from .profile import DEFAULT_PROFILE, ServerProfile
from .profile_learning import profile_after_rejection
from .request import encode
from .request_adapter import adapt_request
from .response_decoder import ResponseDecoder
from .retry import RetryPolicy, retry_after

MAX_ADAPTATIONS = 4
"""Maximum number of times that one request is resent without what was rejected."""


class CompletionsClient:
    """Client for the server at one base URL, with one API key.

    Failures of the server raise `CompletionError` and nothing else. What the server
    rejects is learned per model and kept in `profiles`.
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
        self.base_url = base_url
        self.timeouts = timeouts or default_timeouts(base_url)
        self.profiles: dict[str, ServerProfile] = {}
        """Server profiles by model name."""
        self.on_profile_changed: Callable[[], None] | None = None
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
                listing = await self._sdk.get(
                    "/models", cast_to=object, options=self._options(headers)
                )
        except TimeoutError as err:
            raise ServerTimeoutError from err
        except openai.OpenAIError as err:
            raise _error_from_sdk(err) from err
        except (ValueError, RecursionError) as err:
            # Declared as JSON, but not valid JSON.
            raise NotFoundError from err
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
        retry_policy = RetryPolicy(patience, asyncio.get_running_loop().time)
        model = body["model"]
        profile, adaptations = self.profiles.get(model, DEFAULT_PROFILE), 0
        while True:
            sent = adapt_request(self._call_metadata.attach_to(body), profile)
            started = False
            try:
                async with aclosing(
                    self._attempt(sent, headers, known_tools, patience)
                ) as events:
                    async for event in events:
                        if not started:
                            started = True
                            # A concurrent request may have stored a newer profile.
                            if adaptations:
                                self._set_profile(model, profile)
                        yield event
            except CompletionError as err:
                if started:
                    raise
                adapted = (
                    profile_after_rejection(profile, err, sent)
                    if adaptations < MAX_ADAPTATIONS
                    else None
                )
                if adapted is not None:
                    profile, adaptations = adapted, adaptations + 1
                elif (delay := retry_policy.next_delay(err)) is not None:
                    await asyncio.sleep(delay)
                else:
                    raise
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
        response = await wait_until(self._open(body, headers), deadline.at)
        chunks = response.response.aiter_bytes()
        reader = BodyReader(chunks, deadline)
        decoder = ResponseDecoder(known_tools)
        # The headers have arrived.
        deadline.advance(decoder)
        drained = False
        try:
            while not decoder.done and (chunk := await reader.next(decoder)):
                for event in decoder.feed(chunk):
                    yield event
                if decoder.is_repetitive:
                    break
                deadline.advance(decoder)
            for event in decoder.close():
                if isinstance(event, ToolCall):
                    self._call_metadata.remember(body["model"], event)
                yield event
            if field := decoder.reasoning_field:
                self._set_reasoning_field(body["model"], field)
            if decoder.done:
                # Do not hold back the last event until the HTTP response ends.
                drained = True
                self._closer.start(chunks, response)
        finally:
            reader.stop()
            if not drained:
                await close(chunks)
                await response.close()

    def _set_reasoning_field(self, model: str, field: str) -> None:
        """Send reasoning back in the field it arrived in, unless it was rejected."""
        profile = self.profiles.get(model, DEFAULT_PROFILE)
        if profile.reasoning:
            self._set_profile(model, replace(profile, reasoning=field))

    def starts_in_reasoning(self, model: str) -> bool:
        """Return whether a model's responses start in reasoning, without a tag."""
        return self.profiles.get(model, DEFAULT_PROFILE).starts_in_reasoning

    def set_starts_in_reasoning(self, model: str, *, starts_in_reasoning: bool) -> None:
        """Store whether a model's responses start in reasoning, without a tag."""
        profile = self.profiles.get(model, DEFAULT_PROFILE)
        self._set_profile(
            model, replace(profile, starts_in_reasoning=starts_in_reasoning)
        )

    def _set_profile(self, model: str, profile: ServerProfile) -> None:
        """Store the profile of a model and report the change, if it is one."""
        if profile != self.profiles.get(model, DEFAULT_PROFILE):
            self.profiles[model] = profile
            if self.on_profile_changed:
                self.on_profile_changed()

    async def _open(
        self, body: Mapping[str, Any], headers: Mapping[str, str] | None
    ) -> openai.AsyncStream[object]:
        """Send a request and return its response with the body unread."""
        content = encode(body)
        try:
            return await self._sdk.post(
                "/chat/completions",
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
        return CannotConnectError(str(err.__cause__ or err))
    try:
        body = err.response.json()
    except ValueError, RecursionError:
        body = err.response.text
    return error_from_status(err.status_code, body, retry_after(err.response.headers))
