"""A short request that shows whether a server answers with a model."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Any

from ..completions.client import CompletionsClient
from ..completions.errors import NotFoundError
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
