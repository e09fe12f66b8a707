"""The one place that talks to a server, and the only one that knows the SDK."""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Collection,
    Mapping,
)
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import openai

from .errors import (
    CannotConnectError,
    CompletionError,
    NotFoundError,
    ServerTimeoutError,
    error_for_status,
)
from .events import Event
from .request import encode
from .stream import AnswerDecoder


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a server may take, in seconds."""

    connect: float = 5
    models: float = 10
    first_token: float = 60
    between_tokens: float = 30
    whole_answer: float = 90
    """For an answer that is not streamed."""
    after_finish: float = 2
    """From the finish reason to the end of the stream; what lacks then is not awaited."""
    drain: float = 0.25
    """From the end of an answer to that of the response, so that its connection is kept."""


class CompletionsClient:
    """A server with the chat completions API, at one address with one key.

    Raises `CompletionError`, and nothing else, for what goes wrong with the server.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        http_client: Any,
        timeouts: Timeouts = Timeouts(),
    ) -> None:
        """Initialize with the HTTP client to use, which stays the caller's to close."""
        self.base_url = base_url
        self.timeouts = timeouts
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
        """Return the server's host and port, for people to know it by."""
        return urlsplit(self.base_url).netloc

    def prepare(self) -> None:
        """Read from disk what the SDK says of the platform. Blocks."""
        self._sdk.platform_headers()

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
            raise _translated(err) from err
        except ValueError as err:
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

    async def answer(
        self,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        known_tools: Collection[str] = (),
    ) -> AsyncGenerator[Event]:
        """Yield the events of the answer to a request, as they arrive.

        To close the generator closes the connection, so that the server stops.
        """
        limits = self.timeouts
        streamed = bool(body.get("stream"))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (
            limits.first_token if streamed else limits.whole_answer
        )
        response = await _in_time(self._open(body, headers), deadline)
        try:
            decoder = AnswerDecoder(known_tools)
            chunks = aiter(response.response.aiter_bytes())
            tokens = 0
            while not decoder.done:
                try:
                    chunk = await _in_time(_next(chunks), deadline)
                except ServerTimeoutError:
                    if decoder.finish_reason is None:
                        raise
                    break
                if chunk is None:
                    break
                for event in decoder.feed(chunk):
                    yield event
                if streamed and decoder.finish_reason is not None:
                    deadline = loop.time() + limits.after_finish
                elif streamed and decoder.tokens > tokens:
                    tokens = decoder.tokens
                    deadline = loop.time() + limits.between_tokens
            for event in decoder.close():
                yield event
            if decoder.done:
                await _drain(chunks, loop.time() + limits.drain)
        finally:
            await response.close()

    async def _open(
        self, body: Mapping[str, Any], headers: Mapping[str, str] | None
    ) -> openai.AsyncStream[object]:
        """Send a request and return its response, its body unread."""
        try:
            return await self._sdk.post(
                "/chat/completions",
                cast_to=object,
                content=encode(body),
                options=self._options(
                    {"Content-Type": "application/json", **(headers or {})}
                ),
                stream=True,
                stream_cls=openai.AsyncStream[object],
            )
        except openai.OpenAIError as err:
            raise _translated(err) from err

    def _options(self, headers: Mapping[str, str] | None) -> Any:
        """Return the SDK's options for a request."""
        return {
            "headers": {**self._auth, **(headers or {})},
            "timeout": openai.Timeout(None, connect=self.timeouts.connect),
        }


async def _in_time[T](awaitable: Awaitable[T], deadline: float) -> T:
    """Await until a time of the loop's clock."""
    try:
        async with asyncio.timeout_at(deadline):
            return await awaitable
    except TimeoutError as err:
        raise ServerTimeoutError from err


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    """Return the next bytes of a body, None at its end."""
    try:
        return await anext(chunks, None)
    # httpx before Home Assistant 2026.11, httpx2 since: what reading a body
    # raises has no name that both know.
    except Exception as err:
        raise CannotConnectError(str(err)) from err


async def _drain(chunks: AsyncIterator[bytes], deadline: float) -> None:
    """Read what follows an answer, so that the connection can serve the next request."""
    try:
        while await _in_time(_next(chunks), deadline) is not None:
            pass
    except CompletionError:
        return


def _translated(err: openai.OpenAIError) -> CompletionError:
    """Return our error for one of the SDK's.

    Reading is timed by our own clock: what is left to the SDK is to connect and send.
    """
    if not isinstance(err, openai.APIStatusError):
        return CannotConnectError(str(err.__cause__ or err))
    try:
        body = err.response.json()
    except ValueError:
        body = err.response.text
    return error_for_status(err.status_code, body)
