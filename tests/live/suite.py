"""Tests of the integration against a real server, named by the environment.

    OPENAI_BASE_URL=http://127.0.0.1:8080/v1 script/test live

`OPENAI_API_KEY` is the key if the server requires one, `OPENAI_MODEL` the model, by
default the first that the server lists. `HASS_VERSION` is the version of Home
Assistant, by default the latest supported one.

The user texts make sense to any model that can call tools. Only a scripted model gets
the answers that follow them: `@@` begins the next answer, `&&` the next part of an
answer; a part is `call:TOOL {arguments}`, `think:TEXT`, `loop:TEXT` (repeated without
end), or text.

A test fails if the integration or the server is at fault. If all went well, and the
model only did not know better, it is reported as `xfailed`, with what the model said
(`-rx` lists them).

Any llama.cpp server works that was started with `--jinja` and a model that can call
tools, with or without `--api-key KEY`:

    llama-server --jinja -m MODEL.gguf --port 8080 --api-key KEY

LiteLLM in front of it needs this `config.yaml`:

    model_list:
      - model_name: MODEL
        litellm_params:
          model: openai/MODEL
          api_base: http://127.0.0.1:8080/v1
          api_key: KEY

    general_settings:
      master_key: os.environ/LITELLM_MASTER_KEY

    export LITELLM_MASTER_KEY=sk-$(openssl rand -hex 32)
    litellm --config config.yaml --port 4000 &

    OPENAI_BASE_URL=http://127.0.0.1:4000/v1 OPENAI_API_KEY=$LITELLM_MASTER_KEY OPENAI_MODEL=MODEL script/test live

The system prompt and the tools are about 10,000 tokens for a tokenizer with one token a
byte, so a context window of 32,768 tokens is enough, and 16,384 for most models.

The name of this module keeps it from being collected with the other tests.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.agent.evaluation import Evaluator
from custom_components.openai_compatible_conversation.agent.evaluation_question import (
    choice,
    predicate,
)
from custom_components.openai_compatible_conversation.agent.servers import TurnServers
from custom_components.openai_compatible_conversation.completions.errors import (
    InvalidAuthError,
    NoStructuredDataError,
)
from custom_components.openai_compatible_conversation.completions.events import (
    Event,
    Finished,
    TextDelta,
    TokenUsage,
)
from custom_components.openai_compatible_conversation.completions.messages import (
    UserMessage,
)
from custom_components.openai_compatible_conversation.completions.request import (
    build_body,
)
from custom_components.openai_compatible_conversation.data import async_create_client
from custom_components.openai_compatible_conversation.flows.connection import (
    ServerConnection,
)
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .conftest import Say, Target, TurnResult
from .line import Line

pytestmark = pytest.mark.timeout(300)

FRANCE = "What is the capital of France? @@ The capital of France is Paris."
LAMP = (
    "Turn on the lamp, please."
    ' @@ call:intent__HassTurnOn {"name": "Lamp"} @@ The lamp is on.'
)
BOTH = (
    "Turn on the lamp and the desk light, each by its name."
    ' @@ call:intent__HassTurnOn {"name": "Lamp"}'
    ' && call:intent__HassTurnOn {"name": "Desk"} @@ Both lights are on.'
)
THINK = (
    "What is 6 times 7? Think it over, then answer in digits."
    " @@ think:Six sevens make forty-two. && It is 42."
)
THINK_AND_ACT = (
    "Think of what the lamp is called, then turn it on."
    ' @@ think:Its name is Lamp. && call:intent__HassTurnOn {"name": "Lamp"}'
    " @@ think:That worked. && The lamp is on."
)
COUNT = (
    "Count from one to nine hundred in words, without a break."
    " @@ loop:one, two, three, four, "
)
TOO_LONG = "word " * 1_200_000
"""More than the context window of any model at home."""

SCRIPTED = "Say: Hello from the script. @@ Hello from the script."
LONG_ENOUGH = 40
"""Characters of an answer after which a test interferes."""


async def _events(hass: HomeAssistant, target: Target, *, stream: bool) -> list[Event]:
    """Return the events of a request that only uses the client."""
    client = await async_create_client(hass, target.data)
    body = build_body(target.model, [UserMessage(SCRIPTED)], stream=stream)
    return [event async for event in client.stream(body)]


def _text(events: list[Event]) -> str:
    """Return the text of events."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def _tool_results(turn: TurnResult) -> list[conversation.ToolResultContent]:
    """Return the tool results of a turn."""
    return [
        item
        for item in turn.content
        if isinstance(item, conversation.ToolResultContent)
    ]


