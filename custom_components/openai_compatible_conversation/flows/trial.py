"""A short request that shows whether a server answers with a model."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

from ..completions.client import CompletionsClient
from ..completions.errors import CompletionError, ModelNotFoundError, NotFoundError
from ..completions.events import Finished
from ..completions.messages import UserMessage
from ..completions.request import build_body

TEST_TOOL: dict[str, Any] = {
    "name": "get_state",
    "description": "Returns the state of a device.",
    "parameters": {
        "type": "object",
        "properties": {"name": {"type": "string", "description": "Its name"}},
        "required": ["name"],
    },
}

PROBE_PATIENCE = 30
"""Seconds to the first token of a request that asks only whether there is an API."""

WRONG_METHOD = 405
_NO_SUCH_URL = (404, WRONG_METHOD)
_REFUSED_REQUEST = (400, 422)


async def async_try(
    client: CompletionsClient,
    model: str,
    headers: Mapping[str, str] | None,
    patience: float | None,
    *,
    tools: Sequence[dict[str, Any]] = (),
) -> None:
    """Send a short request, and wait for the first event of the response.

    Raises `CompletionError` if it fails, `NotFoundError` if the response is not a chat
    completion. An empty one is accepted.
    """
    body = build_body(model, [UserMessage("Say OK.")], tools, stream=True)
    async with aclosing(
        client.stream(body, headers=headers, patience=patience)
    ) as events:
        async for event in events:
            if event != Finished(None):
                return
    raise NotFoundError


async def async_has_completions(
    client: CompletionsClient, headers: Mapping[str, str] | None
) -> bool:
    """Return whether a server answers chat completions.

    It is asked for a model that it hardly has. Raises `CompletionError` for what any
    server may answer.
    """
    try:
        await async_try(client, "default", headers, PROBE_PATIENCE)
    except ModelNotFoundError:
        pass
    except CompletionError as err:
        if err.status in _NO_SUCH_URL or isinstance(err, NotFoundError):
            return False
        if err.status not in _REFUSED_REQUEST or not err.detail:
            raise
    return True
