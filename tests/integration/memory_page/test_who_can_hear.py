"""Tests of the sentences on who can hear what is remembered."""

import json
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.agent.turn_context import (
    FACTS_START,
)
from custom_components.openai_compatible_conversation.const import DOMAIN
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.core import Context, HomeAssistant
from testbed.server import ModelServer
from tests.integration.conftest import Say

from .conftest import Act, Stored, Tell, User, sent
from .sentences import says

BIKE = {"category": "preferences", "key": "present", "value": "a bike"}
SECRET = "Remember that I bought Tom a bike, don't tell him"
GUEST = {"context": Context(), "device_id": "kitchen"}


@says(
    "The memory is the household's: whoever may speak to the assistant can ask "
    "for what it remembers, guests too."
)
async def test_household(tell: Tell, user: User) -> None:
    tea = {"category": "preferences", "key": "tea", "value": "green"}
    text = "Remember that I drink green tea"
    await tell(text, "learn_fact", **tea, said={"context": user("Ann")})
    for said in ({"context": user("Tom")}, GUEST):
        found = await tell("Which tea?", "query_facts", query="tea", said=said)
        assert [fact["value"] for fact in found["facts"]] == ["green"]


@says(
    """What is to be kept from somebody, such as "I bought Tom a bike, don't tell """
    'him", is left out when Tom speaks, if Home Assistant knows that it is him.'
)
async def test_secret(
    server: ModelServer, say: Say, tell: Tell, user: User, act: Act
) -> None:
    user("Tom")
    await tell(SECRET, "learn_fact", **BIKE, said={"context": user("Ann")})
    await act("end_session")
    tom = {"context": user("Tom")}
    found = await tell("What is the bike?", "query_facts", query="bike", said=tom)
    assert found["facts"] == []
    assert "a bike" not in json.dumps(server.bodies[-2]["messages"])
    found = await tell("Forget the bike", "forget_fact", words="bike", said=tom)
    assert found == {"forgotten": False}
    await act("end_session")
    ann = {"context": user("Ann")}
    found = await tell("What is the bike?", "query_facts", query="bike", said=ann)
    assert [fact["value"] for fact in found["facts"]] == ["a bike"]


@says("To a voice that it does not know, such a secret is not told unasked.")
async def test_secret_and_a_voice(
    server: ModelServer, say: Say, tell: Tell, user: User, act: Act
) -> None:
    user("Tom")
    await tell(SECRET, "learn_fact", **BIKE, said={"context": user("Ann")})
    await act("end_session")
    await say("Is the present a bike?", **GUEST)
    assert FACTS_START not in sent(server)
    await act("end_session")
    await say("Is the present a bike?", context=user("Ann"))
    assert FACTS_START in sent(server)


@says("A secret stays one when it is corrected.")
async def test_corrected_secret(
    tell: Tell, user: User, act: Act, edit: Act, stored: Stored
) -> None:
    user("Tom")
    await tell(SECRET, "learn_fact", **BIKE, said={"context": user("Ann")})
    (item,) = (await edit("get_items"))["todo.scripted_memory"]["items"]
    corrected = item["summary"].replace("a bike", "a red bike")
    await edit("update_item", user("Ann"), item=item["uid"], rename=corrected)
    assert [fact["value"] for fact in stored()["facts"]] == ["a red bike"]
    await act("end_session")
    tom = {"context": user("Tom")}
    found = await tell("What is the bike?", "query_facts", query="bike", said=tom)
    assert found.get("facts", []) == []


@says("Up to five facts that fit what you say go to the model with it.")
async def test_five_facts(server: ModelServer, say: Say, act: Act) -> None:
    for number, key in enumerate(("cat", "dog", "car", "bike", "boat", "garden")):
        fact = {"category": "preferences", "key": key, "value": f"value {number}"}
        await act("learn_fact", **fact)
    await say("Hello")
    assert FACTS_START not in sent(server)
    await say("Tell me of the dog")
    assert f"{FACTS_START} dog: value 1" in sent(server)
    await act("end_session")
    await say("Tell me of cat, dog, car, bike, boat and garden")
    assert sum(f"value {number}" in sent(server) for number in range(6)) == 5


@says("An automation is told none unasked.")
async def test_automation(server: ModelServer, say: Say, act: Act) -> None:
    await act("learn_fact", **BIKE)
    await say("Is the present a bike?", context=Context())
    assert FACTS_START not in sent(server)
    await say("Is the present a bike?")
    assert FACTS_START in sent(server)


@says(
    "In the list, everybody with an account in your Home Assistant can read all "
    "facts, and secrets too."
)
async def test_list(tell: Tell, edit: Act, user: User) -> None:
    await tell(SECRET, "learn_fact", **BIKE, said={"context": user("Ann")})
    shown = await edit("get_items", user("Tom"))
    assert "a bike" in str(shown)


@says("No assistant sees that list unless you expose it.")
async def test_list_is_not_exposed(hass: HomeAssistant, agent: str) -> None:
    assert hass.states.get("todo.scripted_memory")
    for assistant in ("conversation", "cloud.alexa", "cloud.google_assistant"):
        assert not async_should_expose(hass, assistant, "todo.scripted_memory")


@says(
    "Conversation and facts are stored in the folder .storage of your "
    "configuration, where they are not encrypted."
)
async def test_files(
    say: Say, act: Act, hass_storage: dict[str, Any], entry: MockConfigEntry
) -> None:
    await act("learn_fact", **BIKE)
    await say("The soup is hot")
    key = f"{DOMAIN}.{entry.entry_id}"
    assert "a bike" in str(hass_storage[key]["data"])
    assert "The soup is hot" in str(hass_storage[f"{key}.session"]["data"])
