"""Latency of a turn in the middle of an extraction, on a real llama.cpp server."""

import asyncio
from contextlib import aclosing, suppress
from pathlib import Path
from statistics import median
from typing import Any

from custom_components.openai_compatible_conversation.completions.client import (
    CompletionsClient,
)
from custom_components.openai_compatible_conversation.completions.events import (
    TextDelta,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    Message,
    SystemMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
)
from custom_components.openai_compatible_conversation.completions.slots import (
    PreemptedError,
    Priority,
    Slots,
)
from custom_components.openai_compatible_conversation.memory.extraction import (
    messages_for,
)
import homeassistant  # noqa: F401  Before anything imports the HTTP library

from .llama import llama_server, rig, start_script
from .measure import tell

ROUNDS = 5
PROMPT = 2_000
"""Characters of the system prompt of a turn; each is a token."""
MAX_ANSWER = 4_000
"""Tokens that the model, whose text has no end, writes as facts."""
PATIENCE = 60.0
"""Seconds until the server should write the facts."""
READ = 0.1
"""Seconds after which it is reading the transcript."""
PAUSE = 0.5
"""Seconds between two measurements."""
MOST_SLOWER = 1.1
"""Goal: the maximum ratio of the latencies."""

IDLE, READING, WRITING = "idle", "reading the transcript", "writing the facts"


async def _measure(script: Path) -> dict[str, list[float]]:
    """Return the seconds to the first token of a turn, by what it began in."""
    took: dict[str, list[float]] = {IDLE: [], READING: [], WRITING: []}
    slots = Slots()
    lines = ["My cat is called Amy. " * 60]
    # The beginning differs, so that nothing of it is in the cache.
    number = 0
    async with llama_server(script, model="random") as url:
        # The HTTP library of this version of Home Assistant.
        import httpx  # noqa: PLC0415

        async with httpx.AsyncClient() as http_client:
            client = CompletionsClient(f"{url}/v1", None, http_client)

            has_begun = asyncio.Event()

            async def first_token(messages: list[Message], **extra: Any) -> float:
                """Send a request, read its response and return the seconds."""
                loop = asyncio.get_running_loop()
                started_at, first_at = loop.time(), 0.0
                body = build_body("random", messages, stream=True, extra=extra)
                async with aclosing(client.stream(body)) as events:
                    async for event in events:
                        if not first_at and isinstance(event, TextDelta):
                            first_at = loop.time()
                            has_begun.set()
                return first_at - started_at

            async def extract() -> None:
                """Extract facts, until a turn takes the slot."""
                with suppress(PreemptedError):
                    await slots.run(
                        Priority.EXTRACTION,
                        "bench",
                        lambda: first_token(messages_for(lines), max_tokens=MAX_ANSWER),
                    )

            for _ in range(ROUNDS):
                for state, times in took.items():
                    number += 1
                    await asyncio.sleep(PAUSE)
                    extraction = None
                    if state != IDLE:
                        has_begun.clear()
                        extraction = asyncio.create_task(extract())
                        await asyncio.sleep(READ)
                    if state == WRITING:
                        await asyncio.wait_for(has_begun.wait(), PATIENCE)
                    with slots.turn("bench"):
                        system = SystemMessage(f"{number} Home. ".ljust(PROMPT, "x"))
                        messages: list[Message] = [system, UserMessage("Hello")]
                        times.append(await first_token(messages, max_tokens=8))
                    if extraction:
                        await extraction
    return took


def run() -> bool:
    """Print the latencies; return whether the goal was met."""
    if (script := start_script()) is None:
        tell(f"Slots: not measured, there is no llama.cpp in {rig()} (LLAMA_RIG)")
        return True
    took = asyncio.run(_measure(script))
    idle = median(took[IDLE])
    tell("The first token of a turn, a real llama.cpp server with one slot")
    ratios = []
    for state, times in took.items():
        ratios.append(median(times) / idle)
        tell(
            f"  {state:22} {median(times):6.2f} s   "
            f"({min(times):.2f} to {max(times):.2f})   {ratios[-1]:.2f}"
        )
    tell(f"  goal: at most {MOST_SLOWER} times as long")
    return max(ratios) <= MOST_SLOWER
