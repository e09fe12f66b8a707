"""Setup of the integration over the WebSocket API: entry, agent and Assist pipeline."""

from dataclasses import dataclass
from typing import Any

from .flows import Flow
from .websocket import Client, Message

DOMAIN = "openai_compatible_conversation"
NAME = "OpenAI-Compatible"

UNUSED_STAGES = (
    "stt_engine",
    "stt_language",
    "tts_engine",
    "tts_language",
    "tts_voice",
    "wake_word_entity",
    "wake_word_id",
)
"""Fields that a pipeline must have even if it only handles text."""


class SetUpError(Exception):
    """The integration could not be set up."""


@dataclass(frozen=True)
class Agent:
    """A config entry with its conversation entity and its model."""

    entry_id: str
    entity_id: str
    model: str


async def add_agent(
    client: Client,
    base_url: str,
    *,
    api_key: str | None = None,
    model: str | None = None,
    name: str = NAME,
) -> Agent:
    """Set up the integration by its config flow, by default with the first model.

    Raises `SetUpError` if the flow shows an error or the server lists no model.
    """
    flow = await Flow.config(client, DOMAIN)
    key = {"api_key": api_key} if api_key else {}
    await flow.submit(name=name, base_url=base_url, **key)
    _check(flow.step)
    if model is None:
        if not (models := models_offered(flow.step)):
            raise SetUpError("The server lists no model.")
        model = models[0]
    await flow.submit(chat_model=model)
    _check(flow.step)
    entry_id: str = flow.step["result"]["entry_id"]
    return Agent(entry_id, await agent_of(client, entry_id), model)


def models_offered(step: Message) -> list[str]:
    """Return the models in the form's dropdown."""
    (field,) = step["data_schema"]
    options: list[str] = field["selector"]["select"]["options"]
    return options


def _check(step: Message) -> None:
    """Raise `SetUpError` if a flow step is an abort or has errors."""
    if step["type"] == "abort" or step.get("errors"):
        reason = step.get("reason") or ", ".join(step["errors"].values())
        message = (step.get("description_placeholders") or {}).get("message", "-")
        suffix = "" if message == "-" else f" ({message})"
        raise SetUpError(f"The config flow says: {reason}{suffix}.")


async def agent_of(client: Client, entry_id: str) -> str:
    """Return the conversation entity of an entry; raises `SetUpError` without one."""
    for entity in await client.command("config/entity_registry/list"):
        entity_id: str = entity["entity_id"]
        if entity["config_entry_id"] == entry_id and entity_id.startswith(
            "conversation."
        ):
            return entity_id
    raise SetUpError(f"The entry {entry_id} has no conversation agent.")


async def add_tool_server(client: Client, url: str) -> str:
    """Set up the `mcp` integration for a tool server; return the id of its LLM API."""
    flow = await Flow.config(client, "mcp")
    await flow.submit(url=url)
    _check(flow.step)
    entry_id: str = flow.step["result"]["entry_id"]
    return f"mcp-{entry_id}"


async def allow(client: Client, agent: Agent, *apis: str, **others: Any) -> None:
    """Select the LLM APIs of an agent, and set other options."""
    flow = await Flow.options(client, agent.entry_id)
    await flow.submit(chat_model=agent.model, llm_hass_api=list(apis), **others)
    _check(flow.step)


async def entries_of(client: Client) -> list[Message]:
    """Return the config entries of the integration."""
    entries: list[Message] = await client.command("config_entries/get", domain=DOMAIN)
    return entries


async def remove_entries(client: Client) -> None:
    """Remove the config entries of the integration and of `mcp`."""
    servers = await client.command("config_entries/get", domain="mcp")
    for entry in [*await entries_of(client), *servers]:
        await client.rest("DELETE", f"config/config_entries/entry/{entry['entry_id']}")


async def end_session(client: Client, entry_id: str) -> None:
    """End the session of an entry, so that the next turn begins one."""
    await client.command(
        "call_service",
        domain=DOMAIN,
        service="end_session",
        service_data={"config_entry_id": entry_id},
    )


async def add_pipeline(
    client: Client, agent: str, name: str, *, prefer_local: bool = False
) -> str:
    """Create or update the Assist pipeline with this name, and set it as preferred.

    Returns its id.
    """
    fields: dict[str, Any] = {
        "name": name,
        "language": "en",
        "conversation_engine": agent,
        "conversation_language": "en",
        "prefer_local_intents": prefer_local,
        **dict.fromkeys(UNUSED_STAGES),
    }
    listing = await client.command("assist_pipeline/pipeline/list")
    existing = [p["id"] for p in listing["pipelines"] if p["name"] == name]
    if existing:
        fields["pipeline_id"] = existing[0]
    verb = "update" if existing else "create"
    pipeline = await client.command(f"assist_pipeline/pipeline/{verb}", **fields)
    pipeline_id: str = pipeline["id"]
    await client.command(
        "assist_pipeline/pipeline/set_preferred", pipeline_id=pipeline_id
    )
    return pipeline_id
