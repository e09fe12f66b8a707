"""A proxy for a llama.cpp server that records the timings of each completion."""

from dataclasses import dataclass
import json
from typing import Any, override

from testbed.proxy import Exchange, Proxy


@dataclass
class Completion:
    """A chat completion request, with the timings of the server."""

    request: dict[str, Any]
    size: int
    """Size of the request, in bytes."""
    timings: dict[str, Any] | None = None
    """The `timings` object that llama.cpp adds to the end of each answer."""

    @property
    def cached(self) -> int:
        """Return the number of prompt tokens from the cache."""
        return self._count("cache_n")

    @property
    def prompt(self) -> int:
        """Return the number of prompt tokens."""
        return self.cached + self._count("prompt_n")

    @property
    def generated(self) -> int:
        """Return the number of generated tokens."""
        return self._count("predicted_n")

    @property
    def possible(self) -> int:
        """Return the maximum number of cached tokens for the next request."""
        # The last token was generated, but not evaluated.
        return self.prompt + self.generated - 1

    def first_difference(self, before: Completion) -> str:
        """Return the first place where the request does not extend the previous one."""
        for part in ("tools", "messages"):
            old, new = before.request.get(part) or [], self.request.get(part) or []
            for number, item in enumerate(old):
                if new[number : number + 1] != [item]:
                    name = item.get("role") or item["function"]["name"]
                    return f"{part}, number {number + 1} ({name})"
        return "what the model said"

    def _count(self, name: str) -> int:
        """Return a value of the timings, 0 if the answer was incomplete."""
        count: int = self.timings[name] if self.timings else 0
        return count


class RecordingProxy(Proxy):
    """Forwards requests and responses unchanged, and records the completions."""

    def __init__(self, server: str) -> None:
        """Initialize a proxy that is not yet listening."""
        super().__init__(server)
        self.completions: list[Completion] = []
        """In the order of the requests."""

    @override
    async def exchange(self, path: str, body: bytes) -> Exchange:
        """Return an exchange that is recorded, if it is a completion."""
        if not path.endswith("/chat/completions"):
            return Exchange(body)
        completion = Completion(json.loads(body), len(body))
        self.completions.append(completion)
        return _Recorded(completion, body)


class _Recorded(Exchange):
    """An exchange of which the timings are recorded."""

    def __init__(self, completion: Completion, body: bytes) -> None:
        """Initialize with what is recorded of the request."""
        super().__init__(body)
        self._completion = completion
        self._answer = bytearray()

    @override
    def receive(self, piece: bytes) -> None:
        """Record the timings before they are sent: the client may disconnect then."""
        self._answer += piece
        if b'"timings"' in self._answer:
            self._completion.timings = _timings(bytes(self._answer))


def _timings(answer: bytes) -> dict[str, Any] | None:
    """Return the timings in a partial or complete answer, streamed or not."""
    for line in reversed(answer.split(b"\n")):
        try:
            chunk = json.loads(line.removeprefix(b"data: "))
        except ValueError:
            continue
        if isinstance(chunk, dict) and isinstance(chunk.get("timings"), dict):
            timings: dict[str, Any] = chunk["timings"]
            return timings
    return None
