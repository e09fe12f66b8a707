"""Tests of fact extraction: what is known, whose it is, and transcripts that are long."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.memory.facts.fact import Origin
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import Context, HomeAssistant
from homeassistant.util import dt as dt_util
from testbed.replies import Answer, Body, Pause, Reply, failure, say as reply
from testbed.server import ModelServer

from .conftest import MODEL, Say

CAT = {"category": "family_members", "key": "cat", "value": "Amy"}
GREEN = {"category": "preferences", "key": "favourite colour", "value": "green"}

HINDI = "मुझे सुबह की चाय में अदरक और थोड़ी चीनी बहुत पसंद है"
"""I like ginger and a little sugar in my morning tea very much."""

TOKENS_PER_HINDI_LETTER = 0.95
"""What one of the tokenizers takes that know few words of Hindi."""

type Stored = Callable[[], dict[str, Any]]
type End = Callable[[], Awaitable[None]]
type As = Callable[[str], Context]


@pytest.fixture(autouse=True)
def learning(entry: MockConfigEntry, set_options: Callable[..., None]) -> None:
    """Enable fact learning, and nothing that goes with a turn."""
    set_options(enable_fact_learning=True, recall_facts=False)


@pytest.fixture
def stored(entry: MockConfigEntry, hass_storage: dict[str, Any]) -> Stored:
    """Return a function that returns the data on disk."""
    return lambda: hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]


@pytest.fixture
def end(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> End:
    """Return a function that ends the session, and waits for the extraction."""

    async def _end() -> None:
        freezer.tick(61)
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done(wait_background_tasks=True)

    return _end


@pytest.fixture
async def user(hass: HomeAssistant, local_auth: Any) -> As:
    """Return a function that returns the context of a user with a name."""
    group = await hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None

    def _user(name: str) -> Context:
        user = MockUser(name=name, groups=[group]).add_to_hass(hass)
        return Context(user_id=user.id)

    return _user


def found(*facts: dict[str, str]) -> Answer:
    """Return an answer with facts."""
    return reply(json.dumps({"facts": facts}))


def asked(body: Body) -> dict[str, list[Any]]:
    """Return what a request tells: what is known, and the lines."""
    data: dict[str, list[Any]] = json.loads(body["messages"][-1]["content"])
    return data


def values(facts: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return keys and values of facts."""
    return [(fact["key"], fact["value"]) for fact in facts]


def transcript(*lines: str) -> list[dict[str, Any]]:
    """Return pending transcripts as they are stored, with one of some lines."""
    return [{"id": "01", "lines": list(lines), "attempts": 0}]


@pytest.fixture
def wait_on_disk(
    hass: HomeAssistant,
    components: None,
    entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> Callable[..., Awaitable[None]]:
    """Return a function that sets up the entry with pending transcripts on disk."""

    async def _set_up(pending: list[dict[str, Any]]) -> None:
        key = f"{DOMAIN}.{entry.entry_id}"
        data = {"facts": [], "pending": pending}
        hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)

    return _set_up


