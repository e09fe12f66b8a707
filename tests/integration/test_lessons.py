"""Tests of what an entry learns of its server, and how that is unlearned."""

from collections.abc import Callable
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import probatio
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.openai_compatible_conversation.const import DOMAIN
from custom_components.openai_compatible_conversation.diagnostics import (
    async_get_config_entry_diagnostics,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from testbed.replies import Body, Reply, failure, raw, say as reply
from testbed.server import ModelServer, RecordedRequest

from .conftest import Say, failed, speech
from .spies import SpyTool

BAD_REQUEST = failure(400, {"error": {"message": "Provider returned error"}})
NO_USAGE = failure(400, {"error": {"message": "stream_options is not supported"}})
VLLM = failure(
    400,
    {
        "object": "error",
        "message": "'max_tokens' or 'max_completion_tokens' is too large: 8192. This "
        "model's maximum context length is 8192 tokens and your request has 2310 input "
        "tokens (8192 > 8192 - 2310).",
        "type": "BadRequestError",
        "code": 400,
    },
)


def _refuse(server: ModelServer, name: str, refusal: Reply) -> None:
    """Let the server refuse requests with a parameter."""

    def reject(request: RecordedRequest) -> Reply | None:
        is_refused = request.path.endswith("/completions") and name in request.body
        return refusal if is_refused else None

    server.reject = reject


def _sent(server: ModelServer, name: str = "stream_options") -> list[bool]:
    """Return whether each request had a parameter, and forget the requests."""
    sent = [name in body for body in server.bodies]
    server.forget()
    return sent


@pytest.fixture
def learned(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> Callable[[], list[Any]]:
    """Return a function that returns the lessons on disk."""

    def _learned() -> list[Any]:
        stored = hass_storage.get(f"{DOMAIN}.{entry.entry_id}.dialects")
        models = stored["data"]["lessons"] if stored else {}
        return [lesson for lessons in models.values() for lesson in lessons]

    return _learned


@pytest.fixture
def act(hass: HomeAssistant, agent: str, entry: MockConfigEntry) -> Callable[..., Any]:
    """Return a function that calls an action for the entry."""

    async def _act(action: str) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            action,
            {"config_entry_id": entry.entry_id},
            blocking=True,
            return_response=True,
        )

    return _act


@pytest.mark.parametrize(
    "refusal",
    [
        BAD_REQUEST,
        failure(400, {"error": {"message": "Bad Request", "code": 400}}),
        failure(422),
        raw(b"", status=422, content_type="text/plain"),
        failure(400, "<html><h1>400 Bad Request</h1></html>"),
    ],
    ids=["OpenRouter", "Bad Request", "422", "bare 422", "page"],
)
async def test_passing_refusal(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    learned: Callable[[], list[Any]],
    refusal: Reply,
) -> None:
    """A refusal that names nothing and passes leaves nothing out, now or later."""
    server.script(refusal)
    assert speech(await say("Hello")) == "Hello there."
    assert speech(await say("Hello")) == "Hello there."
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert speech(await say("Hello")) == "Hello there."
    assert _sent(server) == [True, True, True, True]
    assert not learned()


async def test_guess_ends_with_the_session(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    freezer: FrozenDateTimeFactory,
    learned: Callable[[], list[Any]],
) -> None:
    """What had to be guessed is not kept beyond the session."""
    _refuse(server, "stream_options", BAD_REQUEST)
    await say("One")
    await say("Two")
    assert _sent(server) == [True, True, False, False]
    freezer.tick(61)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)
    server.reject = None
    await say("Three")
    assert _sent(server) == [True]
    assert not learned()


async def test_lesson_over_a_restart(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    learned: Callable[[], list[Any]],
) -> None:
    """What the server named is known after a restart, with its words."""
    _refuse(server, "stream_options", NO_USAGE)
    await say("One")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await say("Two")
    assert _sent(server) == [True, False, False]
    (lesson,) = learned()
    assert (lesson["field"], lesson["value"]) == ("omitted", "stream_options")
    assert lesson["words"] == "stream_options is not supported"


async def test_lesson_is_checked(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    learned: Callable[[], list[Any]],
) -> None:
    """What one odd answer taught is checked after a day, also over a restart."""
    server.script(NO_USAGE)
    await say("One")
    assert _sent(server) == [True, False]
    assert await hass.config_entries.async_reload(entry.entry_id)
    freezer.tick(86400)
    await say("Two")
    assert _sent(server) == [True]
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not learned()


@pytest.fixture
def first_file(
    hass_storage: dict[str, Any], server: ModelServer, entry: MockConfigEntry
) -> None:
    """Store a profile as the first files held it."""
    key = f"{DOMAIN}.{entry.entry_id}.dialects"
    profile = {"left_out": ["stream_options"], "reasoning": None, "alternate": True}
    hass_storage[key] = {
        "version": 1,
        "key": key,
        "data": {"base_url": server.base_url, "models": {"scripted": profile}},
    }


async def test_profile_of_the_first_files(
    first_file: None, server: ModelServer, say: Say
) -> None:
    """What an earlier version left out for good is tried again, one at a time."""
    _refuse(server, "stream_options", NO_USAGE)
    await say("One")
    await say("Two")
    assert _sent(server) == [True, False, False]
    server.reject = None


