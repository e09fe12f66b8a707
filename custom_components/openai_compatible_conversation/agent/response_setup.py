"""A response that is about to arrive, set up as its turn and its request want it."""

from collections.abc import Mapping
from typing import Any, Protocol

from ..completions.client import CompletionsClient
from ..options import Options
from ..speech.data_pipeline import DataPipeline
from ..speech.pipeline import SpeechPipeline
from ..tools.api_instance import ToolboxInstance
from .quoted_calls import QuotedCalls
from .response import ModelResponse
from .response_limits import ResponseLimits


class ResponseUse(Protocol):
    """What a response is for."""

    tools: ToolboxInstance | None
    client: CompletionsClient
    options: Options
    strip_markup: bool
    spoken_only: bool
    is_data: bool


def new_response(
    use: ResponseUse, quoted: QuotedCalls, body: Mapping[str, Any], *, may_call: bool
) -> ModelResponse:
    """Return a response to a request, to be filled.

    `quoted` are the calls that stand in the request, `body` is its body. Without
    `may_call`, calls are dropped.
    """
    options = use.options
    return ModelResponse(
        _new_pipeline(use),
        use.tools,
        quoted,
        may_call=may_call,
        limits=ResponseLimits(
            is_spoken=use.spoken_only,
            is_streamed=options.enable_streaming,
            parameters=body,
        ),
    )


def _new_pipeline(use: ResponseUse) -> SpeechPipeline | DataPipeline:
    """Return the filters for a response."""
    options, tools = use.options, use.tools
    starts_in_reasoning = use.client.starts_in_reasoning(options.chat_model)
    names = tools.names if tools else None
    if use.is_data:
        return DataPipeline(
            has_tools=tools is not None,
            starts_in_reasoning=starts_in_reasoning,
            names=names,
        )
    return SpeechPipeline(
        strip_markup=use.strip_markup,
        whole=not options.enable_streaming,
        starts_in_reasoning=starts_in_reasoning,
        names=names,
    )
