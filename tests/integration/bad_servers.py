"""A server on loopback whose paths misbehave, each in its own way."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
from typing import Any

from aiohttp import web

JSON = "application/json"
HTML = "text/html"
STREAM = "text/event-stream"

FIXED: dict[str, tuple[int, str, bytes]] = {
    **{
        f"status-{status}": (
            status,
            JSON,
            json.dumps({"error": {"message": f"No {status}"}}).encode(),
        )
        for status in (400, 402, 404, 405, 408, 409, 418, 422, 429, 431, 500, 501, 520)
    },
    "busy-502": (502, HTML, b"<html>Bad Gateway</html>"),
    "busy-503": (503, JSON, b'{"error": {"message": "Overloaded"}}'),
    "busy-504": (504, HTML, b"<html>Gateway Timeout</html>"),
    "wrong-key-401": (401, JSON, b'{"error": {"message": "Invalid API key"}}'),
    "wrong-key-403": (403, JSON, b'{"error": {"message": "Invalid API key"}}'),
    "wrong-key-text": (401, "text/plain", b"Unauthorized"),
    "html-404": (404, HTML, b"<html>Not Found</html>"),
    "html-500": (500, HTML, b"<html>Internal Server Error</html>"),
    "html": (200, HTML, b"<html>Welcome</html>"),
    "text": (200, "text/plain", b"It works!"),
    "nothing": (200, "text/plain", b""),
    "no-content": (204, JSON, b""),
    "broken-json": (200, JSON, b'{"data": ['),
    "null": (200, JSON, b"null"),
    "number": (200, JSON, b"7"),
    "other-json": (200, JSON, b'{"status": "ok"}'),
    "wrong-data": (200, JSON, b'{"data": "x", "choices": "x"}'),
    "deep-json": (200, JSON, b"[" * 100_000),
    "binary": (200, "application/octet-stream", b"\x00\xff\xfe" * 100),
    "picture": (200, "image/png", b"\x89PNG\r\n"),
    "empty-stream": (200, STREAM, b""),
    "only-done": (200, STREAM, b"data: [DONE]\n\n"),
    "only-comments": (200, STREAM, b": waiting\n\n" * 3),
    "error-event": (200, STREAM, b'data: {"error": {"message": "No luck"}}\n\n'),
    "error-object": (200, JSON, b'{"error": {"message": "No luck", "code": 500}}'),
    "no-model": (404, JSON, b'{"error": {"message": "model \'x\' not found"}}'),
    "no-model-400": (400, JSON, b'{"error": {"code": "model_not_found"}}'),
    "no-tools": (500, JSON, b'{"error": {"message": "tools need a flag"}}'),
    "no-credit": (429, JSON, b'{"error": {"code": "insufficient_quota"}}'),
}
"""Status, content type and body of responses."""

REDIRECTS = {
    "circle": "/circle/v1/models",
    "elsewhere": "https://models.example.com/v1",
    "login": "/html/login",
    "no-url": "http://[",
}
"""Locations of redirects."""


class BadServer:
    """A server whose paths `/<name>/v1` misbehave as the name says.

    At `/trial/<name>/v1` there is a list of models, and only the rest misbehaves.
    `/locked/v1` wants the key "right", and `/good/v1` is a good server.
    """

    def __init__(self, port: int) -> None:
        """Initialize with the port on which it listens."""
        self._port = port

    def url(self, name: str) -> str:
        """Return the base URL of a misbehavior."""
        return f"http://127.0.0.1:{self._port}/{name}/v1"


@asynccontextmanager
async def bad_server() -> AsyncGenerator[BadServer]:
    """Yield the server, which listens on any free port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield BadServer(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _handle(request: web.Request) -> web.StreamResponse:
    """Misbehave as the path says."""
    await request.read()
    name, _, rest = request.path.strip("/").partition("/")
    if name == "trial":
        name, _, rest = rest.partition("/")
        if rest.endswith("models"):
            return _good(rest)
    if name == "locked" and request.headers.get("Authorization") != "Bearer right":
        name = "wrong-key-401"
    if name in {"good", "locked"}:
        return _good(rest)
    if name in REDIRECTS:
        return web.Response(status=307, headers={"Location": REDIRECTS[name]})
    if name in FIXED:
        status, content_type, body = FIXED[name]
        return web.Response(body=body, status=status, content_type=content_type)
    return await _break_off(request, name)


async def _break_off(request: web.Request, name: str) -> web.StreamResponse:
    """Send no response or the beginning of one, and hang or lose the connection."""
    response = web.StreamResponse(headers={"Content-Type": STREAM})
    if name == "wrong-encoding":
        response.headers["Content-Encoding"] = "gzip"
    if name in {"hang-later", "lost-later", "wrong-encoding"}:
        await response.prepare(request)
        await response.write(b": waiting\n\n")
    if name in {"hang", "hang-later"}:
        await asyncio.sleep(3600)
    if name != "wrong-encoding" and request.transport:
        request.transport.abort()
    return response


def _good(path: str) -> web.Response:
    """Return the response of a good server."""
    body: dict[str, Any] = {"object": "list", "data": [{"id": "good"}]}
    if path.endswith("/chat/completions"):
        message = {"role": "assistant", "content": "OK"}
        body = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    return web.json_response(body)
