"""Sentences of the scripted model about results of Home Assistant's tools."""

from typing import Any

from homeassistant.util.yaml import parse_yaml

type Entity = dict[str, Any]


def now(data: Any) -> str:
    """Return a sentence about the time."""
    return f"It is {data['time'][:5]} on {data['weekday']}, {data['date']}."


def lights_on(data: Any) -> str:
    """Return a sentence about the lights that are on."""
    return _on(_entities(data), "light")


def things_on(data: Any) -> str:
    """Return a sentence about everything that is on."""
    return _on(_entities(data), "thing")


def weather(data: Any) -> str:
    """Return a sentence about the weather."""
    found = [entity for entity in _entities(data) if entity["domain"] == "weather"]
    if not found:
        return "Home Assistant shows me no weather."
    attributes = found[0].get("attributes") or {}
    warmth = attributes.get("temperature")
    unit = attributes.get("temperature_unit", "°C")
    return f"The weather is {found[0]['state']}" + (
        f", at {warmth} {unit}." if warmth else "."
    )


def overview(data: Any) -> str:
    """Return sentences with the state of each entity."""
    return ". ".join(_state(entity) for entity in _entities(data)) + "."


def listing(names: list[str]) -> str:
    """Return names as a list in a sentence."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _entities(data: Any) -> list[Entity]:
    """Return the entities of a `GetLiveContext` result: a line of text, then YAML."""
    text = data["result"] if isinstance(data, dict) else str(data)
    entities = parse_yaml(text.partition("\n")[2])
    return [dict(entity) for entity in entities] if isinstance(entities, list) else []


def _on(entities: list[Entity], noun: str) -> str:
    """Return a sentence about the entities that are on."""
    names = [_name(entity) for entity in entities if entity["state"] == "on"]
    match names:
        case []:
            return f"No {noun} is on."
        case [name]:
            return f"One {noun} is on: {name}."
    return f"{len(names)} {noun}s are on: {listing(names)}."


def _state(entity: Entity) -> str:
    """Return the state of an entity as text, with unit and brightness."""
    attributes = entity.get("attributes") or {}
    unit = attributes.get("unit_of_measurement", "")
    text = f"{_name(entity)} is {entity['state']}" + (f" {unit}" if unit else "")
    if entity["state"] == "on" and (percent := attributes.get("brightness_pct")):
        text += f" at {percent} percent"
    return text


def _name(entity: Entity) -> str:
    """Return the first name of an entity."""
    return str(entity["names"]).split(", ")[0]
