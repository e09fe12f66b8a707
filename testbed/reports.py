"""What the rules say of the house, from what Home Assistant's tools say of it."""

from typing import Any

from annotatedyaml import parse_yaml

type Thing = dict[str, Any]


def now(data: Any) -> str:
    """Return a sentence about the time."""
    return f"It is {data['time'][:5]} on {data['weekday']}, {data['date']}."


def lights_on(data: Any) -> str:
    """Return a sentence about the lights that are on."""
    return _on(_things(data), "light")


def things_on(data: Any) -> str:
    """Return a sentence about all that is on."""
    return _on(_things(data), "thing")


def weather(data: Any) -> str:
    """Return a sentence about the weather."""
    found = [thing for thing in _things(data) if thing["domain"] == "weather"]
    if not found:
        return "Home Assistant shows me no weather."
    attributes = found[0].get("attributes") or {}
    warmth = attributes.get("temperature")
    unit = attributes.get("temperature_unit", "°C")
    return f"The weather is {found[0]['state']}" + (
        f", at {warmth} {unit}." if warmth else "."
    )


def overview(data: Any) -> str:
    """Return a sentence about the state of everything there is."""
    return ". ".join(_state(thing) for thing in _things(data)) + "."


def listing(names: list[str]) -> str:
    """Return names as a sentence lists them."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _things(data: Any) -> list[Thing]:
    """Return the things in an overview: a line of text, then YAML."""
    text = data["result"] if isinstance(data, dict) else str(data)
    things = parse_yaml(text.partition("\n")[2])
    return [dict(thing) for thing in things] if isinstance(things, list) else []


def _on(things: list[Thing], noun: str) -> str:
    """Return a sentence about what is on."""
    names = [_name(thing) for thing in things if thing["state"] == "on"]
    match names:
        case []:
            return f"No {noun} is on."
        case [name]:
            return f"One {noun} is on: {name}."
    return f"{len(names)} {noun}s are on: {listing(names)}."


def _state(thing: Thing) -> str:
    """Return what a thing is like."""
    attributes = thing.get("attributes") or {}
    unit = attributes.get("unit_of_measurement", "")
    said = f"{_name(thing)} is {thing['state']}" + (f" {unit}" if unit else "")
    if thing["state"] == "on" and (percent := attributes.get("brightness_pct")):
        said += f" at {percent} percent"
    return said


def _name(thing: Thing) -> str:
    """Return the name that a thing is called by."""
    return str(thing["names"]).split(", ")[0]
