"""Turns from sound to sound: what a voice is given to say, and when."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from testbed.assistant import agent_of
from testbed.hass import Hass
from testbed.replies import Abort, Call, Pause, chunk, raw, say
from testbed.request_view import words
from testbed.server import ModelServer
from testbed.voice import FRAME, FRAMES, Voice, add_voice, device_of, listen
from testbed.websocket import Client
from testbed.wyoming import SOUND

from .agent import Agent

LIGHT = "light.bed_light"
SLOW = "script.wait_for_light"
SOON = 20

BEGINNING = (
    *("<th", "ink>The user wants to", " know it all.</thi", "nk>\n\n"),
    *("## Your ev", "ening\n\n", "The **liv", "ing room** is at 21.5 °C \U0001f321"),
    *("\ufe0f, and the [fore", "cast](https://example.org/in_(Delft"),
    *(")) says *ra", "in*. "),
)
END = (
    *("☔ Here is", " what I would do:\n\n", "- Close the `kitchen", " window`\n"),
    *("- Turn off 2 * 3", " lights \U0001f4a1\n\nShall I do that", "? [CONT"),
    *("INUE_LIS", "TENING]<|im_", "end|>"),
)
SPOKEN = (
    "Your evening.\n"
    "The living room is at 21.5 °C, and the forecast says rain. "
    "Here is what I would do:\n"
    "Close the kitchen window.\n"
    "Turn off 2 * 3 lights.\n"
    "Shall I do that?"
)
LONG = "Your house has a great many rooms, and each of them has a lamp."
LONG_QUESTION = f"{LONG} Which one?"


async def test_speech_begins_at_once(voice: Voice, server: ModelServer) -> None:
    """A long answer is heard before it is written, and nothing of it but its words."""
    rest = asyncio.Event()
    server.script(say(*BEGINNING, Pause(rest), *END))
    async with asyncio.timeout(SOON), voice.begin("How is the evening?") as run:
        await run.until_speech()
        async with listen(run.url) as sound:
            head = await sound.readuntil(SOUND)
            early = await voice.mouth.until(lambda s: "rain" in s.text)
            assert SPOKEN.startswith(early.text)
            (request,) = server.completions
            assert not request.sent.is_set()
            rest.set()
            await run.finish()
            heard = head + await sound.read()

    assert words(request.body["messages"][-1]["content"]) == "How is the evening?"
    assert voice.ears.heard == FRAMES * len(FRAME)
    (synthesis,) = voice.mouth.syntheses
    assert synthesis.streamed
    assert synthesis.text == SPOKEN
    assert heard.endswith(len(synthesis.pieces) * SOUND)
    assert run.answer == SPOKEN
    assert run.listens_again


async def test_markup_is_shown(agent: Agent, server: ModelServer) -> None:
    """Who reads the answer has its markup; thoughts and tokens are for nobody."""
    server.script(say(*BEGINNING, *END))
    turn = await agent.say("How is the evening?")
    assert turn.answer.startswith("## Your evening\n\nThe **living room** is")
    assert turn.answer.rstrip().endswith("lights \U0001f4a1\n\nShall I do that?")
    assert turn.listens_again


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize(
    ("words", "spoken", "listens"),
    [
        (("Which", " room? [CONT", "INUE_LISTENING]"), "Which room?", True),
        (("Who ", "knows?"), "Who knows?", False),
        (("It is ", "five."), "It is five.", False),
        ((LONG, " Which one?", "\n[CONTINUE", "_LISTENING]\n"), LONG_QUESTION, True),
        ((LONG, " Which", " one?"), LONG_QUESTION, False),
    ],
)
async def test_listens_again(
    voice: Voice,
    agent: Agent,
    server: ModelServer,
    words: tuple[str, ...],
    spoken: str,
    listens: bool,
    streaming: bool,
) -> None:
    """The microphone opens where the model asks for it, and not after a question mark."""
    if not streaming:
        await without_streaming(agent)
        server.forget()
    server.script(say(*words))
    async with asyncio.timeout(SOON):
        run = await voice.say("Turn on the lights")
    assert server.bodies[-1].get("stream", False) is streaming
    assert run.answer == spoken
    assert run.listens_again is listens
    (synthesis,) = voice.mouth.syntheses
    assert synthesis.text == spoken


async def test_whole_texts(
    hass_process: Hass, client: Client, agent: Agent, server: ModelServer
) -> None:
    """A voice that needs the whole answer gets it once it is there."""
    entity_id = await agent_of(client, agent.entry_id)
    device_id = await device_of(client, LIGHT)
    await agent.not_warmed()
    server.script(say(*BEGINNING, *END))
    async with (
        asyncio.timeout(SOON),
        add_voice(
            hass_process.url, entity_id, device_id=device_id, streaming=False
        ) as voice,
    ):
        run = await voice.say("How is the evening?")
        (synthesis,) = voice.mouth.syntheses
    assert not synthesis.streamed
    assert synthesis.text == SPOKEN
    assert run.listens_again


async def test_warmed_while_words_are_spoken(
    hass_process: Hass, client: Client, agent: Agent, server: ModelServer
) -> None:
    """The server takes in what is known as soon as somebody begins to speak."""
    entity_id = await agent_of(client, agent.entry_id)
    device_id = await device_of(client, "light.bed_light")
    async with add_voice(hass_process.url, entity_id, device_id=device_id) as voice:
        run = await voice.say("How is the evening?")
    assert run.answer == "Hello there."
    warm, real = server.bodies
    assert warm["max_tokens"] == 1
    assert warm["tools"] == real["tools"]
    assert warm["messages"][:-1] == real["messages"][:-1]


@pytest.mark.parametrize("stop", [".", ""])
async def test_tool_call(
    voice: Voice, server: ModelServer, client: Client, stop: str
) -> None:
    """What is said before a tool call and after it is spoken once, and apart."""
    await client.call("light.turn_off", LIGHT)
    call = Call("intent__HassTurnOn", {"name": "Bed Light"})
    server.script(say("Let me ", f"look{stop}", calls=[call]), say("It is ", "on."))
    async with asyncio.timeout(SOON):
        run = await voice.say("Turn on the bed light")
    assert (await client.state(LIGHT))["state"] == "on"
    (synthesis,) = voice.mouth.syntheses
    assert synthesis.text == "Let me look. It is on."
    assert not run.listens_again


async def test_slow_tool(voice: Voice, server: ModelServer, slow_tool: str) -> None:
    """What comes before a slow tool is heard while it works, and the rest after it."""
    server.script(
        say("Let me ", "look.", calls=[Call(slow_tool)]),
        say("It took ", "a while."),
    )
    async with asyncio.timeout(SOON), voice.begin("Wait for the light") as run:
        await run.until_speech()
        async with listen(run.url) as sound:
            await sound.readuntil(SOUND)
            early = await voice.mouth.until(lambda s: "look" in s.text)
            assert early.text.strip() == "Let me look."
            assert len(server.completions) == 1
            await voice.client.call("light.turn_on", LIGHT)
            await run.finish()
            await sound.read()
    assert len(server.completions) == 2
    (synthesis,) = voice.mouth.syntheses
    assert synthesis.text == "Let me look. It took a while."
    assert run.answer == "It took a while."


async def test_server_is_down(voice: Voice, server: ModelServer) -> None:
    """That the server is down is spoken."""
    await server.stop()
    async with asyncio.timeout(SOON):
        run = await voice.say("Hello")
    assert run.output["response"]["response_type"] == "error"
    assert f"127.0.0.1:{server.port}" in run.answer
    (synthesis,) = voice.mouth.syntheses
    assert synthesis.text == run.answer


async def test_connection_breaks_off(voice: Voice, server: ModelServer) -> None:
    """What was said of an answer that breaks off stays, and the error is spoken after it."""
    story = "Once upon a time there was a house in which all the lights were on"
    server.script(raw(chunk({"role": "assistant", "content": story}), Abort()))
    async with asyncio.timeout(SOON):
        run = await voice.say("Tell me a story")
    assert run.output["response"]["response_type"] == "error"
    assert f"127.0.0.1:{server.port}" in run.answer
    (synthesis,) = voice.mouth.syntheses
    assert synthesis.streamed
    assert synthesis.text == f"{story} {run.answer}"


@pytest.fixture
async def slow_tool(client: Client) -> AsyncGenerator[str]:
    """Return a tool that works until the bed light is on, which is off."""
    await client.call("light.turn_off", LIGHT)
    await expose(client, SLOW, exposed=True)
    yield "script__wait_for_light"
    await expose(client, SLOW, exposed=False)
    # A test that failed may have left it waiting.
    await client.call("light.turn_on", LIGHT)


async def expose(client: Client, entity_id: str, *, exposed: bool) -> None:
    """Let Assist see an entity, or hide it."""
    await client.command(
        "homeassistant/expose_entity",
        assistants=["conversation"],
        entity_ids=[entity_id],
        should_expose=exposed,
    )


async def without_streaming(agent: Agent) -> None:
    """Let the agent ask for whole answers."""
    flow = await agent.options()
    await flow.submit(
        chat_model="scripted",
        voice={
            "enable_streaming": False,
            "auto_continue_listening": False,
            "clean_speech": "auto",
        },
    )
    assert flow.step["type"] == "create_entry"
    await agent.loaded()
