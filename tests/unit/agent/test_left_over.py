"""Test what is told of the things that no call was for."""

from custom_components.openai_compatible_conversation.agent.left_over import LeftOver
from custom_components.openai_compatible_conversation.completions.messages import (
    AssistantMessage,
    Message,
    ToolCallPart,
    ToolMessage,
    UserMessage,
)
from custom_components.openai_compatible_conversation.tools.named_entities import (
    NamedEntity,
)
from custom_components.openai_compatible_conversation.tools.targets import Entity


def named(entity_id: str, name: str, *, by_name: bool = True) -> NamedEntity:
    """Return an entity that the user named."""
    return NamedEntity(Entity(entity_id=entity_id, names=(name,)), by_name)


def called(arguments: str, result: str = "{}") -> list[Message]:
    """Return the messages of a turn with a call."""
    return [
        UserMessage("Turn on the lamp, the fan and the radio"),
        AssistantMessage("Turning on the fan.", (ToolCallPart("a", "on", arguments),)),
        ToolMessage("a", result),
    ]


LAMP, FAN, RADIO = (
    named("light.lamp", "Lamp"),
    named("fan.fan", "Fan"),
    named("media_player.radio", "Radio"),
)


def test_each_is_told_once() -> None:
    """What is left is told one by one, in the order in which it was named."""
    left = LeftOver([LAMP, FAN, RADIO])
    messages = called('{"name": "lamp"}')
    notes = [left.take_next(messages) for _ in range(3)]
    assert notes[0] is not None
    assert notes[0].startswith("Fan:")
    assert notes[1] is not None
    assert notes[1].startswith("Radio:")
    assert notes[2] is None


def test_reached_by_the_result() -> None:
    """A call for an area has the entities in its result."""
    result = '{"data":{"success":[{"id":"light.lamp"},{"name":"Fan","id":"fan.x"}]}}'
    assert LeftOver([LAMP, FAN]).take_next(called('{"area": "Hall"}', result)) is None


def test_nothing_to_call_for() -> None:
    """What can only be read, or is known by its kind alone, is not told."""
    others = [
        named("sensor.out", "Outside"),
        named("weather.home", "Home"),
        named("light.lamp", "Lamp", by_name=False),
    ]
    assert LeftOver(others).take_next(called("{}")) is None
    assert LeftOver().take_next([]) is None
