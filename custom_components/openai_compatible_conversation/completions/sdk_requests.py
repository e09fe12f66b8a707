"""The requests of the client, sent by the SDK.

This is the only module that imports it. The SDK sends a request and maps error
statuses; the bytes of the response are decoded by `ResponseDecoder`.

Decision record: docs/decisions/0001-the-sdk-sends-we-decode.md.
"""

from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
import json
from typing import Any, ClassVar

import openai

from .connection_errors import connection_error, wants_tls
from .endpoints import redirected_error
from .error_mapping import error_from_status
from .errors import (
    CompletionError,
    ConnectionLostError,
    NoHttpError,
    NotFoundError,
    ServerFailedError,
    UnreachableError,
)
from .retry import retry_after
from .server_questions import FetchedJson

MAX_FETCHED = 1_000_000
"""Bytes of an answer about the server that are read; templates and licenses are long."""


class SdkRequests:
    """Sends requests with one API key; failures raise `CompletionError`."""

    prepared: ClassVar[bool] = False
    """Whether the SDK has cached its platform headers, which all clients share."""

    def __init__(
        self, base_url: str, api_key: str | None, http_client: Any, connect: float
    ) -> None:
        """Initialize with an HTTP client, which the caller owns and closes.

        `connect` is how many seconds connecting may take.
        """
        self._sdk = openai.AsyncOpenAI(
            base_url=base_url,
            # The SDK requires a key; without one the header is omitted below.
            api_key=api_key or "none",
            http_client=http_client,
            max_retries=0,
        )
        self._auth = {} if api_key else {"Authorization": openai.Omit()}
        self._timeout = openai.Timeout(None, connect=connect)

    def prepare(self) -> None:
        """Let the SDK cache its platform headers; the first call blocks on disk I/O."""
        self._sdk.platform_headers()
        SdkRequests.prepared = True

    async def get_json(self, headers: Mapping[str, str] | None, url: str) -> object:
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

    async def fetch_json(
        self, headers: Mapping[str, str] | None, url: str, content: bytes | None
    ) -> FetchedJson:
        """Return the JSON at a URL with its headers; with a body, it is posted.

        Only the first `MAX_FETCHED` bytes are read. What is no JSON is None.
        """
        options = self._options(headers)
        send: Any = self._sdk.get
        if content is not None:
            options["headers"]["Content-Type"] = "application/json"
            send = partial(self._sdk.post, content=content)
        try:
            stream = await send(
                url,
                cast_to=object,
                options=options,
                stream=True,
                stream_cls=openai.AsyncStream[object],
            )
            try:
                return await _read_json(stream.response)
            finally:
                await stream.close()
        except openai.OpenAIError as err:
            raise _error_from_sdk(err) from err
        # The HTTP library's errors while the body is read are not wrapped.
        except Exception as err:
            raise ConnectionLostError(str(err)) from err

    async def post(
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
            "timeout": self._timeout,
        }


async def _read_json(response: Any) -> FetchedJson:
    """Return the headers and the JSON body of a response, which is read here."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    data = bytearray()
    async with aclosing(response.aiter_bytes()) as chunks:
        async for chunk in chunks:
            data += chunk
            if len(data) > MAX_FETCHED:
                break
    try:
        return FetchedJson(headers, json.loads(data))
    except ValueError, RecursionError:
        return FetchedJson(headers, None)


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
