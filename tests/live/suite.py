"""The integration against a real server, which the environment names.

    OPENAI_BASE_URL=http://127.0.0.1:8080/v1 script/test live

`OPENAI_API_KEY` is the key if the server wants one, `OPENAI_MODEL` the model if it
is not the first that the server lists. `HASS_VERSION` is the Home Assistant to test,
the latest supported one if it is not set.

What is asked makes sense to any model that can call tools. Behind it stands what a
scripted model is to answer, for those who have one: `@@` begins a further answer,
`&&` a further part of one; a part is `call:TOOL {arguments}`, `think:TEXT`,
`loop:TEXT` (said without end), or text.

Any llama.cpp server that was started with `--jinja` and a model that can call tools
will do, with or without `--api-key KEY`:

    llama-server --jinja -m MODEL.gguf --port 8080 --api-key KEY

LiteLLM in front of it needs a `config.yaml` that names it:

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

The house has a prompt of some 10,000 tokens where each byte is one, so a context of
32,768 is enough for all of it.

This module is not named as tests are, so that nobody asks a server by accident.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.openai_compatible_conversation.completions.errors import (
    InvalidAuthError,
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

from .conftest import Heard, Say, Target
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
"""More than any model that one has at home takes in."""

SCRIPTED = "Say: Hello from the script. @@ Hello from the script."
HEARD_ENOUGH = 40
"""Characters after which something happens in the middle of an answer."""


async def _events(hass: HomeAssistant, target: Target, *, stream: bool) -> list[Event]:
    """Return the events of an answer that the client alone was asked for."""
    client = await async_create_client(hass, target.data)
    body = build_body(target.model, [UserMessage(SCRIPTED)], stream=stream)
    return [event async for event in client.stream(body)]


def _text(events: list[Event]) -> str:
    """Return what an answer says."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def _tool_results(heard: Heard) -> list[conversation.ToolResultContent]:
    """Return what the tools said in a turn."""
    return [
        item
        for item in heard.content
        if isinstance(item, conversation.ToolResultContent)
    ]


def _is_on(hass: HomeAssistant, *entity_ids: str) -> bool:
    """Return whether all these lights are on."""
    states = [hass.states.get(entity_id) for entity_id in entity_ids]
    return all(state is not None and state.state == "on" for state in states)


def _when_enough(act: Callable[[], None]) -> Callable[[str], None]:
    """Return what listens to an answer, and acts in the middle of it."""

    def listen(said: str) -> None:
        if len(said) >= HEARD_ENOUGH:
            act()

    return listen


async def test_can_be_set_up(hass: HomeAssistant, target: Target) -> None:
    """The forms take the server and its model."""
    probe = ServerConnection(hass, target.data)
    assert await probe.async_connect(), (probe.error, probe.detail)
    assert target.model in probe.models
    assert await probe.async_try_model(target.model), (probe.error, probe.detail)


async def test_usage(hass: HomeAssistant, target: Target, streaming: bool) -> None:
    """An answer ends with what it cost and why it ended."""
    events = await _events(hass, target, stream=streaming)
    assert "ello" in _text(events)
    (usage,) = (event for event in events if isinstance(event, TokenUsage))
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert 0 <= usage.cached_tokens <= usage.prompt_tokens
    assert events[-1] == Finished("stop")


async def test_answer(say: Say, house: None) -> None:
    """A question is answered, and so is the next one of the conversation."""
    heard = await say(FRANCE)
    assert heard.error is None
    assert "Paris" in heard.speech
    again = await say(
        "And of Italy? @@ The capital of Italy is Rome.",
        heard.result.conversation_id,
    )
    assert again.error is None
    assert "Rome" in again.speech


async def test_acts(hass: HomeAssistant, say: Say, house: None) -> None:
    """A call changes the house, and an answer follows."""
    heard = await say(LAMP)
    assert heard.error is None
    assert _is_on(hass, "light.lamp")
    assert heard.speech
    assert any(not result.result.error for result in _tool_results(heard))
    assert heard.answers[-1].tool_calls is None

    # What was called and what came of it is history that the server takes
    again = await say(FRANCE, heard.result.conversation_id)
    assert again.error is None
    assert "Paris" in again.speech


async def test_parallel_calls(hass: HomeAssistant, say: Say, house: None) -> None:
    """Calls that come in one answer are all made, and all are answered."""
    heard = await say(BOTH)
    assert heard.error is None
    assert _is_on(hass, "light.lamp", "light.desk")
    called = [call.id for answer in heard.answers for call in answer.tool_calls or ()]
    assert len(called) == len(set(called))
    assert sorted(called) == sorted(
        result.tool_call_id for result in _tool_results(heard)
    )


