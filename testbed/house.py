"""The demo house: its areas and its exposed entities."""

from collections.abc import Iterable, Mapping

from .websocket import Client, Message

# Entities exposed to Assist, by their area. The demo integration has many more, which
# would only make prompts long.
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

CAMERA = "camera.demo_camera"
"""A camera that the demo exposes, too."""


async def furnish(client: Client) -> None:
    """Assign entities to areas, and expose exactly these entities to Assist."""
    await assign_areas(client, EXPOSED)
    others = [e for e in await states(client) if e not in EXPOSED]
    await expose(client, others, exposed=False)
    await expose(client, EXPOSED, exposed=True)


async def assign_areas(client: Client, rooms: Mapping[str, str | None]) -> None:
    """Assign entities to the areas with the given names, which are created."""
    areas = {
        area["name"]: area["area_id"]
        for area in await client.command("config/area_registry/list")
    }
    devices = {
        entity["entity_id"]: entity["device_id"]
        for entity in await client.command("config/entity_registry/list")
    }
    for entity_id, name in rooms.items():
        if name is None:
            continue
        if name not in areas:
            area = await client.command("config/area_registry/create", name=name)
            areas[name] = area["area_id"]
        # An entity with a device inherits the area of the device.
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


async def expose(client: Client, entity_ids: Iterable[str], *, exposed: bool) -> None:
    """Expose entities to Assist, or hide them from it."""
    await client.command(
        "homeassistant/expose_entity",
        assistants=["conversation"],
        entity_ids=list(entity_ids),
        should_expose=exposed,
    )


async def states(client: Client) -> dict[str, Message]:
    """Return all states by entity ID."""
    return {s["entity_id"]: s for s in await client.command("get_states")}
