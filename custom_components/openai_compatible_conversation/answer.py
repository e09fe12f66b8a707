"""One answer of the model, as the deltas that Home Assistant takes."""

from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass, field

from homeassistant.components import conversation
from homeassistant.helpers import llm

from .completions.errors import CompletionError
from .completions.events import Event, Finish, Reasoning, Text, ToolCall, Usage
from .speech.chain import Speech
from .speech.pieces import Listen, Piece, Say, Think, WrittenCall
from .speech.written import written_calls
from .tools.toolbox import Tools

type Delta = conversation.AssistantContentDeltaDict


@dataclass(slots=True)
class Answer:
    """What one request brought."""

    speech: Speech
    tools: Tools | None
    """What the model may call; calls of a model that may call nothing are passed over."""
    spoke: bool = False
    called: bool = False
    listen: bool = False
    good_results: int = 0
    finish_reason: str | None = None
    usage: list[Usage] = field(default_factory=list)
    broken: CompletionError | None = None
    """What ended the answer after its first words."""

    async def deltas(self, events: AsyncGenerator[Event]) -> AsyncGenerator[Delta]:
        """Yield events as deltas, the first of them with its role."""
        started = False
        try:
            async for event in events:
                for delta in self._event(event):
                    if not started:
                        started = True
                        yield {"role": "assistant"}
                    yield delta
        except CompletionError as err:
            if not self.spoke:
                raise
            # To raise here would lose what was said.
            self.broken = err
            for piece in self.speech.flush():
                if isinstance(piece, Say):
                    yield {"content": piece.text}

    def _event(self, event: Event) -> Iterator[Delta]:
        """Yield an event as deltas."""
        match event:
            case Text(text):
                yield from self._pieces(self.speech.feed(text))
            case Reasoning(text):
                yield {"thinking_content": text}
            case ToolCall():
                yield from self._pieces(self.speech.flush())
                if self.tools:
                    yield from self._call(self.tools.accept(event))
            case Usage():
                self.usage.append(event)
            case Finish(reason):
                self.finish_reason = reason
                yield from self._pieces(self.speech.flush())

    def _pieces(self, pieces: Iterable[Piece]) -> Iterator[Delta]:
        """Yield pieces of the model's text as deltas."""
        for piece in pieces:
            match piece:
                case Say(text):
                    self.spoke |= not text.isspace()
                    yield {"content": text}
                case Think(text):
                    yield {"thinking_content": text}
                case Listen():
                    self.listen = True
                case WrittenCall(text) if self.tools:
                    for name, arguments in written_calls(text):
                        if call := self.tools.accept_written(name, arguments):
                            yield from self._call(call)

    def _call(self, call: llm.ToolInput) -> Iterator[Delta]:
        """Yield a call, after the full stop of what was said before it.

        A voice says only whole sentences, and the tool may take its time.
        """
        if not self.called and (stop := self.speech.full_stop()):
            yield {"content": stop}
        self.called = True
        yield {"tool_calls": [call]}
