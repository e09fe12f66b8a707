"""The demo house as Assist sees it: some rooms, and what is in them."""

from .websocket import Client, Message

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
