"""Tests of voice turns: what reaches text to speech, and when."""

import asyncio

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


async def test_speech_is_streamed(voice: Voice, server: ModelServer) -> None:
    """A long answer is spoken while it streams, without reasoning and markup."""
    rest = asyncio.Event()
    server.script(say(*BEGINNING, Pause(rest), *END))
    async with asyncio.timeout(SOON), voice.begin("How is the evening?") as run:
        await run.until_speech()
        async with listen(run.url) as sound:
            head = await sound.readuntil(SOUND)
            early = await voice.tts.until(lambda s: "rain" in s.text)
            assert SPOKEN.startswith(early.text)
            (request,) = server.completions
            assert not request.sent.is_set()
            rest.set()
            await run.finish()
            heard = head + await sound.read()

    assert words(request.body["messages"][-1]["content"]) == "How is the evening?"
    assert voice.stt.received == FRAMES * len(FRAME)
    (synthesis,) = voice.tts.syntheses
    assert synthesis.streamed
    assert synthesis.text == SPOKEN
    assert heard.endswith(len(synthesis.pieces) * SOUND)
    assert run.answer == SPOKEN
    assert run.continue_conversation


async def test_text_keeps_markup(agent: Agent, server: ModelServer) -> None:
    """A text turn keeps the markup, without reasoning and special tokens."""
    server.script(say(*BEGINNING, *END))
    turn = await agent.say("How is the evening?")
    assert turn.answer.startswith("## Your evening\n\nThe **living room** is")
    assert turn.answer.rstrip().endswith("lights \U0001f4a1\n\nShall I do that?")
    assert turn.continue_conversation


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
async def test_continue_conversation(
    voice: Voice,
    agent: Agent,
    server: ModelServer,
    words: tuple[str, ...],
    spoken: str,
    listens: bool,
    streaming: bool,
) -> None:
    """The microphone opens after the marker, not after a question mark."""
    if not streaming:
        await without_streaming(agent)
        server.forget()
    server.script(say(*words))
    async with asyncio.timeout(SOON):
        run = await voice.say("Turn on the lights")
    assert server.bodies[-1].get("stream", False) is streaming
    assert run.answer == spoken
    assert run.continue_conversation is listens
    (synthesis,) = voice.tts.syntheses
    assert synthesis.text == spoken


async def test_tts_without_streaming(
    hass_process: Hass, client: Client, agent: Agent, server: ModelServer
) -> None:
    """Text to speech without streaming gets the whole answer at its end."""
    entity_id = await agent_of(client, agent.entry_id)
    device_id = await device_of(client, LIGHT)
    await agent.disable_prewarm()
    server.script(say(*BEGINNING, *END))
    async with (
        asyncio.timeout(SOON),
        add_voice(
            hass_process.url, entity_id, device_id=device_id, streaming=False
        ) as voice,
    ):
        run = await voice.say("How is the evening?")
        (synthesis,) = voice.tts.syntheses
    assert not synthesis.streamed
    assert synthesis.text == SPOKEN
    assert run.continue_conversation


async def test_prewarm(
    hass_process: Hass, client: Client, agent: Agent, server: ModelServer
) -> None:
    """Prewarming sends the prefix of the request while the user speaks."""
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
    """Texts before and after a tool call are spoken once, as two sentences."""
    await client.call("light.turn_off", LIGHT)
    call = Call("intent__HassTurnOn", {"name": "Bed Light"})
    server.script(say("Let me ", f"look{stop}", calls=[call]), say("It is ", "on."))
    async with asyncio.timeout(SOON):
        run = await voice.say("Turn on the bed light")
    assert (await client.state(LIGHT))["state"] == "on"
    (synthesis,) = voice.tts.syntheses
    assert synthesis.text == "Let me look. It is on."
    assert not run.continue_conversation


async def test_slow_tool(voice: Voice, server: ModelServer, slow_tool: str) -> None:
    """Where nothing can follow later, the text before a slow tool waits for it."""
    server.script(
        say("Let me ", "look.", calls=[Call(slow_tool)]),
        say("It took ", "a while."),
    )
    async with asyncio.timeout(SOON), voice.begin("Wait for the light") as run:
        # Home Assistant announces a call to the client once the tool is running.
        while (
            not (await run.until("intent-progress"))
            .get("chat_log_delta", {})
            .get("tool_calls")
        ):
            pass
        assert not voice.tts.syntheses
        assert len(server.completions) == 1
        await voice.client.call("light.turn_on", LIGHT)
        await run.finish()
        async with listen(run.url) as sound:
            await sound.read()
    assert len(server.completions) == 2
    (synthesis,) = voice.tts.syntheses
    assert synthesis.text == "Let me look. It took a while."
    assert run.answer == synthesis.text


async def test_server_down(voice: Voice, server: ModelServer) -> None:
    """The error for an unreachable server is spoken."""
    await server.stop()
    async with asyncio.timeout(SOON):
        run = await voice.say("Hello")
    assert run.output["response"]["response_type"] == "error"
    assert f"127.0.0.1:{server.port}" in run.answer
    (synthesis,) = voice.tts.syntheses
    assert synthesis.text == run.answer


async def test_connection_lost(voice: Voice, server: ModelServer) -> None:
    """After a lost connection the error is spoken after the partial answer."""
    story = "Once upon a time there was a house in which all the lights were on"
    server.script(raw(chunk({"role": "assistant", "content": story}), Abort()))
    async with asyncio.timeout(SOON):
        run = await voice.say("Tell me a story")
    assert run.output["response"]["response_type"] == "error"
    assert f"127.0.0.1:{server.port}" in run.answer
    (synthesis,) = voice.tts.syntheses
    assert synthesis.streamed
    assert synthesis.text == f"{story} {run.answer}"


async def without_streaming(agent: Agent) -> None:
    """Turn off streaming."""
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
    await agent.wait_until_loaded()