def _is_on(hass: HomeAssistant, *entity_ids: str) -> bool:
    """Return whether all the lights are on."""
    states = [hass.states.get(entity_id) for entity_id in entity_ids]
    return all(state is not None and state.state == "on" for state in states)


def _of_model(turn: TurnResult, *, done: bool, what: str) -> None:
    """Expect what a capable model does; a weak one is told apart from a fault.

    It is a fault if nothing was said, or if a call was said instead of run.
    """
    if done:
        return
    assert turn.error is None
    assert turn.speech.strip()
    assert "HassTurnOn" not in turn.speech
    pytest.xfail(f"the model did not {what}: {turn.speech[:100]!r}")


def _acts(hass: HomeAssistant, turn: TurnResult, *entity_ids: str) -> None:
    """Expect that the lights were turned on; a call that succeeded must have done it."""
    succeeded = {r.tool_call_id for r in _tool_results(turn) if not r.result.error}
    names = {
        str(call.tool_args.get("name")).casefold()
        for answer in turn.answers
        for call in answer.tool_calls or ()
        if call.id in succeeded and call.tool_name.endswith("HassTurnOn")
    }
    for entity_id in entity_ids:
        assert _is_on(hass, entity_id) or entity_id.partition(".")[2] not in names
    _of_model(turn, done=_is_on(hass, *entity_ids), what="turn it on")


def _tells(turn: TurnResult, word: str) -> None:
    """Expect a word in the answer."""
    assert turn.error is None
    _of_model(turn, done=word in turn.speech, what=f"say {word}")


def _once_long_enough(act: Callable[[], None]) -> Callable[[str], None]:
    """Return a listener that acts once the answer is long enough."""

    def listen(text: str) -> None:
        if len(text) >= LONG_ENOUGH:
            act()

    return listen


async def test_can_be_set_up(hass: HomeAssistant, target: Target) -> None:
    """The connection check accepts the server and its model."""
    connection = ServerConnection(hass, target.data)
    assert await connection.async_connect(), (connection.error, connection.detail)
    assert target.model in connection.models
    assert await connection.async_try_model(target.model), (
        connection.error,
        connection.detail,
    )


async def test_usage(hass: HomeAssistant, target: Target, streaming: bool) -> None:
    """The events of an answer end with the token usage and the finish reason."""
    events = await _events(hass, target, stream=streaming)
    assert "ello" in _text(events)
    (usage,) = (event for event in events if isinstance(event, TokenUsage))
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert 0 <= usage.cached_tokens <= usage.prompt_tokens
    assert events[-1] == Finished("stop")


async def test_answer(say: Say, house: None) -> None:
    """A question and a follow-up in the same conversation are answered."""
    turn = await say(FRANCE)
    assert turn.error is None
    again = await say(
        "And of Italy? @@ The capital of Italy is Rome.",
        turn.result.conversation_id,
    )
    assert again.error is None
    _tells(turn, "Paris")
    _tells(again, "Rome")


async def test_tool_call(hass: HomeAssistant, say: Say, house: None) -> None:
    """A tool call changes a state, and an answer follows."""
    turn = await say(LAMP)
    assert turn.error is None
    assert turn.speech
    assert turn.answers[-1].tool_calls is None

    # The server accepts a history with the call and its result
    again = await say(FRANCE, turn.result.conversation_id)
    assert again.error is None
    _acts(hass, turn, "light.lamp")
    assert any(not result.result.error for result in _tool_results(turn))
    _tells(again, "Paris")


