"""A small client of Home Assistant's WebSocket and REST APIs."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
import itertools
from types import TracebackType
from typing import Any, Self, override

import aiohttp

type Message = dict[str, Any]


class CommandError(Exception):
    """Home Assistant refused a command."""

    def __init__(self, code: str, message: str) -> None:
        """Initialize with the error code and the message of Home Assistant."""
        super().__init__(f"{code}: {message}")
        self.code = code


class Events(AsyncIterator[Message]):
    """The events of a subscription, as an async iterator."""

    def __init__(self) -> None:
        """Initialize without an event."""
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue()

    def put(self, event: Message | None) -> None:
        """Append an event; None after the connection is closed."""
        self._queue.put_nowait(event)

    @override
    async def __anext__(self) -> Message:
        """Return the next event."""
        if (event := await self._queue.get()) is None:
            raise ConnectionError("Home Assistant closed the connection")
        return event


class Client:
    """A logged-in connection to Home Assistant, open as a context manager."""

    def __init__(self, url: str, token: str) -> None:
        """Initialize a client that is not yet connected."""
        self._url = url
        self._token = token
        self._ids = itertools.count(1)
        self._results: dict[int, asyncio.Future[Any]] = {}
        self._events: dict[int, Events] = {}

    async def __aenter__(self) -> Self:
        """Connect and log in."""
        async with AsyncExitStack() as stack:
            self._session = await stack.enter_async_context(
                aiohttp.ClientSession(
                    headers={"Authorization": f"Bearer {self._token}"},
                    # Without timeouts: their timers would outlive the connection.
                    timeout=aiohttp.ClientTimeout(),
                )
            )
            self._socket = await stack.enter_async_context(
                self._session.ws_connect(f"{self._url}/api/websocket", max_msg_size=0)
            )
            await self._socket.receive_json()
            await self._socket.send_json({"type": "auth", "access_token": self._token})
            if (answer := await self._socket.receive_json())["type"] != "auth_ok":
                raise CommandError(answer["type"], answer.get("message", ""))
            self._stack = stack.pop_all()
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Disconnect."""
        self._reader.cancel()
        with suppress(asyncio.CancelledError):
            await self._reader
        await self._stack.aclose()

    async def command(self, command: str, **fields: Any) -> Any:
        """Return the result of a command; raises `CommandError`."""
        return await self._send(next(self._ids), command, fields)

    @asynccontextmanager
    async def subscribe(self, command: str, **fields: Any) -> AsyncGenerator[Events]:
        """Yield the events of a subscription, and unsubscribe on exit."""
        number = next(self._ids)
        events = self._events[number] = Events()
        try:
            await self._send(number, command, fields)
            yield events
        finally:
            del self._events[number]
            if not self._reader.done():
                # A finished pipeline run has no subscription any more.
                with suppress(CommandError):
                    await self.command("unsubscribe_events", subscription=number)

    async def rest(self, method: str, path: str, payload: Any = None) -> Any:
        """Return the JSON response of the REST API; raises `CommandError`."""
        async with self._session.request(
            method, f"{self._url}/api/{path}", json=payload
        ) as response:
            if response.status >= 400:
                raise CommandError(str(response.status), await response.text())
            return await response.json()

    async def state(self, entity_id: str) -> Message:
        """Return the state of an entity, with its attributes."""
        state: Message = await self.rest("GET", f"states/{entity_id}")
        return state

    async def call(self, action: str, entity_id: str, **data: Any) -> None:
        """Call an action on an entity, and wait until it is done."""
        domain, service = action.split(".")
        await self.command(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            target={"entity_id": entity_id},
        )

    async def _send(self, number: int, command: str, fields: Message) -> Any:
        """Send a command and return its result."""
        if self._reader.done():
            raise ConnectionError("Home Assistant closed the connection")
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._results[number] = result
        try:
            await self._socket.send_json({"id": number, "type": command, **fields})
            return await result
        finally:
            del self._results[number]

    async def _read(self) -> None:
        """Dispatch messages until the connection is closed."""
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._dispatch(message.json())
        finally:
            for result in self._results.values():
                if not result.done():
                    result.set_exception(ConnectionError("The connection ended"))
            for events in self._events.values():
                events.put(None)

    def _dispatch(self, message: Message) -> None:
        """Dispatch a message to its pending command or subscription."""
        number = message["id"]
        if message["type"] == "event" and (events := self._events.get(number)):
            events.put(message["event"])
        if message["type"] != "result" or not (result := self._results.get(number)):
            return
        if result.done():
            return
        if message["success"]:
            result.set_result(message["result"])
        else:
            error = message["error"]
            result.set_exception(CommandError(error["code"], error["message"]))
