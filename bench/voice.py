"""Latency of a spoken turn, from the end of the speech to the first audio of the answer.

Home Assistant and its speech servers are real, and so is the model if `OPENAI_BASE_URL`
names one. The words are spoken in real time, so that Home Assistant has to notice the
silence after them. The audio is not encoded, because there is a stand-in for ffmpeg.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
import tempfile

from testbed.assistant import add_agent, end_session
from testbed.demo import Target
from testbed.ffmpeg import stand_in
from testbed.hass import Hass
from testbed.house import furnish
from testbed.rules import model
from testbed.server import ModelServer
from testbed.speech_servers import is_installed, speech_servers
from testbed.spoken_turn import add_spoken_voice
from testbed.voice import device_of

from .measure import tell
from .table import Spread

ROUNDS = 7
LIGHT = "light.bed_light"
"""Entity that is switched, and whose device serves as the satellite."""

ANSWER = "an answer"
SENTENCES = {
    ANSWER: "Tell me something nice.",
    "a command": "Turn on the bed light.",
}

STEPS = {
    "silence": "silence noticed",
    "recognized": "words recognized",
    "thought": "first thought",
    "token": "first token of the answer",
    "sentence": "first sentence of the answer",
    "audio": "first audio of the answer",
}
"""Titles of the steps, by their names in `VoiceTimes`."""

MOST = 0.5
"""Goal: maximum seconds from the words to the first sentence of the scripted model.

It has nine words, one every 30 ms.
"""

type Waits = list[dict[str, float]]
"""Seconds from the end of the speech to each step, of some turns."""


@asynccontextmanager
async def _target() -> AsyncGenerator[Target]:
    """Yield the server that the environment names, else a scripted one."""
    if named := Target.from_environment():
        yield named
    else:
        async with ModelServer(model) as server:
            yield Target(server.base_url, scripted=True)


async def _measure(work: Path) -> tuple[Target, dict[str, Waits]]:
    """Return the model server, and the waits of the turns of each kind."""
    waits: dict[str, Waits] = {kind: [] for kind in SENTENCES}
    async with (
        _target() as target,
        speech_servers() as servers,
        Hass(extra=stand_in(work)) as hass,
        hass.client() as client,
    ):
        await furnish(client)
        agent = await add_agent(
            client, target.base_url, api_key=target.api_key, model=target.model
        )
        device = await device_of(client, LIGHT)
        speech = {
            kind: await servers.synthesize(text) for kind, text in SENTENCES.items()
        }
        async with add_spoken_voice(
            hass.url, agent.entity_id, servers, device_id=device
        ) as voice:
            for number in range(ROUNDS + 1):
                for kind, sound in speech.items():
                    await end_session(client, agent.entry_id)
                    await client.call("light.turn_off", LIGHT)
                    turn = await voice.say(sound)
                    # The first round is a warm-up.
                    if number:
                        waits[kind].append(turn.times.waits)
    return target, waits


def table(waits: Mapping[str, Sequence[Mapping[str, float]]]) -> list[str]:
    """Return lines with the seconds of each step, by itself and from the beginning.

    A step is left out if it did not happen in all turns of a kind.
    """
    cells: dict[str, list[str]] = {title: [] for title in STEPS.values()}
    for turns in waits.values():
        before = [0.0] * len(turns)
        for name, title in STEPS.items():
            if not all(name in turn for turn in turns):
                cells[title] += ["", ""]
                continue
            now = [turn[name] for turn in turns]
            steps = [b - a for a, b in zip(before, now, strict=True)]
            cells[title] += [str(Spread.of(steps)), str(Spread.of(now))]
            before = now
    lines = [["", *(head for kind in waits for head in (kind, "in all"))]]
    lines += [[title, *row] for title, row in cells.items() if any(row)]
    widths = [max(map(len, column)) + 3 for column in zip(*lines, strict=True)]
    return [
        "".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    ]


def run() -> bool:
    """Print the latency by steps; return whether the goal was met."""
    if not is_installed():
        tell("Voice: not measured, there are no speech servers (script/setup --speech)")
        return True
    with tempfile.TemporaryDirectory() as work:
        target, waits = asyncio.run(_measure(Path(work)))
    name = "the scripted model" if target.scripted else target.base_url
    tell(f"A spoken turn with {name}, seconds from the end of the speech")
    tell("  medians, and the quarters around them; each step, and all steps up to it")
    for line in table(waits):
        tell(f"  {line}")
    if not target.scripted:
        return True
    took = median(turn["sentence"] - turn["recognized"] for turn in waits[ANSWER])
    is_met = took <= MOST
    verdict = "met" if is_met else "MISSED"
    tell(f"  from the words to a sentence: {took:.2f}, goal: at most {MOST}: {verdict}")
    return is_met
