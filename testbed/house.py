"""The demo house as the Assist tools see it: some rooms, what is in them, an agent."""

from typing import Any

from .flows import Flow
from .websocket import Client, Message

DOMAIN = "openai_compatible_conversation"

# What Assist may see; the demo integration has far more, which only makes prompts long.
EXPOSED: dict[str, str | None] = {
    "light.kitchen_lights": "Kitchen",
    "cover.kitchen_window": "Kitchen",
    "light.ceiling_lights": "Living Room",
    "light.living_room_rgbww_lights": "Living Room",
    "light.bed_light": "Bedroom",
    "fan.ceiling_fan": "Bedroom",
    "climate.heatpump": None,
    "lock.front_door": None,
    "sensor.outside_temperature": None,
    "weather.demo_weather_south": None,
}

UNUSED_STAGES = (
    "stt_engine",
    "stt_language",
    "tts_engine",
    "tts_language",
    "tts_voice",
    "wake_word_entity",
    "wake_word_id",
)
"""What a pipeline has to name even if it only understands text."""


async def furnish(client: Client) -> None:
    """Put things into rooms and let Assist see them, and nothing else."""
    areas = {
        area["name"]: area["area_id"]
        for area in await client.command("config/area_registry/list")
    }
    devices = {
        entity["entity_id"]: entity["device_id"]
        for entity in await client.command("config/entity_registry/list")
    }
    for entity_id, name in EXPOSED.items():
        if name is None:
            continue
        if name not in areas:
            made = await client.command("config/area_registry/create", name=name)
            areas[name] = made["area_id"]
        # What has a device is where that is.
        kind, number = (
            ("device", device)
            if (device := devices[entity_id])
            else ("entity", entity_id)
        )
        await client.command(
            f"config/{kind}_registry/update",
            area_id=areas[name],
            **{f"{kind}_id": number},
        )
    others = [e for e in await states(client) if e not in EXPOSED]
    await _expose(client, others, exposed=False)
    await _expose(client, list(EXPOSED), exposed=True)


async def states(client: Client) -> dict[str, Message]:
    """Return the states of the house, by entity."""
    return {s["entity_id"]: s for s in await client.command("get_states")}


async def _expose(client: Client, entity_ids: list[str], *, exposed: bool) -> None:
    """Let Assist see entities, or hide them from it."""
    await client.command(
        "homeassistant/expose_entity",
        assistants=["conversation"],
        entity_ids=entity_ids,
        should_expose=exposed,
    )


async def add_agent(
    client: Client,
    base_url: str,
    model: str,
    *,
    api_key: str | None = None,
    name: str = "OpenAI-Compatible",
) -> Message:
    """Set the integration up as a user would; return the entry."""
    flow = await Flow.config(client, DOMAIN)
    key = {"api_key": api_key} if api_key else {}
    for values in (
        {"name": name, "base_url": base_url, **key},
        {"chat_model": model},
    ):
        step = await flow.submit(**values)
        if step["type"] == "abort" or step.get("errors"):
            raise SetUpError(step)
    entry: Message = step["result"]
    return entry


class SetUpError(Exception):
    """The config flow did not make an entry."""

    def __init__(self, step: Message) -> None:
        """Initialize with what the flow showed instead."""
        why = step.get("reason") or ", ".join(step["errors"].values())
        super().__init__(f"The config flow ended with: {why}")


async def agent_of(client: Client, entry_id: str) -> str:
    """Return the conversation entity of an entry."""
    for entity in await client.command("config/entity_registry/list"):
        if entity["config_entry_id"] == entry_id and entity["entity_id"].startswith(
            "conversation."
        ):
            agent: str = entity["entity_id"]
            return agent
    raise LookupError(f"Entry {entry_id} has no conversation agent")


async def add_pipeline(client: Client, agent: str, name: str) -> str:
    """Make the Assist pipeline of that name, with an agent, the preferred one.

    Returns its id. One that is there already gets the agent.
    """
    fields: dict[str, Any] = {
        "name": name,
        "language": "en",
        "conversation_engine": agent,
        "conversation_language": "en",
        "prefer_local_intents": False,
        **dict.fromkeys(UNUSED_STAGES),
    }
    listing = await client.command("assist_pipeline/pipeline/list")
    there = [p["id"] for p in listing["pipelines"] if p["name"] == name]
    if there:
        fields["pipeline_id"] = there[0]
    verb = "update" if there else "create"
    pipeline = await client.command(f"assist_pipeline/pipeline/{verb}", **fields)
    pipeline_id: str = pipeline["id"]
    await client.command(
        "assist_pipeline/pipeline/set_preferred", pipeline_id=pipeline_id
    )
    return pipeline_id
