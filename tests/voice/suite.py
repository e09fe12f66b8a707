"""Turns with real speech, from the voice of a user to what is heard of the answer.

    script/test voice
    OPENAI_BASE_URL=http://127.0.0.1:8080/v1 script/test voice

Piper says the sentences of a user, Whisper recognizes them in the Assist pipeline, the
model answers, Piper speaks the answer, and Whisper is asked what was heard of it. The
model is the one that `OPENAI_BASE_URL` names (`OPENAI_API_KEY` and `OPENAI_MODEL` as for
`script/test live`), or the scripted one of the demo. A real model may not do what was
said: then the test is reported as `xfailed`, with the commands that went wrong.

The voice is always the same, and so is what is recognized of it: the tiny Whisper makes
no error in the commands, and few in the answers. The bounds leave room for another
processor, on which the models may compute slightly different numbers.

The name of this module keeps it from being collected with the other tests.
"""

import asyncio
from contextlib import suppress

import pytest

from testbed.assistant import Agent, end_session
from testbed.demo import Target
from testbed.hass import claim_port
from testbed.house import states
from testbed.replies import Pause, chunk, raw, say
from testbed.speech_servers import SpeechServers
from testbed.spoken_turn import SpokenTurn, SpokenVoice
from testbed.websocket import Client
from testbed.word_errors import compared_words, word_error_rate
from tests.e2e.test_demo import demo, output

from .commands import COMMANDS, Command
from .conftest import ScriptedModel

pytestmark = pytest.mark.timeout(3600)
"""In seconds, for a large model without a GPU, and a processor that others use, too."""

MOST_ERRORS = 0.2
"""Maximum word error rate."""
MOST_SECONDS = 5
"""Seconds in which a state is to change after the answer."""

STORY = (
    "The evening is quiet. ",
    "All the lights in the kitchen are on. ",
    "It is warm in the living room, and the front door is locked. ",
    "Nobody is in the garden.",
)
PAUSE = 1.0
"""Seconds between two sentences of the story."""
THOUGHT = "Elephants live in Africa, and they eat bananas."
ANSWER = "The heating is off in the bedroom."


@pytest.mark.parametrize("is_one_session", [False, True], ids=["apart", "in_a_row"])
async def test_commands(
    voice: SpokenVoice,
    speech: SpeechServers,
    client: Client,
    agent: Agent,
    target: Target,
    capsys: pytest.CaptureFixture[str],
    *,
    is_one_session: bool,
) -> None:
    """Spoken commands are obeyed, and what is heard is what was to be said.

    A model may do better if no other command was said in the minutes before.
    """
    commands: list[tuple[str, str]] = []
    answers: list[tuple[str, str]] = []
    wrong: list[str] = []
    for command in COMMANDS:
        await _prepare(client, command)
        if not is_one_session:
            await end_session(client, agent.entry_id)
        turn = await voice.say(await speech.synthesize(command.say))
        is_done = await _is_done(client, command)
        heard = await speech.recognize(turn.sound)
        commands.append((command.say, turn.recognized))
        answers.append((turn.answer, heard))
        if not is_done:
            wrong.append(f"{turn.recognized} {turn.answer}")
        with capsys.disabled():
            _tell(command, turn, heard, is_done=is_done)
    errors = word_error_rate(commands), word_error_rate(answers)
    with capsys.disabled():
        print(  # noqa: T201  The result of the test is a number, too.
            f"\n{len(COMMANDS) - len(wrong)} of {len(COMMANDS)} commands are done. "
            f"Word error rate of the commands: {errors[0]:.1%}, "
            f"of the answers: {errors[1]:.1%}"
        )
    assert errors[0] <= MOST_ERRORS, commands
    assert errors[1] <= MOST_ERRORS, answers
    if wrong and not target.scripted:
        pytest.xfail(f"The model did not do {len(wrong)}: {'; '.join(wrong)}")
    assert not wrong


async def test_long_answer(
    scripted_voice: SpokenVoice, speech: SpeechServers, scripted: ScriptedModel
) -> None:
    """A long answer is heard from its first sentence on, while it is still written."""
    pauses = [Pause(PAUSE)] * len(STORY)
    question = await speech.synthesize("How is the evening?")
    steps = (step for pair in zip(STORY, pauses, strict=True) for step in pair)
    scripted.answer = say(*steps)
    turn = await scripted_voice.say(question)
    assert turn.answer == "".join(STORY)
    heard = await speech.recognize(turn.sound)
    assert word_error_rate([(turn.answer, heard)]) <= MOST_ERRORS, heard
    times = turn.times
    assert times.silence is not None
    assert times.recognized is not None
    assert times.token is not None
    assert times.sentence is not None
    assert times.audio is not None
    assert times.thought is None
    assert (
        times.speech_end
        < times.silence
        < times.recognized
        < times.token
        <= times.sentence
        < times.audio
    )


async def test_thoughts_are_not_spoken(
    scripted_voice: SpokenVoice, speech: SpeechServers, scripted: ScriptedModel
) -> None:
    """What a model thinks is not heard, and its first thought is no answer."""
    question = await speech.synthesize("Is the heating on in the bedroom?")
    scripted.answer = raw(
        chunk({"role": "assistant", "reasoning_content": THOUGHT}),
        Pause(PAUSE),
        chunk({"content": ANSWER}, "stop"),
    )
    turn = await scripted_voice.say(question)
    heard = await speech.recognize(turn.sound)
    assert word_error_rate([(ANSWER, heard)]) <= MOST_ERRORS, heard
    assert not {"elephants", "bananas"} & set(compared_words(heard))
    times = turn.times
    assert times.recognized is not None
    assert times.thought is not None
    assert times.token is not None
    assert times.recognized < times.thought < times.token
    # It is the answer whose time is taken, which the model thought for.
    assert times.token - times.recognized >= PAUSE / 2


async def test_demo() -> None:
    """The demo speaks on request, and what it says is heard."""
    # Not with the server that the environment names.
    async with demo(
        *("--once", "--speech", "--port", str(claim_port())), OPENAI_BASE_URL=""
    ) as process:
        printed = await output(process)
        assert await process.wait() == 0, printed
    spoken = printed.partition("With real speech")[2]
    assert "heard    turn on the kitchen lights." in spoken.casefold()
    assert "intent__HassTurnOff {'name': 'Bed Light'}" in spoken
    assert "after the last word: understood" in spoken


async def _prepare(client: Client, command: Command) -> None:
    """Bring the entities of a command into another state."""
    action, data = command.before
    for entity_id in command.after:
        await client.call(action, entity_id, **data)


async def _is_done(client: Client, command: Command) -> bool:
    """Return whether the entities are soon in the state that the command asks for."""
    with suppress(TimeoutError):
        async with asyncio.timeout(MOST_SECONDS):
            while True:
                now = await states(client)
                if all(holds(now[name]) for name, holds in command.after.items()):
                    return True
                await asyncio.sleep(0.1)
    return False


def _tell(command: Command, turn: SpokenTurn, heard: str, *, is_done: bool) -> None:
    """Print a turn."""
    waits = "  ".join(f"{name} {wait:.2f}" for name, wait in turn.times.waits.items())
    print(  # noqa: T201  Nothing else shows what was heard.
        f"\n{command.say}"
        f"\n  recognized {turn.recognized}"
        f"\n  calls      {', '.join(turn.calls)}"
        f"\n  answer     {turn.answer}"
        f"\n  heard      {heard}"
        f"\n  {'done' if is_done else 'NOT DONE'}; "
        f"seconds from the end of the speech: {waits}"
    )
