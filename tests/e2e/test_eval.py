"""Tests of the evaluation as a subprocess."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT
import json
import os
from pathlib import Path
import signal
import sys
from typing import Any

from testbed.replies import Answer, Body, Pause, Reply, say
from testbed.server import ModelServer

REPOSITORY = Path(__file__).parents[2]
ON, OFF, MISSED = "on-kitchen-lights", "off-ceiling-lights", "colour-kitchen-red"


async def start(*arguments: str, **environment: str) -> asyncio.subprocess.Process:
    """Start an evaluation with its output in a pipe."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "evaluation", *arguments),
        cwd=REPOSITORY,
        # What a shell starts in the background ignores Ctrl-C, with all of its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, **environment},
        stdout=PIPE,
        stderr=STDOUT,
    )


async def test_scripted(tmp_path: Path) -> None:
    """Both contestants run the same tasks; the table and the file say how it went."""
    file = tmp_path / "results.json"
    process = await start(
        *("--scripted", "--beside", "--verbose", "--json", str(file)),
        *("--task", ON, OFF, MISSED, "missing-bathroom", "timer-ten", "fact-cat"),
    )
    output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output
    results: dict[str, Any] = json.loads(file.read_text("utf-8"))
    assert results["model"] == results["server"] == "scripted"
    for name in ("ours", "llama_cpp"):
        contestant = results["contestants"][name]
        passed = {task["id"]: task["passed"] for task in contestant["tasks"]}
        assert passed[ON], output
        assert passed[OFF], output
        assert passed["missing-bathroom"], output
        assert not passed[MISSED]
        assert contestant["summary"]["all"]["tasks"] == 6
        first = contestant["tasks"][0]
        tools = [call["tool"].rpartition("__")[2] for call in first["calls"]]
        assert tools == ["HassTurnOn"]
        assert 0 < first["first"] <= first["end"]
        assert first["prompt"] > 500
        assert first["completion"] > 0
        assert f"{name:<9}  passed" in output
    assert "miss    light.kitchen_lights: hue is None" in output
    assert "first word, s" in output
    assert "a fact told and asked" in output


def stuck(body: Body) -> Answer:
    """Return an answer that does not end to two of the tasks, and one to the others."""
    said = str(body["messages"][-1])
    if "Turn on the kitchen lights" in said or "40 percent" in said:
        return Reply([Pause(3600)])
    return say("Hello", " there.")


async def test_time_limit_and_interrupt() -> None:
    """A turn without an end is a miss, the run goes on, and Ctrl-C prints the table."""
    async with ModelServer(stuck) as server:
        process = await start(
            *("--time-limit", "3", "--verbose", "--task", ON, OFF, "level-kitchen-40"),
            OPENAI_BASE_URL=server.base_url,
            OPENAI_MODEL="scripted",
        )
        assert process.stdout
        lines: list[str] = []
        async for line in process.stdout:
            lines.append(line.decode())
            if OFF in lines[-1]:
                process.send_signal(signal.SIGINT)
                break
        rest = (await process.communicate())[0].decode()
    printed = "".join(lines) + rest
    assert process.returncode == 130, printed
    assert "miss    failed: " in printed
    assert f"ours       missed     3.0 s  {ON}" in printed
    assert "0 of 2" in rest, printed
    assert "level-kitchen-40" not in printed


async def test_no_server() -> None:
    """Without a server the command says what is missing."""
    process = await start(OPENAI_BASE_URL="")
    output = (await process.communicate())[0].decode()
    assert process.returncode == 2
    assert "OPENAI_BASE_URL is not set" in output


async def test_memory(tmp_path: Path) -> None:
    """Dialogues are played and judged; the table has a row for each ability."""
    file = tmp_path / "results.json"
    process = await start(
        *("memory", "--scripted", "--verbose", "--json", str(file)),
        *("--dialogue", "en-once-cat", "en-once-spare-key", "de-when-opa"),
        "en-unknown-dog",
    )
    output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output
    results: dict[str, Any] = json.loads(file.read_text("utf-8"))
    tasks = results["contestants"]["ours"]["tasks"]
    assert {task["id"]: task["passed"] for task in tasks} == {
        "en-once-cat": True,
        "en-once-spare-key": True,
        "en-unknown-dog": True,
        "de-when-opa": True,
    }, output
    assert "4 questions with the model scripted" in output
    assert "said once" in output
    assert "when it was" in output
