"""The integrations that run the house: ours, and Home Assistant's own `llama_cpp`."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, override

from testbed.assistant import (
    DOMAIN,
    UNUSED_STAGES,
    SetUpError,
    add_agent,
    agent_of,
    allow,
)
from testbed.flows import Flow
from testbed.websocket import Client

SESSION = 600
"""`conversation_timeout` in seconds, so long that no session ends by itself."""

SUBENTRIES = "config/config_entries/subentries/flow"


@dataclass
class Contestant:
    """An integration that is set up in a Home Assistant."""

    name: str
    client: Client
    entry_id: str
    entity_id: str
    model: str
    _pipelines: dict[str, str] = field(default_factory=dict)

    async def pipeline(self, language: str) -> str:
        """Return the Assist pipeline for a language, created on the first call."""
        if language not in self._pipelines:
            created = await self.client.command(
                "assist_pipeline/pipeline/create",
                **dict.fromkeys(UNUSED_STAGES),
                name=f"{self.name} {language}",
                language=language,
                conversation_engine=self.entity_id,
                conversation_language=language,
                prefer_local_intents=False,
            )
            self._pipelines[language] = created["id"]
        return self._pipelines[language]

    async def end_session(self) -> None:
        """End what outlasts a conversation; nothing by default."""

    async def forget(self) -> None:
        """Forget what outlasts a session; nothing by default."""


class Ours(Contestant):
    """The integration of this repository."""

    @override
    async def end_session(self) -> None:
        """End the session."""
        await self.act("end_session")

    @override
    async def forget(self) -> None:
        """Forget all facts."""
        await self.act("forget_everything")

    async def act(self, action: str, **data: Any) -> dict[str, Any]:
        """Call an action of the integration; return its response."""
        result = await self.client.command(
            "call_service",
            domain=DOMAIN,
            service=action,
            service_data={"config_entry_id": self.entry_id, **data},
            return_response=True,
        )
        response: dict[str, Any] = result["response"]
        return response


type SetUp = Callable[[Client, str, str | None, str | None], Awaitable[Contestant]]
"""Sets up an integration with a base URL, a key and a model."""


async def add_ours(
    client: Client, base_url: str, api_key: str | None, model: str | None
) -> Ours:
    """Set up this integration with its defaults, except for the temperature."""
    agent = await add_agent(client, base_url, api_key=api_key, model=model)
    await allow(
        client,
        agent,
        "assist",
        memory={"conversation_timeout": SESSION},
        model={"recommended": False, "temperature": 0},
    )
    return Ours("ours", client, agent.entry_id, agent.entity_id, agent.model)


async def add_theirs(
    client: Client, base_url: str, api_key: str | None, model: str | None
) -> Contestant:
    """Set up `llama_cpp` with its suggested values, except for the temperature."""
    flow = await Flow.config(client, "llama_cpp")
    await flow.submit(base_url=base_url, **({"api_key": api_key} if api_key else {}))
    chosen = {"chat_model": model} if model else {}
    await flow.submit(**flow.suggested | chosen)
    if flow.step["type"] != "create_entry":
        raise SetUpError(f"llama_cpp was not set up: {flow.step.get('errors')}")
    entry_id: str = flow.step["result"]["entry_id"]
    (subentry,) = await client.command(
        "config_entries/subentries/list", entry_id=entry_id
    )
    reconfiguration = {
        "handler": [entry_id, "conversation"],
        "subentry_id": subentry["subentry_id"],
    }
    step = await client.rest("POST", SUBENTRIES, reconfiguration)
    flow = Flow(client, SUBENTRIES, step)
    if all(field["name"] != "temperature" for field in flow.step["data_schema"]):
        # Home Assistant 2026.10 shows it once the recommended values are not wanted.
        await flow.submit(**_suggested(flow) | {"recommended": False})
    values = _suggested(flow) | {"recommended": False, "temperature": 0}
    await flow.submit(**values)
    if flow.step.get("reason") != "reconfigure_successful":
        raise SetUpError(f"llama_cpp was not configured: {flow.step.get('errors')}")
    # It reloads itself for that, which is over once this reload is.
    await client.rest("POST", f"config/config_entries/entry/{entry_id}/reload")
    return Contestant(
        "llama_cpp",
        client,
        entry_id,
        await agent_of(client, entry_id),
        values["chat_model"],
    )


def _suggested(flow: Flow) -> dict[str, Any]:
    """Return the suggested values of a form.

    What is not suggested has a default of its own, such as the longest answer.
    """
    return {name: v for name, v in flow.suggested.items() if v is not None}


def set_ups(*, beside: bool) -> Iterable[SetUp]:
    """Return how to set up the contestants, in the order in which they run."""
    return (add_ours, add_theirs) if beside else (add_ours,)
