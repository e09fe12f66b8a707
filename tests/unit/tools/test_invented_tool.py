"""Test that calls of tools that do not exist are read, whatever stands in them."""

from typing import Any

from hypothesis import given, strategies as st

from custom_components.openai_compatible_conversation.tools.invented_tool import (
    call_with_quantity,
    invented_call,
    kind_in_place,
    target_of,
)
from custom_components.openai_compatible_conversation.tools.meant_switching import (
    SWITCHING,
    meant_switching,
)
from custom_components.openai_compatible_conversation.tools.targets import Entity, Place
from custom_components.openai_compatible_conversation.tools.user_words import UserWords

DEN = Place(id="den", names=("Den",))
HOUSE = [
    Entity(entity_id="light.one", names=("Lamp",), area=DEN),
    Entity(entity_id="fan.one", names=("Breeze",)),
]
DOMAINS = ("climate", "cover", "fan", "light", "lock", "media_player", "weather", "")

texts = st.text(max_size=12) | st.sampled_from(
    ["on", "off", "Den", "light", "70%", "red", "Lamp", "value", "turn on the lights"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=2)
    ),
    max_leaves=4,
)
keys = texts | st.sampled_from(["area", "domain", "name", "brightness", "device_class"])


@given(
    tool=texts,
    arguments=st.dictionaries(keys, values, max_size=5),
    domain=st.sampled_from(DOMAINS),
    said=st.none() | texts,
)
def test_any_call(
    tool: str, arguments: dict[str, Any], domain: str, said: str | None
) -> None:
    """No call of a model raises, and what is meant by it is complete."""
    words = UserWords(said if said is None else [said])
    target_of(arguments)
    place = kind_in_place(tool, arguments, HOUSE)
    assert place is None or place["area"] == "Den"
    meant = invented_call(tool, arguments, domain, words)
    assert meant is None or meant[0]
    for is_on in (True, False):
        call_with_quantity(arguments, domain, words, is_on=is_on)
    for intent_type in SWITCHING:
        other = meant_switching(intent_type, arguments, domain, words, tool)
        assert other != intent_type


def test_place() -> None:
    """The area and the kind may stand anywhere, as texts or in lists."""
    den = {"area": "Den", "domain": "light"}
    for tool, arguments in (
        ("set_lights", {"room": "den"}),
        ("set", {"area": ["Den"], "device_class": ["light"]}),
        ("set", {"location": "Den", "type": "lamps"}),
    ):
        assert kind_in_place(tool, arguments, HOUSE) == den
    for tool, arguments in (
        ("set_lights", {"room": "Attic"}),
        ("set_lights_and_fans", {"room": "Den"}),
        ("set", {"room": "Den"}),
    ):
        assert kind_in_place(tool, arguments, HOUSE) is None
