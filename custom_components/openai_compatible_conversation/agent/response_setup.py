"""A response that is about to arrive, set up as its turn and its request want it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, Protocol

from ..completions.messages import Message, ToolMessage, UserMessage
from ..speech.data_pipeline import DataPipeline
from ..speech.echo import EchoRemover, MadeUpResult
from ..speech.pipeline import SpeechPipeline
from ..tools.api_instance import ToolboxInstance
from .quoted_calls import QuotedCalls
from .response import ModelResponse
from .response_calls import ResponseCalls
from .response_limits import ResponseLimits
from .server import Server


class ResponseUse(Protocol):
    """What a response is for."""

    tools: ToolboxInstance | None
    language: str
    strip_markup: bool
    spoken_only: bool
    is_data: bool


def new_response(
    use: ResponseUse,
    server: Server,
    quoted: QuotedCalls,
    body: Mapping[str, Any],
    *,
    may_call: bool,
    may_speak: bool = True,
    messages: Sequence[Message] = (),
) -> ModelResponse:
    """Return a response to a request to a server, to be filled.

    `quoted` are the calls that stand in the request, `body` is its body. Without
    `may_call`, calls are dropped, without `may_speak`, everything else is. `messages`
    are those of the request, whose last results are no answers.
    """
    return ModelResponse(
        _new_pipeline(use, server),
        ResponseCalls(use.tools, quoted, may_call=may_call),
        echo=EchoRemover(() if use.is_data else _last_results(messages)),
        made_up=None if use.is_data else MadeUpResult(),
        may_speak=may_speak,
        limits=ResponseLimits(
            is_spoken=use.spoken_only,
            is_streamed=server.options.enable_streaming,
            parameters=body,
        ),
    )


def _last_results(messages: Sequence[Message]) -> Iterator[str]:
    """Yield the results that a response answers, also without what was told after them."""
    for message in takewhile(_is_of_round, reversed(messages)):
        if isinstance(message, ToolMessage):
            yield from {message.text, message.text.partition("\n")[0]}


def _is_of_round(message: Message) -> bool:
    """Return whether a message stands after the words of the user."""
    return not isinstance(message, UserMessage)


def _new_pipeline(use: ResponseUse, server: Server) -> SpeechPipeline | DataPipeline:
    """Return the filters for a response."""
    options, tools = server.options, use.tools
    starts_in_reasoning = server.client.starts_in_reasoning(options.chat_model)
    names = tools.names if tools else None
    if use.is_data:
        return DataPipeline(
            has_tools=tools is not None,
            starts_in_reasoning=starts_in_reasoning,
            names=names,
        )
    return SpeechPipeline(
        strip_markup=use.strip_markup,
        language=use.language,
        whole=not options.enable_streaming,
        starts_in_reasoning=starts_in_reasoning,
        names=names,
    )