async def test_parallel_calls(hass: HomeAssistant, say: Say, house: None) -> None:
    """All tool calls of an answer are run and have a result."""
    turn = await say(BOTH)
    assert turn.error is None
    call_ids = [call.id for answer in turn.answers for call in answer.tool_calls or ()]
    assert len(call_ids) == len(set(call_ids))
    assert sorted(call_ids) == sorted(
        result.tool_call_id for result in _tool_results(turn)
    )
    _acts(hass, turn, "light.lamp", "light.desk")


async def test_reasoning_is_not_spoken(
    say: Say, house: None, is_scripted: bool
) -> None:
    """Reasoning is kept in the chat log, and not part of the speech."""
    turn = await say(THINK)
    assert turn.error is None
    assert "think>" not in "".join(turn.deltas)
    if turn.reasoning:
        assert turn.reasoning not in "".join(turn.deltas)
    if is_scripted:
        # Only a scripted model reasons in these words
        assert turn.reasoning.strip() == "Six sevens make forty-two."
        assert turn.speech.strip() == "It is 42."
    _tells(turn, "42")


async def test_reasoning_and_calls(hass: HomeAssistant, say: Say, house: None) -> None:
    """Reasoning before a tool call is sent back with the call."""
    turn = await say(THINK_AND_ACT)
    assert turn.error is None
    assert "think>" not in "".join(turn.deltas)
    again = await say(FRANCE, turn.result.conversation_id)
    assert again.error is None
    _acts(hass, turn, "light.lamp")
    _tells(again, "Paris")


async def test_task(hass: HomeAssistant, agent: str, is_scripted: bool) -> None:
    """A task with a structure has data of that structure."""
    if is_scripted:
        pytest.skip("a scripted model knows no schema")
    fields = {
        "task_name": "table",
        "entity_id": "ai_task.live_ai_task",
        "instructions": "On the table are a red ball and two green cubes.",
        "structure": {
            "ball": {
                "description": "The colour of the ball",
                "required": True,
                "selector": {"text": {}},
            },
            "cubes": {
                "description": "The number of cubes",
                "selector": {"number": {"min": 0, "max": 9}},
            },
            "things": {
                "description": "Each thing on the table",
                "selector": {
                    "object": {
                        "multiple": True,
                        "fields": {
                            "name": {"required": True, "selector": {"text": {}}},
                            "colour": {"selector": {"text": {}}},
                        },
                    }
                },
            },
        },
    }
    try:
        response = await hass.services.async_call(
            "ai_task", "generate_data", fields, blocking=True, return_response=True
        )
    except HomeAssistantError as err:
        if err.translation_key != NoStructuredDataError.key:
            raise
        pytest.xfail(f"the model gave no data: {err}")
    assert response
    data: Any = response["data"]
    assert isinstance(data["ball"], str)
    assert all(thing["name"] for thing in data.get("things", []))
    if "red" not in data["ball"].casefold() or data.get("cubes", 2) != 2:
        pytest.xfail(f"the model made of it: {data}")


async def test_evaluation(
    agent: str, entry: MockConfigEntry, is_scripted: bool
) -> None:
    """Questions have probabilities, which depend on what they are about."""
    if is_scripted:
        pytest.skip("a scripted model has no opinion")
    evaluator = Evaluator()
    questions = {
        "door": predicate("Is the front door open?"),
        "weather": choice("How is the weather?", ["sunny", "rainy", "snowy"]),
    }
    found = []
    for state in (
        "The front door is open. It rains.",
        "The front door is closed. The sun shines.",
    ):
        servers = TurnServers(entry.runtime_data.server)
        about = UserMessage(f"<state>\n{state}\n</state>")
        try:
            found.append(
                await evaluator.async_evaluate(servers, "house", questions, about)
            )
        except NoStructuredDataError as err:
            pytest.xfail(f"the model gave no probabilities: {err}")
    for probabilities in (list(one.values()) for one in found):
        assert [len(shares) for shares in probabilities] == [2, 3]
        assert [sum(shares) for shares in probabilities] == pytest.approx([1, 1])
    opened, closed = found
    if not (
        opened["door"][0] > closed["door"][0]
        and opened["weather"][1] > closed["weather"][1]
    ):
        pytest.xfail(f"the model found: {found}")


