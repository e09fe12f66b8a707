"""The events of one response, read from its bytes as they arrive."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any

from .body_reader import BackgroundCloser, BodyReader, ReadDeadline, close
from .errors import ConnectionLostError
from .events import Event
from .response_decoder import ResponseDecoder
from .server_version import build_in_body, version_in_headers


class ResponseStream:
    """Reads one response; used once, for one iteration of `events`.

    `response` is a stream of the SDK. It is closed at the end, by `closer` in the
    background if the response was complete.
    """

    def __init__(
        self,
        response: Any,
        decoder: ResponseDecoder,
        deadline: ReadDeadline,
        closer: BackgroundCloser,
    ) -> None:
        """Initialize with a response whose headers have arrived."""
        self.headers: Mapping[str, str] = response.response.headers
        self.beginning = b""
        """The first bytes of the body."""
        self.version = version_in_headers(self.headers)
        """The version of the server, as far as it is known."""
        self._response = response
        self._decoder = decoder
        self._deadline = deadline
        self._closer = closer

    async def events(self) -> AsyncGenerator[Event]:
        """Yield the events; raises `CompletionError`."""
        decoder, deadline = self._decoder, self._deadline
        chunks = self._response.response.aiter_bytes()
        reader = BodyReader(chunks, deadline)
        deadline.advance(decoder)
        drained = False
        try:
            try:
                while not (decoder.done or decoder.is_repetitive) and (
                    chunk := await reader.next(decoder)
                ):
                    if not self.beginning:
                        self.beginning = chunk
                        build = build_in_body(chunk)
                        self.version = f"{self.version} {build}".strip()
                    for event in decoder.feed(chunk):
                        yield event
                    deadline.advance(decoder)
            except ConnectionLostError:
                # What is not followed by a line end is still in the decoder.
                last: Iterable[Event] = list(decoder.close())
                if not decoder.is_whole:
                    raise
            else:
                last = decoder.close()
            for event in last:
                yield event
            if decoder.done:
                # Do not hold back the last event until the HTTP response ends.
                drained = True
                self._closer.start(chunks, self._response)
        finally:
            reader.stop()
            if not drained:
                await close(chunks)
                await self._response.close()
