"""The one place that talks to a server, and the only one that knows the SDK."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

import openai

from .body_reader import (
    TIMEOUTS,
    BackgroundCloser,
    BodyReader,
    ReadDeadline,
    Timeouts,
    close,
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
"""How often one request is sent again without something that the server refused."""


class CompletionsClient:
    """A server with the chat completions API, at one address with one key.

    Raises `CompletionError`, and nothing else, for what goes wrong with the server.
    """

    prepared: ClassVar[bool] = False
    """Whether the SDK knows the platform; it keeps that for all clients."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        http_client: Any,
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        """Initialize with the HTTP client to use, which stays the caller's to close."""
        self.base_url = base_url
        self.timeouts = timeouts
        self.profiles: dict[str, ServerProfile] = {}
        """How the server speaks to each of its models."""
        self.on_profile_changed: Callable[[], None] | None = None
        self._call_metadata = CallMetadataCache()
        self._closer = BackgroundCloser(timeouts.drain)
        self._sdk = openai.AsyncOpenAI(
            base_url=base_url,
            # The SDK insists on a key; where there is none, none is sent.
            api_key=api_key or "none",
            http_client=http_client,
            max_retries=0,
        )
        self._auth = {} if api_key else {"Authorization": openai.Omit()}

    @property
    def host(self) -> str:
        """Return the server's host and port, for people to know it by.

        An address may hold a name and a password, which are not theirs to hear.
        """
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    def prepare(self) -> None:
        """Read from disk what the SDK says of the platform. Blocks, the first time."""
        self._sdk.platform_headers()
        CompletionsClient.prepared = True

    async def models(self, headers: Mapping[str, str] | None = None) -> list[str]:
        """Return the names of the server's models, sorted."""
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
            # It says that it is JSON, and is none.
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
    ) -> AsyncGenerator[Event]:
        """Yield the events of the answer to a request, as they arrive.

        Before the first event a server that is down, busy or loading its model is
        waited for, and one that refuses something is asked without it. To close
        the generator closes the connection, so that the server stops.
        """
        retry_policy = RetryPolicy(
            self.timeouts.first_token, asyncio.get_running_loop().time
        )
        model = body["model"]
        profile, adaptations = self.profiles.get(model, DEFAULT_PROFILE), 0
        while True:
            sent = adapt_request(self._call_metadata.attach_to(body), profile)
            begun = False
            try:
                async with aclosing(
                    self._attempt(sent, headers, known_tools)
                ) as events:
                    async for event in events:
                        if not begun:
                            begun = True
                            # Without a adaptation another request may know better.
                            if adaptations:
                                self._set_profile(model, profile)
                        yield event
            except CompletionError as err:
                if begun:
                    raise
                other = (
                    profile_after_rejection(profile, err, sent)
                    if adaptations < MAX_ADAPTATIONS
                    else None
                )
                if other is not None:
                    profile, adaptations = other, adaptations + 1
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
    ) -> AsyncGenerator[Event]:
        """Send a request once, and yield the events of its answer."""
        deadline = ReadDeadline(self.timeouts, streamed=bool(body.get("stream")))
        await self._closer.wait()
        response = await wait_until(self._open(body, headers), deadline.at)
        chunks = response.response.aiter_bytes()
        reader = BodyReader(chunks, deadline)
        decoder = ResponseDecoder(known_tools)
        drained = False
        try:
            while not decoder.done and (chunk := await reader.next(decoder)):
                for event in decoder.feed(chunk):
                    yield event
                deadline.advance(decoder)
            for event in decoder.close():
                if isinstance(event, ToolCall):
                    self._call_metadata.remember(body["model"], event)
                yield event
            if field := decoder.reasoning_field:
                self._set_reasoning_field(body["model"], field)
            if decoder.done:
                # The end of the answer need not wait for that of the response.
                drained = True
                self._closer.start(chunks, response)
        finally:
            reader.stop()
            if not drained:
                await close(chunks)
                await response.close()

    def _set_reasoning_field(self, model: str, field: str) -> None:
        """Send reasoning back in the field in which it came, unless that was refused."""
        profile = self.profiles.get(model, DEFAULT_PROFILE)
        if profile.reasoning:
            self._set_profile(model, replace(profile, reasoning=field))

    def starts_in_reasoning(self, model: str) -> bool:
        """Return whether the answers of a model begin within thoughts."""
        return self.profiles.get(model, DEFAULT_PROFILE).starts_in_reasoning

    def set_starts_in_reasoning(self, model: str, *, starts_in_reasoning: bool) -> None:
        """Remember whether the answers of a model begin within thoughts."""
        profile = self.profiles.get(model, DEFAULT_PROFILE)
        self._set_profile(
            model, replace(profile, starts_in_reasoning=starts_in_reasoning)
        )

    def _set_profile(self, model: str, profile: ServerProfile) -> None:
        """Keep the profile in which a request was taken."""
        if profile != self.profiles.get(model, DEFAULT_PROFILE):
            self.profiles[model] = profile
            if self.on_profile_changed:
                self.on_profile_changed()

    async def _open(
        self, body: Mapping[str, Any], headers: Mapping[str, str] | None
    ) -> openai.AsyncStream[object]:
        """Send a request and return its response, its body unread."""
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
        # The SDK reads and decodes the body of an error by itself, and what that
        # raises is not its own: the connection is lost, or the body is nonsense.
        except Exception as err:
            if type(err).__module__.startswith("httpx"):
                raise ConnectionLostError(str(err)) from err
            raise ServerFailedError from err

    def _options(self, headers: Mapping[str, str] | None) -> Any:
        """Return the SDK's options for a request."""
        return {
            "headers": {**self._auth, **(headers or {})},
            "timeout": openai.Timeout(None, connect=self.timeouts.connect),
        }


def _error_from_sdk(err: openai.OpenAIError) -> CompletionError:
    """Return our error for one of the SDK's.

    Reading is timed by our own clock: what is left to the SDK is to connect and send.
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
