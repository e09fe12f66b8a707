"""Latency of a turn in the middle of an extraction, on a real llama.cpp server."""

import asyncio
from contextlib import aclosing, suppress
from pathlib import Path
from statistics import median

from custom_components.openai_compatible_conversation.agent.prompt_steps import (
    beginnings,
)
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
from custom_components.openai_compatible_conversation.memory.extraction.extraction_prompt import (
    messages_for,
)
from custom_components.openai_compatible_conversation.memory.facts.said_line import (
    SaidLine,
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


class _Household:
    """Turns and extractions at one server."""

    def __init__(self, client: CompletionsClient) -> None:
        """Initialize without any."""
        self._client = client
        self._slots = Slots()
        self._lines = [SaidLine("My cat is called Amy. " * 60)]
        self._is_writing = asyncio.Event()
        self._number = 0

    async def first_token(self, state: str) -> float:
        """Return the seconds to the first token of a turn that begins in a state."""
        # The beginning differs, so that nothing of it is in the cache.
        self._number += 1
        await asyncio.sleep(PAUSE)
        extraction = None
        if state != IDLE:
            self._is_writing.clear()
            extraction = asyncio.create_task(self._extract())
            await asyncio.sleep(READ)
        if state == WRITING:
            await asyncio.wait_for(self._is_writing.wait(), PATIENCE)
        with self._slots.turn("bench"):
            system = SystemMessage(f"{self._number} Home. ".ljust(PROMPT, "x"))
            seconds = await self._request([system, UserMessage("Hello")], 8)
        if extraction:
            await extraction
        return seconds

    async def _request(self, messages: list[Message], max_tokens: int) -> float:
        """Send a request, read its response, and return the seconds to its first token."""
        loop = asyncio.get_running_loop()
        started_at, first_at = loop.time(), 0.0
        extra = {"max_tokens": max_tokens}
        body = build_body("random", messages, stream=True, extra=extra)
        async with aclosing(self._client.stream(body)) as events:
            async for event in events:
                if not first_at and isinstance(event, TextDelta):
                    first_at = loop.time()
                    if max_tokens == MAX_ANSWER:
                        self._is_writing.set()
        return first_at - started_at

    async def _read_and_write(self) -> None:
        """Have the transcript read in steps, as an entry does, and facts written."""
        messages = messages_for(self._lines)
        for beginning in beginnings(messages, len):
            await self._request(beginning, 1)
        await self._request(messages, MAX_ANSWER)

    async def _extract(self) -> None:
        """Extract facts, until a turn takes the slot."""
        with suppress(PreemptedError):
            await self._slots.run(Priority.EXTRACTION, "bench", self._read_and_write)


async def _measure(script: Path) -> dict[str, list[float]]:
    """Return the seconds to the first token of a turn, by what it began in."""
    took: dict[str, list[float]] = {IDLE: [], READING: [], WRITING: []}
    async with llama_server(script, model="random") as url:
        # The HTTP library of this version of Home Assistant.
        import httpx  # noqa: PLC0415

        async with httpx.AsyncClient() as http_client:
            household = _Household(CompletionsClient(f"{url}/v1", None, http_client))
            for _ in range(ROUNDS):
                for state, times in took.items():
                    times.append(await household.first_token(state))
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