async def test_wrong_profile_of_the_first_files(
    first_file: None, server: ModelServer, say: Say
) -> None:
    """What was left out without need is sent again."""
    await say("One")
    await say("Two")
    assert _sent(server) == [True, True]


async def test_forget_server(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    act: Callable[..., Any],
    learned: Callable[[], list[Any]],
) -> None:
    """The action forgets what was learned at once, also on disk."""
    assert await act("forget_server") == {"forgotten": 0}
    server.script(NO_USAGE)
    await say("One")
    assert await act("forget_server") == {"forgotten": 1}
    assert not learned()
    await say("Two")
    assert _sent(server) == [True, False, True]


async def test_forget_server_that_is_not_loaded(
    hass: HomeAssistant, entry: MockConfigEntry, act: Callable[..., Any]
) -> None:
    """The action validates its entry as the others do."""
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as raised:
        await act("forget_server")
    assert raised.value.translation_key == "entry_not_loaded"
    with pytest.raises(probatio.Invalid):
        await hass.services.async_call(DOMAIN, "forget_server", {}, blocking=True)


async def test_diagnostics(
    hass: HomeAssistant,
    server: ModelServer,
    say: Say,
    entry: MockConfigEntry,
    offer: Callable[..., None],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Diagnostics show what was learned, when and from which words, without names."""
    freezer.move_to("2026-11-30T08:00:00+00:00")
    offer(SpyTool("ring_the_gong"), SpyTool("feed_the_heron"))
    server.script(
        failure(400, {"error": {"message": "stream_options: not supported"}}),
        failure(400, {"error": {"message": "tools[1].function.name: feed_the_heron?"}}),
    )
    await say("Is the heron hungry?")
    found = await async_get_config_entry_diagnostics(hass, entry)
    first, second = found["learned"]["scripted"]["lessons"]
    assert first == {
        "field": "omitted",
        "value": "stream_options",
        "words": "stream_options: not supported",
        "learned_at": "2026-11-30T08:00:00+00:00",
        "confirmed_at": "2026-11-30T08:00:00+00:00",
        "confirmations": 0,
        "versions": first["versions"],
        "for_this_session": False,
    }
    assert second["field"] == "refused_tools"
    assert second["for_this_session"]
    assert "heron" not in json.dumps(found["learned"])


async def test_max_tokens_too_large(
    server: ModelServer, say: Say, set_options: Callable[..., None]
) -> None:
    """A length option that does not fit costs no turn of the session."""
    set_options(recommended=False, max_tokens=8192)
    for number in range(6):
        await say(f"Word {number}")
    server.forget()
    _refuse(server, "max_tokens", VLLM)
    assert speech(await say("Last")) == "Hello there."
    refused, accepted = server.bodies
    assert accepted["messages"] == refused["messages"]
    assert "Word 0" in str(accepted["messages"])
    assert "max_tokens" not in accepted


async def test_max_tokens_that_nobody_asked_for(server: ModelServer, say: Say) -> None:
    """Without a length option to leave out, the session stays, and the words are told."""
    for number in range(6):
        await say(f"Word {number}")
    server.script(VLLM)
    result = await say("Last")
    assert failed(result)
    assert "'max_tokens'" in speech(result)
    assert "larger context" not in speech(result)
    await say("Next")
    assert "Word 0" in str(server.bodies[-1]["messages"])


@pytest.mark.parametrize(
    "refusal",
    [
        failure(413, "<html><h1>413 Request Entity Too Large</h1></html>"),
        failure(413, {"message": "request entity too large"}),
    ],
    ids=["nginx", "Express"],
)
async def test_web_server_takes_no_large_request(
    server: ModelServer, say: Say, refusal: Reply
) -> None:
    """A web server's 413 is told as such; the session and the parameters stay."""
    for number in range(6):
        await say(f"Word {number}")
    server.forget()
    server.script(refusal)
    result = await say("Last")
    assert failed(result)
    assert "no request of this size" in speech(result)
    assert len(server.bodies) == 1
    await say("Next")
    assert "Word 0" in str(server.bodies[-1]["messages"])
    assert _sent(server) == [True, True]


GEMINI = (
    "* GenerateContentRequest.tools[0].function_declarations[{}].parameters."
    "properties[mood].enum[1]: cannot be empty\n"
)


async def test_gemini(
    server: ModelServer, say: Say, offer: Callable[..., None]
) -> None:
    """Of many tools, none is lost over one with an empty value."""
    schema = probatio.Schema({probatio.Optional("mood"): probatio.In(["calm", ""])})
    offer(
        *(SpyTool(f"tool_{number}") for number in range(5)),
        SpyTool("set_mood", parameters=schema),
    )

    def reject(request: RecordedRequest) -> Reply | None:
        for index, tool in enumerate(_tools(request)):
            if '""' in json.dumps(tool):
                words = GEMINI.format(index)
                error = {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}
                return failure(400, [{"error": error}])
        return None

    server.reject = reject
    server.script(reply("Calm."))
    assert speech(await say("Set the mood")) == "Calm."
    refused, accepted = server.bodies
    names = [tool["function"]["name"] for tool in accepted["tools"]]
    assert names == [tool["function"]["name"] for tool in refused["tools"]]
    assert '"calm"' in json.dumps(accepted["tools"])


def _tools(request: RecordedRequest) -> list[Body]:
    """Return the tools of a chat completion request."""
    if not request.path.endswith("/completions"):
        return []
    tools: list[Body] = request.body.get("tools") or []
    return tools
