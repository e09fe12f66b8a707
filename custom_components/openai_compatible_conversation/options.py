"""Options of a config entry, typed and with defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self

type Choice = Literal["auto", "always", "never"]
CHOICES: tuple[Choice, ...] = ("auto", "always", "never")

type Confirmed = Literal["never", "sensitive"]
CONFIRMED: tuple[Confirmed, ...] = ("never", "sensitive")

BACKGROUND_PATIENCE = 600
"""Seconds to the first token of a request that nobody waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of an entry. The field names are the stored keys; None means unset.

    `conversation_timeout` and `patience` are in seconds, `max_tokens` in tokens.
    `fallback` is the ID of another entry.
    """

    chat_model: str = ""
    prompt: str | None = None
    llm_hass_api: list[str] = field(default_factory=lambda: ["assist"])
    own_prompt_only: bool = False
    fallback: str | None = None

    confirm_actions: Confirmed = "never"
    tool_discovery: Choice = "auto"
    max_tool_iterations: int = 10

    conversation_timeout: int = 60
    enable_fact_learning: bool = True
    recall_facts: bool = True

    enable_streaming: bool = True
    auto_continue_listening: bool = False
    clean_speech: Choice = "auto"

    recommended: bool = True
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    patience: int | None = None
    prewarm: Choice = "auto"
    extra_body: Mapping[str, Any] | None = None
    extra_headers: Mapping[str, str] | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """Return options from `entry.options`, with defaults for missing keys.

        `llm_hass_api` may be stored as one id: older agents kept it so, and tools
        that set up entries still do.
        """
        known = {f.name: stored[f.name] for f in fields(cls) if f.name in stored}
        if isinstance(apis := known.get("llm_hass_api"), str):
            known["llm_hass_api"] = [apis] if apis else []
        return cls(**known)

    def stored(self) -> dict[str, Any]:
        """Return the options to store, without those that are unset."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def recalls_facts(self) -> bool:
        """Return whether facts go with a turn."""
        return self.enable_fact_learning and self.recall_facts

    @property
    def asks_first(self) -> bool:
        """Return whether the user is asked before anything that can do harm."""
        return self.confirm_actions == "sensitive"

    @property
    def background_patience(self) -> int:
        """Return the seconds to the first token of a task or an extraction."""
        return BACKGROUND_PATIENCE if self.patience is None else self.patience

    def sampling(self) -> dict[str, Any]:
        """Return the sampling parameters to send; empty if `recommended` is set."""
        if self.recommended:
            return {}
        parameters = {
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
        }
        return {name: value for name, value in parameters.items() if value is not None}
