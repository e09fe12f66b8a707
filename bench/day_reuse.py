"""How much of a day's prompts was in the server's cache, and how much could have been."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import aiohttp

from .proxy import Completion


@dataclass(frozen=True)
class DayRequest:
    """A request of a turn, with the session that it belongs to."""

    completion: Completion
    session: str
    at: str
    """Time of day of the turn, for display."""


@dataclass(frozen=True)
class Reuse:
    """The cached tokens of a request, and what they could have been at most."""

    request: DayRequest
    possible: int
    before: Completion | None
    """The request that it was to extend."""

    @property
    def cached(self) -> int:
        """Return the cached tokens, as far as they count."""
        return min(self.request.completion.cached, self.possible)

    @property
    def lost(self) -> int:
        """Return the tokens that were read again."""
        return self.possible - self.cached


async def reuse_of(server: str, requests: Sequence[DayRequest]) -> list[Reuse]:
    """Return the reuse of each request of a day, in order.

    A request can at most extend the previous one of its session with its answer. The
    first one of a session can begin as the last request before it began: with the
    tools and the system prompt. The server at a URL counts their tokens.
    """
    found: list[Reuse] = []
    last: dict[str, Completion] = {}
    before: Completion | None = None
    async with aiohttp.ClientSession() as session:
        for request in requests:
            completion = request.completion
            if known := last.get(request.session):
                found.append(Reuse(request, known.possible, known))
            else:
                heads = [
                    await _head(session, server, body.request)
                    for body in (completion, before)
                    if body
                ]
                possible = min(heads) if before else 0
                found.append(Reuse(request, possible, before))
            last[request.session] = before = completion
    return found


async def _head(
    session: aiohttp.ClientSession, server: str, body: dict[str, Any]
) -> int:
    """Return the tokens of a request in front of the first words of a user."""
    system = [m for m in body["messages"] if m["role"] == "system"]
    prompts = []
    for text in ("a", "b"):
        message = {"role": "user", "content": text}
        request = {"messages": [*system, message], "tools": body.get("tools") or []}
        answer = await _post(session, f"{server}/apply-template", request)
        prompts.append(answer["prompt"])
    one, other = prompts
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=True))
    head = "".join(character for character, _ in same)
    tokens = await _post(session, f"{server}/tokenize", {"content": head})
    return len(tokens["tokens"])


async def _post(
    session: aiohttp.ClientSession, url: str, payload: dict[str, Any]
) -> dict[str, Any]:
    """POST a JSON payload, and return the JSON response."""
    async with session.post(url, json=payload) as response:
        response.raise_for_status()
        answer: dict[str, Any] = await response.json()
        return answer
