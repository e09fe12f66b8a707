"""Runs the steps of the demo: says a text, shows the turn and checks the outcome."""

from collections.abc import Iterable
import json
from typing import Any

from .assistant import add_pipeline, agent_of, entries_of
from .demo_steps import Outcome, Step, brightness_of
from .house import EXPOSED, states
from .talk import TurnEvent, TurnResult, talk
from .terminal import BOLD, CYAN, DIM, GREEN, RED, Terminal
from .websocket import Client, Message

LONGEST_RESULT = 200
PIPELINE = "Demo"


class Scene:
    """A conversation over one Assist pipeline, written to a terminal."""

    def __init__(self, client: Client, pipeline: str, terminal: Terminal) -> None:
        """Initialize a conversation without a turn."""
        self._client = client
        self._pipeline = pipeline
        self._terminal = terminal
        self._conversation_id: str | None = None
        self._speaking = False

    async def play(self, step: Step) -> list[str]:
        """Play a step; return the descriptions of its failed checks."""
        terminal = self._terminal
        before = await states(self._client)
        if step.elsewhere:
            terminal.line("", "In another room, in a conversation of its own:", DIM)
            self._conversation_id = None
        terminal.line("You", step.say, BOLD, CYAN)
        turn = await talk(
            self._client,
            step.say,
            pipeline=self._pipeline,
            conversation_id=self._conversation_id,
            on_event=self._show,
        )
        self._conversation_id = turn.conversation_id
        self._finish(turn)
        after = await states(self._client)
        for entity_id in EXPOSED:
            then, now = _state_text(before[entity_id]), _state_text(after[entity_id])
            if then != now:
                terminal.line("", f"{entity_id}: {then} -> {now}", BOLD)
        terminal.line("", _timing(turn), DIM)
        outcome = Outcome(turn, before, after)
        missing = [check.says for check in step.checks if not check.holds(outcome)]
        for description in missing:
            terminal.line("not seen", description, RED, RED)
        terminal.blank()
        return missing

    def _show(self, event: TurnEvent) -> None:
        """Write a part of the answer, a tool call or a tool result."""
        if isinstance(event, str):
            if not self._speaking:
                self._speaking = True
                self._terminal.begin("Assistant", GREEN)
                event = event.lstrip()
            self._terminal.say(event)
            return
        self._end_answer()
        if event.answered:
            style = "" if event.good else RED
            self._terminal.line("  result", _short(event.result), style)
        else:
            self._terminal.line("  calls", f"{event.name} {_json(event.arguments)}")

    def _end_answer(self) -> None:
        """End the line of the answer, if one is open."""
        if self._speaking:
            self._speaking = False
            self._terminal.end()

    def _finish(self, turn: TurnResult) -> None:
        """Write the end of a turn: its error, or an answer that was not streamed."""
        self._end_answer()
        if turn.error:
            self._terminal.line("Error", turn.error, RED, RED)
        elif turn.answer and not turn.words:
            self._terminal.line("Assistant", turn.answer, "", GREEN)
        if turn.continue_conversation:
            self._terminal.line(
                "  listens", "The microphone opens for your answer.", BOLD
            )
        elif turn.has_question:
            self._terminal.line(
                "", "The microphone stays closed: nobody has to answer."
            )


async def play(
    client: Client, steps: Iterable[Step], terminal: Terminal, *, scripted: bool
) -> list[str]:
    """Play steps with the agent of the only entry; return their failed checks.

    Those that only the scripted model is expected to pass are left out without it.
    """
    (entry,) = await entries_of(client)
    agent = await agent_of(client, entry["entry_id"])
    scene = Scene(client, await add_pipeline(client, agent, PIPELINE), terminal)
    return [
        failed
        for step in steps
        if scripted or not step.scripted
        for failed in await scene.play(step)
    ]


def _timing(turn: TurnResult) -> str:
    """Return the latency and the duration of a turn as text."""
    if turn.first_word is None:
        return f"no word streamed, over after {turn.seconds:.2f} s"
    return f"first word after {turn.first_word:.2f} s, all after {turn.seconds:.2f} s"


def _state_text(state: Message) -> str:
    """Return a state, with the brightness of a light."""
    percent = brightness_of(state)
    return f"{state['state']} ({percent} %)" if percent else f"{state['state']}"


def _short(result: Any) -> str:
    """Return a tool result, shortened."""
    full = _without_empty(result)
    text = " ".join((full if isinstance(full, str) else _json(full)).split())
    return text if len(text) <= LONGEST_RESULT else f"{text[:LONGEST_RESULT]} ..."


def _without_empty(value: Any) -> Any:
    """Return a value without empty values in it."""
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    if not isinstance(value, dict):
        return value
    full = {
        k: _without_empty(v) for k, v in value.items() if v not in ({}, [], "", None)
    }
    return full["result"] if list(full) == ["result"] else full


def _json(value: Any) -> str:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False)
