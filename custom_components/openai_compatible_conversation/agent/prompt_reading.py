"""Has a server read a prompt in steps, where it cannot be stopped in the middle of one.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from ..completions.errors import CompletionError
from ..completions.events import TokenUsage
from ..completions.messages import Message
from ..completions.request import build_body
from .metrics import Purpose, counted
from .prompt_steps import beginnings, is_reused
from .response_limits import length_limit
from .server import Server

READS_IN_BATCHES = frozenset({"llama.cpp"})
"""Kinds of servers that notice only after a batch that nobody waits any more."""


async def async_read_in_steps(
    server: Server,
    messages: Sequence[Message],
    extra: Mapping[str, Any],
    count: Callable[[str], int],
) -> None:
    """Have a server read the messages of a background request into its cache.

    `extra` are further parameters of the request. What fails here is left to the
    request itself. A server that does not reuse what it has read is not asked again.
    """
    if server.facts.kind not in READS_IN_BATCHES:
        return
    options = server.options
    read = 0
    for beginning in beginnings(messages, count):
        body = build_body(
            options.chat_model,
            beginning,
            stream=options.enable_streaming,
            extra={**extra, **length_limit(options, 1)},
        )
        usage: TokenUsage | None = None
        events = counted(
            server.stream(body, purpose=Purpose.EXTRACTION),
            server.metrics,
            Purpose.EXTRACTION,
        )
        try:
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, TokenUsage):
                        usage = event
        except CompletionError:
            return
        if usage is None or not is_reused(read, usage.cached_tokens):
            return
        read = usage.prompt_tokens
