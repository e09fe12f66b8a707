"""The budgets of the models of a server.

Counts and refusals come from the requests of the client, whatever they are for. Does
not depend on Home Assistant.

Decision record: docs/decisions/0021-budgets-are-counted-in-tokens.md.
"""

from collections.abc import Callable, Mapping
import time
from typing import Any

from .model_budget import ModelBudget
from .token_rates import is_possible

MAX_MODELS = 20
"""Maximum number of models that are stored; the oldest are dropped."""


def _seconds() -> float:
    """Return the seconds since the epoch."""
    return time.time()


class Budgets:
    """What is known of the tokens of each model that was used.

    `on_changed` is called after each change of what is stored.
    """

    def __init__(self, now: Callable[[], float] = _seconds) -> None:
        """Initialize with nothing known; `now` returns seconds since the epoch."""
        self.on_changed: Callable[[], None] | None = None
        self.now = now
        self._models: dict[str, ModelBudget] = {}

    def of(self, model: str) -> ModelBudget:
        """Return what is known of a model."""
        if (budget := self._models.get(model)) is None:
            budget = self._models[model] = ModelBudget()
        return budget

    def add_count(
        self, body: Mapping[str, Any], prompt_tokens: int, cached_tokens: int
    ) -> None:
        """Take in the token usage of a request, 0 for what the server did not count.

        Some servers leave out the cached tokens, and chat templates leave out tools
        that must not be called.
        """
        if prompt_tokens <= 0 or body.get("tool_choice") == "none":
            return
        budget = self.of(body["model"])
        size = budget.rates.meter.measure(body)
        counted = prompt_tokens
        if not is_possible(size, counted) and is_possible(
            size, counted + cached_tokens
        ):
            counted += cached_tokens
        if budget.add_count(size, counted, self.now()):
            self._changed()

    def add_refusal(self, body: Mapping[str, Any], limit: int | None) -> None:
        """Take in that a request was too long, and the limit that the server named."""
        budget = self.of(body["model"])
        size = budget.rates.meter.measure(body)
        budget.add_refusal(size, limit, self.now())
        self._changed()

    def forget(self) -> None:
        """Forget everything."""
        self._models.clear()
        self._changed()

    def load(self, stored: object) -> None:
        """Add what was stored; anything invalid is ignored."""
        for name, model in stored.items() if isinstance(stored, Mapping) else ():
            if isinstance(model, Mapping):
                self._models[str(name)] = ModelBudget.from_json(model)

    def to_json(self) -> dict[str, Any]:
        """Return what is known of the latest models as a JSON object."""
        latest = list(self._models.items())[-MAX_MODELS:]
        return {name: known.to_json() for name, known in latest}

    def _changed(self) -> None:
        """Report a change."""
        if self.on_changed:
            self.on_changed()
