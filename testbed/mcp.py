"""A tool server for the Model Context Protocol over HTTP, on loopback only."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

type Json = dict[str, Any]


@dataclass(frozen=True)
class RemoteTool:
    """A tool, with a function from its arguments to its result."""

    name: str
    description: str
    answer: Callable[[Json], str | Json] = lambda _: "ok"
    """Returns a text, or the result in full. A `ConnectionAbortedError` drops the line."""
    parameters: Json = field(default_factory=dict)
    """The properties of a JSON Schema."""
    annotations: Json = field(default_factory=dict)
    """What the tool says of itself, such as `destructiveHint`."""
    seconds: float = 0
    """How long a call takes."""

    @property
    def listed(self) -> Json:
        """Return the tool as an item of `tools/list`."""
        schema = {"type": "object", "properties": self.parameters}
        return {
            "name": self.name,
            "description": self.description,
            "inputSchema": schema,
            **({"annotations": self.annotations} if self.annotations else {}),
        }


class ToolServer:
    """A stateless server that lists tools and answers calls.

    It listens between `__aenter__` and `__aexit__`. `calls` records the name and the
    arguments of each call.
    """

    def __init__(self, name: str, tools: Sequence[RemoteTool]) -> None:
        """Initialize a server that is not yet listening."""
        self.calls: list[tuple[str, Json]] = []
        self._name = name
        self._tools = {tool.name: tool for tool in tools}
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Return the URL to enter in Home Assistant."""
        return f"http://127.0.0.1:{self._port}/mcp"

    def reverse(self) -> None:
        """List the tools in reverse order from now on."""
        self._tools = dict(reversed(self._tools.items()))

    async def __aenter__(self) -> Self:
        """Listen on a free loopback port."""
        app = web.Application()
        app.router.add_post("/mcp", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        """Answer a JSON-RPC message."""
        message: Json = await request.json()
        if "id" not in message:
            return web.Response(status=202)
        if message["method"] == "tools/call":
            await asyncio.sleep(self._tools[message["params"]["name"]].seconds)
        try:
            result = self._result(message["method"], message.get("params") or {})
        except ConnectionAbortedError:
            if request.transport:
                request.transport.abort()
            raise
        reply = {"jsonrpc": "2.0", "id": message["id"]}
        if result is None:
            error = {"code": -32601, "message": "Method not found"}
            return web.json_response({**reply, "error": error})
        return web.json_response({**reply, "result": result})

    def _result(self, method: str, params: Json) -> Json | None:
        """Return the result of a method, None if it is not supported."""
        match method:
            case "initialize":
                return {
                    "protocolVersion": params["protocolVersion"],
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": self._name, "version": "1"},
                }
            case "ping":
                return {}
            case "tools/list":
                return {"tools": [tool.listed for tool in self._tools.values()]}
            case "tools/call":
                name, arguments = params["name"], params.get("arguments") or {}
                self.calls.append((name, arguments))
                answer = self._tools[name].answer(arguments)
                if isinstance(answer, dict):
                    return answer
                return {"content": [{"type": "text", "text": answer}], "isError": False}
        return None
