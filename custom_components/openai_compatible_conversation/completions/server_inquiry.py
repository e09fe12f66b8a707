"""What a server was found to be: it is asked beside the requests of turns, or tells it.

Decision record: docs/decisions/0022-one-owner-of-the-slot.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from .server_facts import UNKNOWN, ServerFacts, is_gateway_response, runs_llama_cpp
from .server_questions import Fetch, ServerQuestions


class ServerInquiry:
    """What is known of a server, by model. Lives as long as the client."""

    def __init__(self, base_url: Callable[[], str], fetch: Fetch) -> None:
        """Initialize with nothing known; `base_url` returns the current base URL."""
        self._base_url = base_url
        self._fetch = fetch
        self._facts: dict[str, ServerFacts] = {}

    def facts(self, model: str) -> ServerFacts:
        """Return what is known so far."""
        return self._facts.get(model, UNKNOWN)

    async def ask(
        self, model: str, headers: Mapping[str, str] | None, *, is_local: bool
    ) -> bool:
        """Ask the server what it is, and return whether it answered at all.

        A server that is not local is asked for its models alone, unless it says that it
        is llama.cpp. Failures raise nothing.
        """
        questions = ServerQuestions(self._base_url(), model, headers, self._fetch)
        facts = await questions.facts(is_local=is_local)
        if facts is None:
            return False
        known = self.facts(model)
        if facts.runs_model is None and known.runs_model is not None:
            # An answer has told it.
            facts = replace(facts, kind=known.kind, runs_model=known.runs_model)
        self._facts[model] = facts
        return True

    def observe(self, model: str, headers: Mapping[str, str], chunk: bytes) -> None:
        """Learn from a response: its headers, and the beginning of its body."""
        known = self.facts(model)
        if runs_llama_cpp(chunk):
            # Behind a gateway too, it is this server that reads the prompt.
            if not known.runs_model:
                self._facts[model] = replace(known, kind="llama.cpp", runs_model=True)
        elif known.runs_model is None and is_gateway_response(headers):
            self._facts[model] = replace(known, kind="gateway", runs_model=False)
