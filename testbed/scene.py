"""A step of the demo's conversation: it is said, shown while it happens, and checked."""

import json
from typing import Any

from .demo_steps import Outcome, Step, brightness_of
from .house import EXPOSED, states
from .talk import Heard, TurnResult, talk
from .terminal import BOLD, CYAN, DIM, GREEN, RED, Terminal
from .websocket import Client, Message

LONGEST_RESULT = 200


class Scene:
    """A conversation over one pipeline, written on terminal as it goes."""

    def __init__(self, client: Client, pipeline: str, terminal: Terminal) -> None:
        """Initialize before the first word."""
        self._client = client
        self._pipeline = pipeline
        self._paper = terminal
        self._conversation_id: str | None = None
        self._speaking = False

    async def play(self, step: Step) -> list[str]:
        """Play a step; return what should be true after it and is not."""
        terminal = self._paper
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
            on_heard=self._hear,
        )
        self._conversation_id = turn.conversation_id
        self._finish(turn)
        after = await states(self._client)
        for entity_id in EXPOSED:
            then, now = _brief(before[entity_id]), _brief(after[entity_id])
            if then != now:
                terminal.line("", f"{entity_id}: {then} -> {now}", BOLD)
        terminal.line("", _timing(turn), DIM)
        outcome = Outcome(turn, before, after)
        missing = [check.says for check in step.checks if not check.holds(outcome)]
        for what in missing:
            terminal.line("not seen", what, RED, RED)
        terminal.blank()
        return missing

    def _hear(self, heard: Heard) -> None:
        """Write what comes while a turn lasts."""
        if isinstance(heard, str):
            if not self._speaking:
                self._speaking = True
                self._paper.begin("Assistant", GREEN)
                heard = heard.lstrip()
            self._paper.say(heard)
            return
        self._pause()
        if heard.answered:
            style = "" if heard.good else RED
            self._paper.line("  result", _short(heard.result), style)
        else:
            self._paper.line("  calls", f"{heard.name} {_json(heard.arguments)}")

    def _pause(self) -> None:
        """End the line of who is speaking."""
        if self._speaking:
            self._speaking = False
            self._paper.end()

    def _finish(self, turn: TurnResult) -> None:
        """End a turn, with what was not yet shown of it."""
        self._pause()
        if turn.error:
            self._paper.line("Error", turn.error, RED, RED)
        elif turn.answer and not turn.words:
            self._paper.line("Assistant", turn.answer, "", GREEN)
        if turn.listens_again:
            self._paper.line("  listens", "The microphone opens for your answer.", BOLD)
        elif turn.asks:
            self._paper.line("", "The microphone stays closed: nobody has to answer.")


def _timing(turn: TurnResult) -> str:
    """Return how long a turn took."""
    if turn.first_word is None:
        return f"no word streamed, over after {turn.seconds:.2f} s"
    return f"first word after {turn.first_word:.2f} s, all after {turn.seconds:.2f} s"


def _brief(state: Message) -> str:
    """Return a state, with the brightness of a light."""
    percent = brightness_of(state)
    return f"{state['state']} ({percent} %)" if percent else f"{state['state']}"


def _short(result: Any) -> str:
    """Return what a tool said, on few lines."""
    full = _full(result)
    text = " ".join((full if isinstance(full, str) else _json(full)).split())
    return text if len(text) <= LONGEST_RESULT else f"{text[:LONGEST_RESULT]} ..."


def _full(value: Any) -> Any:
    """Return a value without what is empty in it."""
    if isinstance(value, list):
        return [_full(item) for item in value]
    if not isinstance(value, dict):
        return value
    full = {k: _full(v) for k, v in value.items() if v not in ({}, [], "", None)}
    return full["result"] if list(full) == ["result"] else full


def _json(value: Any) -> str:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=False)
