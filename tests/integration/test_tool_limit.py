"""Test conversations with servers that take only so many tools."""

from collections.abc import Callable

from freezegun.api import FrozenDateTimeFactory
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components import ai_task
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from testbed.replies import Body, Call, Reply, failure, say as reply
from testbed.server import ModelServer, RecordedRequest

from .conftest import Say, Turn, failed, speech
from .spies import SpyAPI, SpyTool
from .test_tools_on_demand import find, names, results

LIMIT = 16
THINGS = ["kettle", "mower", "sauna", "pool", "fountain", "awning", "piano", "grill"]
ACTS = ["start", "stop", "clean", "lock", "inspect"]


@pytest.fixture
def tools(hass: HomeAssistant, set_options: Callable[..., None]) -> dict[str, SpyTool]:
    """Offer more tools than the server takes, all at once; return them by name."""
    tools = [
        SpyTool(
            f"{thing}_{act}",
            description=f"Will {act} the {thing}.",
            parameters=probatio.Schema({probatio.Optional("how"): str}),
        )
        for thing in THINGS
        for act in ACTS
    ]
    llm.async_register_api(hass, SpyAPI(hass, "spy", *tools))
    set_options(llm_hass_api=["spy"], tool_discovery="never")
    return {tool.name: tool for tool in tools}


class Strict:
    """A server that takes only so many tools, in the words of OpenAI and Azure."""

    def __init__(self) -> None:
        """Initialize with the limit."""
        self.limit = LIMIT

    def __call__(self, request: RecordedRequest) -> Reply | None:
        """Return the refusal of a request, None if it is accepted."""
        if not request.path.endswith("/completions"):
            return None
        count = len(request.body.get("tools", ()))
        if count <= self.limit:
            return None
        words = (
            "Invalid 'tools': array too long. Expected an array with maximum length "
            f"{self.limit}, but got an array with length {count} instead."
        )
        error = {
            "message": words,
            "type": "invalid_request_error",
            "param": "tools",
            "code": "array_above_max_length",
        }
        return failure(400, {"error": error})


@pytest.fixture
def strict(server: ModelServer, agent: str) -> Strict:
    """Let the server take only so many tools."""
    server.reject = strict = Strict()
    return strict


def _accepted(server: ModelServer) -> list[Body]:
    """Return the bodies of the requests that were not refused."""
    return [r.body for r in server.completions if r not in server.rejected]


async def test_others_are_found(
    server: ModelServer, say: Say, tools: dict[str, SpyTool], strict: Strict
) -> None:
    """Of too many tools, some are sent in the same turn; the others are found."""
    server.script(
        reply(calls=[find("inspect the grill")]),
        reply(calls=[Call("grill_inspect", {"how": "well"})]),
        reply("It is clean."),
    )
    result = await say("How is the grill?")
    assert not failed(result)
    assert speech(result) == "It is clean."
    assert tools["grill_inspect"].calls == [{"how": "well"}]
    assert len(server.rejected) == 1
    first, second, third = map(names, _accepted(server))
    assert first[0] == "query_tools"
    assert "grill_inspect" not in first
    assert "grill_inspect" in second
    # A part was left free, so that nothing moves.
    assert first == second[: len(first)]
    assert second == third
    assert all(len(sent) <= LIMIT for sent in (first, second))
    search = _accepted(server)[0]["tools"][0]["function"]
    assert "only some of the tools" in search["description"]


async def test_next_turns(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    tools: dict[str, SpyTool],
    strict: Strict,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The limit is known in later turns and after a restart, until a check lifts it."""
    await say("One")
    await say("Two")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await say("Three")
    assert len(server.rejected) == 1
    one, two, three = map(names, _accepted(server))
    assert one == two
    assert one == three
    strict.limit = 1000
    freezer.tick(86400)
    await say("Four")
    await say("Five")
    for body in server.bodies[-2:]:
        assert set(names(body)) == set(tools)


async def test_many_are_found(
    server: ModelServer, say: Say, tools: dict[str, SpyTool], strict: Strict
) -> None:
    """What was found last is sent, however much was found before."""
    for thing in THINGS[2:]:
        server.script(reply(calls=[find(f"{thing} {act}") for act in ACTS]))
    server.script(reply(calls=[Call("grill_lock")]), reply("Locked."))
    result = await say("Look for everything, then lock the grill")
    assert speech(result) == "Locked."
    sent = names(server.bodies[-2])
    assert "grill_lock" in sent
    assert "query_tools" in sent
    for body in _accepted(server):
        assert len(names(body)) == len(set(names(body))) <= LIMIT
    assert len(server.rejected) == 1


async def test_called_and_usual_tools(
    hass: HomeAssistant,
    server: ModelServer,
    home: Turn,
    tools: dict[str, SpyTool],
    strict: Strict,
    set_options: Callable[..., None],
) -> None:
    """The tools of the integration, the called and the usual ones are always sent."""
    set_options(enable_fact_learning=True)
    server.script(reply(calls=[Call("piano_lock")]), reply("Locked."))
    await home("Lock the piano")
    await home("Thanks")
    sent = set(names(server.bodies[-1]))
    assert {"query_tools", "learn_fact", "query_facts", "forget_fact"} < sent
    assert "piano_lock" in sent
    assert await hass.services.async_call(
        "openai_compatible_conversation",
        "end_session",
        {"config_entry_id": hass.config_entries.async_entries()[-1].entry_id},
        blocking=True,
        return_response=True,
    )
    await home("Hello")
    assert "piano_lock" in names(server.bodies[-1])


async def test_with_tool_search(
    server: ModelServer,
    say: Say,
    tools: dict[str, SpyTool],
    strict: Strict,
    set_options: Callable[..., None],
) -> None:
    """A session that finds its tools is not refused when it has found many."""
    set_options(tool_discovery="always")
    for thing in THINGS:
        server.script(reply(calls=[find(f"{thing} {act}") for act in ACTS]))
    server.script(reply(calls=[find("stop the sauna")]), reply("Found."))
    result = await say("Look for everything")
    assert speech(result) == "Found."
    last = server.bodies[-1]
    assert "sauna_stop" in names(last)
    assert results(last)[-1]["tools"]
    assert len(server.rejected) <= 1
    search = last["tools"][names(last).index("query_tools")]["function"]
    # The system prompt says it already.
    assert "only some of the tools" not in search["description"]
    assert "only some of the tools" in last["messages"][0]["content"]


async def test_task(
    hass: HomeAssistant,
    server: ModelServer,
    agent: str,
    tools: dict[str, SpyTool],
    strict: Strict,
) -> None:
    """A task with too many tools finds them, too."""
    server.script(
        reply(calls=[find("start the fountain")]),
        reply(calls=[Call("fountain_start")]),
        reply("It flows."),
    )
    result = await ai_task.async_generate_data(
        hass,
        task_name="Fountain",
        entity_id="ai_task.scripted_ai_task",
        instructions="Start the fountain",
        llm_api=SpyAPI(hass, "garden", *tools.values()),
    )
    assert result.data == "It flows."
    assert tools["fountain_start"].calls == [{}]
    assert all(len(body.get("tools", ())) <= LIMIT for body in _accepted(server))