async def test_too_long(say: Say, house: None) -> None:
    """A request that is too long has its own error, and the next turn works."""
    turn = await say(TOO_LONG + FRANCE)
    assert turn.error is not None
    assert "more than the model of" in turn.error
    # In a new conversation, because the chat log of the old one holds the long text
    again = await say(FRANCE)
    _tells(again, "Paris")


async def test_wrong_key(
    hass: HomeAssistant,
    target: Target,
    agent: str,
    entry: MockConfigEntry,
    set_data: Callable[..., Awaitable[bool]],
    streaming: bool,
) -> None:
    """A refused key has its own error and starts reauthentication."""
    wrong = Target(target.base_url, "sk-wrong", target.model)
    try:
        await _events(hass, wrong, stream=streaming)
    except InvalidAuthError:
        pass
    else:
        pytest.skip("the server takes any key")

    connection = ServerConnection(hass, wrong.data)
    assert not (
        await connection.async_connect()
        and await connection.async_try_model(target.model)
    )
    assert connection.error == "invalid_auth"

    if await set_data(api_key="sk-wrong"):
        # The server lists its models without a valid key
        result = await conversation.async_converse(
            hass, FRANCE, None, Context(), "en", agent
        )
        assert "refuses the API key" in result.response.speech["plain"]["speech"]
    else:
        assert entry.error_reason_translation_key == "invalid_auth"
    (flow,) = entry.async_get_active_flows(hass, {"reauth"})
    assert flow["handler"] == entry.domain
    assert await set_data(api_key=target.api_key)


@pytest.mark.parametrize("streaming", [True], ids=["streaming"], indirect=True)
async def test_connection_lost(
    say: Say, line: Line, set_data: Callable[..., Awaitable[bool]]
) -> None:
    """A connection lost during an answer keeps the partial answer; the next turn works."""
    assert await set_data(base_url=line.url)
    turn = await say(COUNT, listen=_once_long_enough(line.cut))
    is_long = len("".join(turn.deltas)) >= LONG_ENOUGH
    _of_model(turn, done=is_long, what="count")
    assert turn.error is not None
    assert line.host in turn.error
    # A text turn has the error only in its result, not as content.
    (item,) = turn.answers
    assert item.content is not None
    assert len(item.content) >= LONG_ENOUGH
    assert "".join(turn.deltas) == item.content

    again = await say(FRANCE, turn.result.conversation_id)
    _tells(again, "Paris")


async def test_retry_before_first_word(
    say: Say, line: Line, set_data: Callable[..., Awaitable[bool]], house: None
) -> None:
    """A connection lost before the first word is retried."""
    assert await set_data(base_url=line.url)
    task = asyncio.ensure_future(say(FRANCE))
    await line.in_use.wait()
    line.cut()
    turn = await task
    _tells(turn, "Paris")


async def test_server_down(
    say: Say, line: Line, set_data: Callable[..., Awaitable[bool]]
) -> None:
    """An unreachable server is reported, and used again once it is back."""
    assert await set_data(base_url=line.url)
    await line.close()
    turn = await say(FRANCE)
    assert turn.error is not None
    assert line.host in turn.error
    await line.open()
    again = await say(FRANCE, turn.result.conversation_id)
    _tells(again, "Paris")


async def test_cancelled(
    say: Say, line: Line, set_data: Callable[..., Awaitable[bool]], streaming: bool
) -> None:
    """A cancelled turn closes the connection; the next turn works."""
    assert await set_data(base_url=line.url)
    started = asyncio.Event()
    line.hung_up.clear()
    line.in_use.clear()
    # A short answer without streaming: some servers generate it to its end
    task = asyncio.ensure_future(
        say(COUNT if streaming else FRANCE, listen=_once_long_enough(started.set))
    )
    begun = asyncio.ensure_future((started if streaming else line.in_use).wait())
    await asyncio.wait({task, begun}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        begun.cancel()
        _of_model(task.result(), done=False, what="count")
    assert not line.hung_up.is_set()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(line.hung_up.wait(), 5)

    again = await say(FRANCE)
    _tells(again, "Paris")
