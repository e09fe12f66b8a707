"""A scripted model server: chat completions over real HTTP, on loopback only."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import json
from math import inf
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from .replies import Abort, Answer, Body, Pause, Reply, failure, say
from .strict import faults


@dataclass
class RecordedRequest:
    """A request that the server received."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes
    at: float
    """Time of arrival, in seconds of the event loop's clock."""
    query: Mapping[str, str] = field(default_factory=dict)
    aborted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the client closed the connection before the end of the response."""
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the whole response was sent."""

    @property
    def body(self) -> Body:
        """Return the JSON body."""
        body: Body = json.loads(self.raw)
        return body


class ModelServer:
    """Answers each chat completion with the next reply of its script, else with its model.

    `model` answers when the script is empty: a function from the body of a request to
    a reply. With an `api_key`, requests without it get a 401. `models` are the names
    that `/v1/models` lists; `models_reply` replaces that response. With `reject`, a
    request for which that returns a response gets this one. With `tls` it
    speaks https. It listens between `start` and `stop`, or as a context manager.
    """

    def __init__(
        self,
        model: Callable[[Body], Answer] | None = None,
        *,
        api_key: str | None = None,
        models: tuple[str, ...] = ("scripted",),
        prefix: str = "/v1",
        host: str = "127.0.0.1",
    ) -> None:
        """Initialize a server that is not yet listening."""
        self.api_key = api_key
        self.models = models
        self.models_reply: Reply | None = None
        self.pages: dict[str, Reply] = {}
        """What there is beside the API, by path."""
        self.reject: Callable[[RecordedRequest], Reply | None] | None = None
        self.rejected: list[RecordedRequest] = []
        """The requests that `reject` rejected."""
        self.requests: list[RecordedRequest] = []
        self.faults: list[str] = []
        """What a strict server would have refused in the requests so far."""
        self.port = 0
        self._model = model or (lambda _: say("Hello", " there."))
        self._prefix = prefix
        self._host = host
        self._script: deque[Answer] = deque()
        self._arrived = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """Return the base URL for a client."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}{self._prefix}"

    @property
    def completions(self) -> list[RecordedRequest]:
        """Return the chat completion requests, in order."""
        return [r for r in self.requests if r.path.endswith("/chat/completions")]

    @property
    def bodies(self) -> list[Body]:
        """Return the bodies of the chat completion requests, in order."""
        return [request.body for request in self.completions]

    def script(self, *answers: Answer) -> None:
        """Append answers to the script."""
        self._script.extend(answers)

    def forget(self) -> None:
        """Clear the recorded requests and the script."""
        self.requests.clear()
        self.rejected.clear()
        self._script.clear()

    async def wait_for_completions(self, count: int) -> RecordedRequest:
        """Wait for `count` chat completion requests; return the newest."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.completions) >= count)
        return self.completions[-1]

    async def start(self, port: int = 0) -> None:
        """Listen on a loopback port, by default on any free one."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            app,
            # A test that sets the clock must not close the connections of the client.
            keepalive_timeout=inf,
            shutdown_timeout=0.1,
            handler_cancellation=True,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and close open connections."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        """Start the server."""
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        await self.stop()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """Record a request and send its reply."""
        recorded = RecordedRequest(
            request.method,
            request.path,
            request.headers.copy(),
            await request.read(),
            asyncio.get_running_loop().time(),
            dict(request.query),
        )
        async with self._arrived:
            self.requests.append(recorded)
            self._arrived.notify_all()
        try:
            return await self._send(request, self._reply(recorded), recorded)
        except (ConnectionResetError, asyncio.CancelledError) as err:
            recorded.aborted.set()
            # The client is gone, so no response can be sent.
            raise asyncio.CancelledError from err

    def _reply(self, recorded: RecordedRequest) -> Reply:
        """Return the reply to a request."""
        authorization = recorded.headers.get("Authorization")
        if self.api_key and authorization != f"Bearer {self.api_key}":
            return failure(401, {"error": {"message": "Invalid API Key"}})
        if page := self.pages.get(recorded.path):
            return page
        path = recorded.path.removeprefix(self._prefix)
        if not recorded.path.startswith(self._prefix):
            return failure(404)
        if self.reject and (rejection := self.reject(recorded)):
            self.rejected.append(recorded)
            return rejection
        if path == "/models":
            return self.models_reply or _models(self.models)
        if path != "/chat/completions" or recorded.method != "POST":
            return failure(404)
        self.faults += faults(recorded.body)
        answer = self._script.popleft() if self._script else self._model(recorded.body)
        return answer if isinstance(answer, Reply) else answer(recorded.body)

    async def _send(
        self, request: web.Request, reply: Reply, recorded: RecordedRequest
    ) -> web.StreamResponse:
        """Send a reply step by step."""
        response = web.StreamResponse(status=reply.status, headers=reply.headers)
        response.content_type = reply.content_type
        await response.prepare(request)
        for step in reply.steps:
            if isinstance(step, Pause):
                await step.wait()
            elif isinstance(step, Abort):
                if request.transport:
                    request.transport.abort()
                break
            else:
                await response.write(step)
        else:
            await response.write_eof()
            recorded.sent.set()
        return response


def _models(names: tuple[str, ...]) -> Reply:
    """Return the list of models."""
    listing: dict[str, Any] = {
        "object": "list",
        "data": [{"id": name, "object": "model"} for name in names],
    }
    return Reply([json.dumps(listing).encode()], content_type="application/json")
