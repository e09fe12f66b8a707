"""The loop of a turn: ask the model, run its tools, ask again. Parses nothing."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

from homeassistant.components import conversation

from .completions.client import CompletionsClient
from .completions.errors import (
    CompletionError,
    ContentFilterError,
    EmptyAnswerError,
    LengthLimitError,
)
from .completions.events import Event, Finish, Reasoning, Text, ToolCall, Usage
from .completions.request import build_body
from .history import messages_of
from .options import Options
from .speech.chain import Speech
from .speech.confirmation import confirmation
from .speech.pieces import Listen, Piece, Say, Think, WrittenCall
from .speech.written import written_calls
from .tools.toolbox import Tools

type Delta = conversation.AssistantContentDeltaDict

SILENCES: dict[str | None, type[EmptyAnswerError]] = {
    "length": LengthLimitError,
    "content_filter": ContentFilterError,
}
"""Why an answer without a word ended, by its finish reason."""


@dataclass(slots=True)
class _Request:
    """What one request brought."""

    spoke: bool = False
    called: bool = False
    good_results: int = 0
    finish_reason: str | None = None
    broken: CompletionError | None = None
    """What ended the answer after its first words."""


@dataclass(slots=True)
class Turn:
    """One turn of a conversation, from what the user said to the last word of the answer.

    The chat log holds what the user said, and takes each delta as it arrives.
    """

    chat_log: conversation.ChatLog
    client: CompletionsClient
    options: Options
    agent_id: str
    language: str
    explain: Callable[[CompletionError], Awaitable[str]]
    """What returns the words for an error, in the user's language."""
    clean: bool
    """Whether markdown and emoji are left out of the answer."""
    usage: list[Usage] = field(default_factory=list)
    """What each request cost, as far as the server said."""
    listen: bool = False
    """Whether the model wants an answer."""
    _said: bool = False

    async def run(self) -> CompletionError | None:
        """Ask the model until it has answered.

        Raises `CompletionError` if it gives no answer. If it fails after its first
        words, those stay, the error is said after them, and returned.
        """
        try:
            await self._converse()
        except CompletionError as err:
            if not self._said:
                raise
            await self._add(_one(await self.explain(err)), _Request())
            return err
        return None

    async def _converse(self) -> None:
        """Ask and run tools until there is an answer."""
        acted = asked_again = False
        left = self.options.max_tool_iterations
        while True:
            request = await self._ask(forbid_tools=left == 0)
            acted |= request.good_results > 0
            if request.called:
                left -= 1
            elif request.spoke:
                return
            elif acted:
                await self._add(_one(confirmation(self.language)), _Request())
                return
            elif asked_again or request.finish_reason == "content_filter":
                raise SILENCES.get(request.finish_reason, EmptyAnswerError)
            else:
                asked_again = True

    async def _ask(self, *, forbid_tools: bool) -> _Request:
        """Send one request, and put its answer and the results of its calls in the log."""
        tools = self.chat_log.llm_api
        definitions = tools.definitions() if isinstance(tools, Tools) else []
        options = self.options
        body = build_body(
            options.chat_model,
            messages_of(self.chat_log.content),
            definitions,
            stream=options.enable_streaming,
            forbid_tools=forbid_tools,
            parameters=options.sampling(),
            extra=options.extra_body,
        )
        request = _Request()
        answer = self.client.answer(
            body,
            headers=options.extra_headers,
            known_tools={definition["name"] for definition in definitions},
        )
        async with (
            aclosing(answer) as events,
            aclosing(
                self._deltas(events, request, None if forbid_tools else tools)
            ) as deltas,
        ):
            await self._add(deltas, request)
        if request.broken:
            raise request.broken
        return request

    async def _add(self, deltas: AsyncGenerator[Delta], request: _Request) -> None:
        """Hand deltas to the chat log, which runs the tools that they call."""
        async for content in self.chat_log.async_add_delta_content_stream(
            self.agent_id, deltas
        ):
            if isinstance(content, conversation.ToolResultContent):
                request.good_results += not content.result.error

    async def _deltas(
        self, events: AsyncGenerator[Event], request: _Request, tools: object
    ) -> AsyncGenerator[Delta]:
        """Yield an answer as deltas, the first of them with its role."""
        started = False
        speech = Speech(clean=self.clean)
        try:
            async for event in events:
                for delta in self._event(event, speech, request, tools):
                    self._said |= request.spoke
                    if not started:
                        started = True
                        yield {"role": "assistant"}
                    yield delta
        except CompletionError as err:
            if not request.spoke:
                raise
            # To raise here would lose what was said.
            request.broken = err
            for piece in speech.flush():
                if isinstance(piece, Say):
                    yield {"content": piece.text}

    def _event(
        self, event: Event, speech: Speech, request: _Request, tools: object
    ) -> Iterator[Delta]:
        """Yield an event as deltas."""
        match event:
            case Text(text):
                for piece in speech.feed(text):
                    yield from self._piece(piece, request, tools)
            case Reasoning(text):
                yield {"thinking_content": text}
            case ToolCall() if isinstance(tools, Tools):
                request.called = True
                yield {"tool_calls": [tools.accept(event)]}
            case Usage():
                self.usage.append(event)
            case Finish(reason):
                request.finish_reason = reason
                for piece in speech.flush():
                    yield from self._piece(piece, request, tools)

    def _piece(self, piece: Piece, request: _Request, tools: object) -> Iterator[Delta]:
        """Yield a piece of the model's text as deltas."""
        match piece:
            case Say(text):
                request.spoke |= not text.isspace()
                yield {"content": text}
            case Think(text):
                yield {"thinking_content": text}
            case Listen():
                self.listen = True
            case WrittenCall(text) if isinstance(tools, Tools):
                for name, arguments in written_calls(text):
                    if call := tools.accept_written(name, arguments):
                        request.called = True
                        yield {"tool_calls": [call]}


async def _one(text: str) -> AsyncGenerator[Delta]:
    """Yield a text as the deltas of a message."""
    yield {"role": "assistant"}
    yield {"content": text}