async def test_reasoning_is_not_spoken(
    hass: HomeAssistant, target: Target, say: Say, house: None, streaming: bool
) -> None:
    """What the model thinks is kept, and not said."""
    heard = await say(THINK)
    assert heard.error is None
    assert "42" in heard.speech
    assert "think>" not in "".join(heard.deltas)
    if heard.thoughts:
        assert heard.thoughts not in "".join(heard.deltas)
    hello = _text(await _events(hass, target, stream=streaming))
    if hello == "Hello from the script.":
        # A scripted model always thinks when it is told to
        assert heard.thoughts.strip() == "Six sevens make forty-two."
        assert heard.speech.strip() == "It is 42."


async def test_reasoning_and_calls(hass: HomeAssistant, say: Say, house: None) -> None:
    """What the model thinks before it calls goes back to it with the call."""
    heard = await say(THINK_AND_ACT)
    assert heard.error is None
    assert _is_on(hass, "light.lamp")
    assert "think>" not in "".join(heard.deltas)
    again = await say(FRANCE, heard.result.conversation_id)
    assert again.error is None
    assert "Paris" in again.speech


async def test_too_long(say: Say, house: None) -> None:
    """Too long a prompt is an error that says so, and the next turn works."""
    heard = await say(TOO_LONG + FRANCE)
    assert heard.error is not None
    assert "more than the model of" in heard.error
    # Home Assistant keeps in a conversation what was said, so this is another one
    again = await say(FRANCE)
    assert again.error is None
    assert "Paris" in again.speech


async def test_wrong_key(
    hass: HomeAssistant,
    target: Target,
    agent: str,
    entry: MockConfigEntry,
    set_data: Callable[..., Awaitable[bool]],
    streaming: bool,
) -> None:
    """A key that the server refuses is an error of its own, and a new one is asked for."""
    wrong = Target(target.base_url, "sk-wrong", target.model)
    try:
        await _events(hass, wrong, stream=streaming)
    except InvalidAuthError:
        pass
    else:
        pytest.skip("the server takes any key")

    probe = ServerConnection(hass, wrong.data)
    assert not (
        await probe.async_connect() and await probe.async_try_model(target.model)
    )
    assert probe.error == "invalid_auth"

    if await set_data(api_key="sk-wrong"):
        # The list of models is for everybody
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
async def test_killed_in_the_middle(
    say: Say, line: Line, set_data: Callable[..., Awaitable[bool]]
) -> None:
    """Where the server dies while it speaks, what was said stays; the next turn works."""
    assert await set_data(base_url=line.url)
    heard = await say(COUNT, listen=_when_enough(line.cut))
    assert heard.error is not None
    assert line.host in heard.error
    # The error is the result, and is not said besides to who reads it.
    (said,) = heard.answers
    assert said.content is not None
    assert len(said.content) >= HEARD_ENOUGH
    assert "".join(heard.deltas) == said.content

    again = await say(FRANCE, heard.result.conversation_id)
    assert again.error is None
    assert "Paris" in again.speech


async def test_killed_before_the_first_word(
    say: Say, line: Line, set_data: Callable[..., Awaitable[bool]], house: None
) -> None:
    """Where the connection breaks before that, the server is asked again."""
    assert await set_data(base_url=line.url)
    turn = asyncio.ensure_future(say(FRANCE))
    await line.in_use.wait()
    line.cut()
    heard = await turn
    assert heard.error is None
    assert "Paris" in heard.speech


async def test_down_for_a_while(
    say: Say, line: Line, set_data: Callable[..., Awaitable[bool]]
) -> None:
    """A server that is not there is told of, and is found again."""
    assert await set_data(base_url=line.url)
    await line.close()
    heard = await say(FRANCE)
    assert heard.error is not None
    assert line.host in heard.error
    await line.open()
    again = await say(FRANCE, heard.result.conversation_id)
    assert again.error is None
    assert "Paris" in again.speech


async def test_cancelled(
    say: Say, line: Line, set_data: Callable[..., Awaitable[bool]], streaming: bool
) -> None:
    """A turn that is cancelled hangs up, so that the server stops; the next one works."""
    assert await set_data(base_url=line.url)
    begun = asyncio.Event()
    line.hung_up.clear()
    line.in_use.clear()
    # A short answer where it comes whole: some servers write it to its end
    turn = asyncio.ensure_future(
        say(COUNT if streaming else FRANCE, listen=_when_enough(begun.set))
    )
    await (begun if streaming else line.in_use).wait()
    assert not line.hung_up.is_set()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    await asyncio.wait_for(line.hung_up.wait(), 5)

    again = await say(FRANCE)
    assert again.error is None
    assert "Paris" in again.speech