async def test_correction_in_another_language(
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    stored: Stored,
    end: End,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The request tells what is known; a correction has its key, and what was before."""
    await entry.runtime_data.fact_store.async_learn(*CAT.values())
    freezer.tick(5)
    await say("Nein, unsere Katze heißt jetzt Luna")
    line = "unsere Katze heißt jetzt Luna"
    server.script(found({"quote": line, **CAT, "key": "Katze", "value": "Luna"}))
    await end()
    assert asked(server.bodies[-1])["known"] == [CAT]
    (fact,) = stored()["facts"]
    assert (fact["key"], fact["value"]) == ("cat", "Luna")
    assert [past["value"] for past in fact["past"]] == ["Amy"]


async def test_known_is_not_learned_again(
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    stored: Stored,
    end: End,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is known already changes nothing, however the model names it."""
    await entry.runtime_data.fact_store.async_learn(*CAT.values())
    before = stored()["facts"]
    freezer.tick(5)
    await say("my cat is called Amy, and our Katze heißt Amy")
    server.script(
        found(
            {"quote": "my cat is called Amy", **CAT},
            {"quote": "my cat is called Amy", **CAT, "key": "the cat's name"},
            {"quote": "our Katze heißt Amy", **CAT, "key": "Katze"},
        )
    )
    await end()
    assert stored() == {**stored(), "facts": before, "pending": []}


async def test_known_is_no_evidence(
    server: ModelServer, say: Say, entry: MockConfigEntry, stored: Stored, end: End
) -> None:
    """A fact that only what is known says is not learned from it."""
    store = entry.runtime_data.fact_store
    await store.async_learn("preferences", "note", "Tom may open the door")
    await say("Tell me about Tom")
    quote = "Tom may open the door"
    server.script(found({"quote": quote, **GREEN, "key": "Tom", "value": quote}))
    await end()
    assert quote in str(asked(server.bodies[-1])["known"])
    assert [fact["key"] for fact in stored()["facts"]] == ["note"]


async def test_asked_for(
    server: ModelServer, say: Say, end: End, stored: Stored, user: As
) -> None:
    """What a user asks to remember is kept, though the model finds nothing in it."""
    server.script(*[reply("Well.")] * 3, found(GREEN))
    ann = user("Ann")
    await say("Remember that I get up at half past six", context=ann)
    await say("Onthoud dat de ladder achter het schuurtje staat", context=ann)
    await say("The ladder is green", context=ann)
    await end()
    facts = stored()["facts"]
    assert [(f["value"], f.get("subject", "")) for f in facts] == [
        ("I get up at half past six", "Ann"),
        ("de ladder achter het schuurtje staat", ""),
    ]
    assert facts[1]["quote"] == "Onthoud dat de ladder achter het schuurtje staat"
    assert stored()["pending"] == []


async def test_two_speakers(
    server: ModelServer, say: Say, stored: Stored, end: End, user: As
) -> None:
    """The same of two speakers is two facts, each with its words and its origin."""
    line = "My favourite colour is green"
    ann, bob = user("Ann"), user("Bob")
    await say(line, context=ann)
    await say(f"{line} as well", context=bob)
    await say("Good night")
    server.script(found({"quote": line, **GREEN}))
    await end()
    assert asked(server.bodies[-1])["lines"] == [
        {"who": "Ann", "said": line},
        {"who": "Bob", "said": f"{line} as well"},
        "Good night",
    ]
    first, second = stored()["facts"]
    assert (first["subject"], first["told_by"], first["quote"]) == ("Ann", "Ann", line)
    assert (second["subject"], second["told_by"]) == ("Bob", "Bob")
    assert (second["quote"], second["channel"]) == (f"{line} as well", "chat")
    # The next time they are told with whose they are.
    await say("Hi", context=ann)
    server.script(found())
    await end()
    subjects = [fact["subject"] for fact in asked(server.bodies[-1])["known"]]
    assert sorted(subjects) == ["Ann", "Bob"]


async def test_secret(
    server: ModelServer, say: Say, stored: Stored, end: End, user: As
) -> None:
    """A secret is about the one whom it is kept from, with all that was said."""
    user("Tom")
    line = "I bought Tom a bike for Christmas, don't tell him"
    await say(line, context=user("Ann"))
    bike = {**GREEN, "key": "present", "value": "a bike for Christmas"}
    server.script(found({"quote": "bought Tom a bike", **bike, "subject": "Ann"}))
    await end()
    (fact,) = stored()["facts"]
    assert (fact["subject"], fact["told_by"], fact["quote"]) == ("Tom", "Ann", line)
    assert fact["value"] == line


def small_context(server: ModelServer, size: int) -> None:
    """Have a server tell the size of its context."""
    server.models_reply = Reply(
        [b'{"data":[{"id":"%s","max_model_len":%d}]}' % (MODEL.encode(), size)],
        content_type="application/json",
    )


def hindi_tokens(body: Body) -> float:
    """Return the tokens of a request with its answer."""
    system, user = (message["content"] for message in body["messages"])
    hindi = sum(not char.isascii() for char in user) * TOKENS_PER_HINDI_LETTER
    ascii_letters = len(system) + sum(map(str.isascii, user))
    return hindi + ascii_letters / 4 + int(body["max_tokens"])


async def test_long_transcript(
    server: ModelServer,
    stored: Stored,
    wait_on_disk: Callable[..., Awaitable[None]],
) -> None:
    """A transcript in a script of many tokens is asked in parts that fit the context."""
    size = 4096
    small_context(server, size)
    lines = [f"{number} {HINDI}" for number in range(150)]
    server.script(*[found()] * 20)
    await wait_on_disk(transcript(*lines))
    bodies = [body for body in server.bodies if "response_format" in body]
    assert len(bodies) > 2
    assert max(map(hindi_tokens, bodies)) <= size
    assert [line for body in bodies for line in asked(body)["lines"]] == lines
    assert stored()["pending"] == []


async def test_one_long_line(
    server: ModelServer, stored: Stored, wait_on_disk: Callable[..., Awaitable[None]]
) -> None:
    """A single line that is too long is split between words."""
    small_context(server, 4096)
    words = [f"{number}नमस्ते" for number in range(900)]
    server.script(*[found()] * 20)
    await wait_on_disk(transcript(" ".join(words)))
    bodies = [body for body in server.bodies if "response_format" in body]
    assert len(bodies) > 2
    pieces = [piece for body in bodies for piece in asked(body)["lines"]]
    assert " ".join(pieces).split() == words
    assert stored()["pending"] == []


def refusing(most: int, said: dict[str, Any], *, tells_limit: bool) -> Answer:
    """Return the answers of a server that refuses lines of more characters."""

    def respond(body: Body) -> Reply:
        lines = asked(body)["lines"]
        if sum(map(len, lines)) > most:
            limit = " (4096 tokens)" if tells_limit else ""
            message = f"The request exceeds the available context size{limit}"
            return failure(400, {"error": {"message": message}})
        said.setdefault("lines", []).extend(lines)
        answer = found()
        assert callable(answer)
        return answer(body)

    return respond


@pytest.mark.parametrize("tells_limit", [True, False])
async def test_refused_for_its_length(
    server: ModelServer,
    stored: Stored,
    wait_on_disk: Callable[..., Awaitable[None]],
    tells_limit: bool,
) -> None:
    """A transcript that the server finds too long is split until it is not."""
    lines = [f"Line {number} of all that was said" for number in range(60)]
    said: dict[str, Any] = {}
    server.script(*[refusing(400, said, tells_limit=tells_limit)] * 60)
    await wait_on_disk(transcript(*lines))
    assert said["lines"] == lines
    assert stored()["pending"] == []


async def test_short_line_is_refused(
    server: ModelServer, stored: Stored, wait_on_disk: Callable[..., Awaitable[None]]
) -> None:
    """If even a short line is too long, the attempt has failed."""
    server.script(*[refusing(1, {}, tells_limit=False)] * 5)
    await wait_on_disk(transcript("Light on"))
    (pending,) = stored()["pending"]
    assert (pending["attempts"], pending["failure"]["reason"]) == (
        1,
        "context_too_long",
    )


async def test_parts_are_asked_once_each(
    hass: HomeAssistant,
    server: ModelServer,
    entry: MockConfigEntry,
    stored: Stored,
    wait_on_disk: Callable[..., Awaitable[None]],
) -> None:
    """Parts that were extracted from are not sent again after a restart."""
    lines = ["Our cat is called Amy. " * 15, "Our dog is called Rex. " * 15]
    said: dict[str, Any] = {}
    refuses = refusing(400, said, tells_limit=False)
    server.script(refuses, refuses, failure(500))
    await wait_on_disk(transcript(*map(str.strip, lines)))
    assert len(said["lines"]) == 1
    waiting = [line for pending in stored()["pending"] for line in pending["lines"]]
    assert waiting == [lines[1].strip()]
    server.script(refuses)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert said["lines"] == list(map(str.strip, lines))
    assert stored()["pending"] == []


@pytest.mark.parametrize("lines_left", [0, 1])
async def test_forgotten_while_the_model_answers(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    stored: Stored,
    freezer: FrozenDateTimeFactory,
    lines_left: int,
) -> None:
    """What is forgotten while it is extracted is not learned from the answer."""
    store = entry.runtime_data.fact_store
    fact = await store.async_learn(*CAT.values(), origin=Origin(quote="my cat is Amy"))
    await say("my cat is Amy")
    if lines_left:
        await say("my favourite colour is green")
    facts = [
        {"quote": "my cat is Amy", **CAT, "key": "animal"},
        {"quote": "favourite colour is green", **GREEN},
    ]
    is_forgotten = asyncio.Event()
    server.script(reply(Pause(is_forgotten), json.dumps({"facts": facts})))
    freezer.tick(61)
    async_fire_time_changed(hass, dt_util.utcnow())
    await server.wait_for_completions(2 + lines_left)
    assert await store.async_forget_facts([fact]) == 1
    is_forgotten.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert stored()["pending"] == []
    learned = [("favourite colour", "green")] * lines_left
    assert values(stored()["facts"]) == learned


async def test_transcript_without_lines(
    server: ModelServer, stored: Stored, wait_on_disk: Callable[..., Awaitable[None]]
) -> None:
    """Nothing is asked about a transcript of which nothing is left."""
    await wait_on_disk(transcript())
    assert not [body for body in server.bodies if "response_format" in body]
    assert stored()["pending"] == []
