"""The token budget of an entry: its limits, and the issue about prompts that are cut.

Decision record: docs/decisions/0021-budgets-are-counted-in-tokens.md.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback

from ..budgets.budgets import Budgets
from ..budgets.model_budget import ModelBudget
from ..budgets.shares import Shares, recommended_context
from ..options import Options
from ..session.limits import TokenLimits
from .response_limits import LENGTH_PARAMETERS
from .server import Server

_LOADS_LATER = ("ollama", "lm-studio")
"""Kinds of servers that tell the size of a context only once its model is loaded."""

_SETTINGS = {
    "ollama": "OLLAMA_CONTEXT_LENGTH={size}",
    "llama.cpp": "--ctx-size {size}",
    "koboldcpp": "--contextsize {size}",
    "vllm": "--max-model-len {size}",
    "lm-studio": "Context Length: {size}",
}
"""What sets the size of the context on a server, by its kind."""


class TokenBudget:
    """What the parts of a request to the model of an entry may take.

    Lives as long as the entry state; a server is attached while the entry is loaded.
    """

    def __init__(self, entry: ConfigEntry) -> None:
        """Initialize with nothing known, and without a server."""
        self.budgets = Budgets()
        self._entry = entry
        self._server: Server | None = None
        self._is_asked = False
        self._shown: int | None = None
        """The size in the issue, None without one."""

    @callback
    def async_attach(self, server: Server) -> None:
        """Learn from the requests to a server, until the next one is attached."""
        self._server = server
        self._is_asked = False
        server.client.token_observer = self
        self.async_update_issue()

    @property
    def model(self) -> ModelBudget:
        """Return what is known of the entry's model."""
        budget = self.budgets.of(self._options.chat_model)
        if self._server:
            budget.tell(self._server.facts.context)
        return budget

    @property
    def shares(self) -> Shares:
        """Return what the parts of a request may take."""
        return self.model.shares(self.budgets.now(), self._max_tokens)

    def limits(self) -> TokenLimits:
        """Return the limits of the turns of a session, what a turn adds, and its tools."""
        budget, shares = self.model, self.shares
        return TokenLimits(
            budget.rates.count,
            session=budget.session(shares),
            turn=shares.turn,
            result=shares.result,
            tools=shares.tools,
            count_definition=budget.rates.definition_tokens,
        )

    def report(self) -> dict[str, Any]:
        """Return what is known, for diagnostics. Sizes are in tokens."""
        budget, shares = self.model, self.shares
        size, source = budget.context(self.budgets.now())
        return {
            "context": size,
            "source": source,
            "system_prompt_and_tools": budget.fixed,
            "limits": {**asdict(shares), "session": budget.session(shares)},
            "counts": budget.rates.learned,
            "tokens_per_character": budget.rates.per_character,
            "cut": budget.cut.size,
        }

    @callback
    def add_count(
        self, body: Mapping[str, Any], prompt_tokens: int, cached_tokens: int
    ) -> None:
        """Take in the token usage of a request, 0 for what the server did not count."""
        self.budgets.add_count(body, prompt_tokens, cached_tokens)
        if self.model.cut.size != self._shown:
            self.async_update_issue()
        server = self._server
        if server and not self._is_asked and server.facts.kind in _LOADS_LATER:
            # Its model is loaded by now.
            self._is_asked = True
            server.identity.async_update()

    @callback
    def add_refusal(self, body: Mapping[str, Any], limit: int | None) -> None:
        """Take in that a request was too long, with the limit if the server named it."""
        self.budgets.add_refusal(body, limit)

    @callback
    def async_update_issue(self) -> None:
        """Create or delete the issue that the server cuts prompts."""
        if (server := self._server) is None:
            return
        budget = self.model
        self._shown = cut = budget.cut.size
        if cut is None:
            server.issues.delete_prompt_cut()
            return
        size = recommended_context(budget.fixed)
        kind = server.facts.kind
        settings = [_SETTINGS[kind]] if kind in _SETTINGS else list(_SETTINGS.values())
        server.issues.create_prompt_cut(
            server.host, cut, "`, `".join(s.format(size=size) for s in settings)
        )

    @property
    def _options(self) -> Options:
        """Return the current options."""
        return Options.of(self._entry.options)

    @property
    def _max_tokens(self) -> int | None:
        """Return the user's limit of an answer, None without one."""
        options = self._options
        parameters = {**options.sampling(), **(options.extra_body or {})}
        limits = [parameters[n] for n in LENGTH_PARAMETERS & {*parameters}]
        return max((n for n in limits if isinstance(n, int) and n > 0), default=None)
