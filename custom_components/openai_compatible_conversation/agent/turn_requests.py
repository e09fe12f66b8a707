"""Requests of a turn to the model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..completions.messages import Message, SystemMessage
from ..options import Options
from ..tools.api_instance import ToolboxInstance
from .quoted_calls import QuotedCalls
from .response import ModelResponse
from .response_setup import new_response
from .run_history import (
    KeptHistory,
    RunHistory,
    async_send_shortened,
    reveal_called_tools,
)
from .server import Server
from .servers import TurnServers
from .turn_output import TurnOutput
from .turn_responses import PreparedRequest, TurnResponses
from .unasked_calls import asking_for_words

type AsksForCall = Callable[[Sequence[Message]], list[Message]]


@dataclass(slots=True, kw_only=True)
class TurnRequests:
    """Sends the requests of one turn, whose responses are added to its chat log.

    The history holds the earlier messages and the user's message.
    """

    history: RunHistory
    system_message: SystemMessage
    tools: ToolboxInstance | None
    servers: TurnServers
    turn_options: Options
    """The options of the entry whose turn it is, whichever server is asked."""
    output: TurnOutput
    strip_markup: bool
    """Whether markdown and emoji are removed from the response."""
    spoken_only: bool
    """Whether the response is spoken by a device that does not show the result."""
    language: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of each request, which take precedence over the user's."""
    is_data: bool = False
    """Whether the answer is data, of which nothing is filtered but its edges."""
    continue_listening: bool = False
    """Whether the model expects the user to reply."""
    has_spoken: bool = False
    _responses: TurnResponses = field(init=False)

    def __post_init__(self) -> None:
        """Create what receives the responses."""
        self._responses = TurnResponses(
            self.history, self.tools, self.output, is_data=self.is_data
        )

    async def query(
        self,
        *,
        forbid_tools: bool = False,
        asks_for_call: AsksForCall | None = None,
        asks_for_words: bool = False,
    ) -> ModelResponse:
        """Query the model of the server, or of its fallback.

        `asks_for_call` returns the messages with which it is asked for the call that it
        spoke of in the last one; only calls count then. With `asks_for_words`, only words do.
        """
        forbid_tools |= asks_for_words

        async def query(server: Server) -> ModelResponse:
            is_own, history = server is self.servers.own, self.history
            return await async_send_shortened(
                history if is_own else KeptHistory(history),
                lambda messages: server.pictures.async_send(
                    server.options.chat_model,
                    messages,
                    lambda shown: self._request(
                        server,
                        shown,
                        forbid_tools=forbid_tools,
                        asks_for_call=asks_for_call,
                        asks_for_words=asks_for_words,
                    ),
                    takes_pictures=server.facts.takes_pictures,
                ),
            )

        response = await self.servers.async_ask(query)
        if response.error:
            self.servers.current.async_handle_error(response.error)
        return response

    async def _request(
        self,
        server: Server,
        history: Sequence[Message],
        *,
        forbid_tools: bool,
        asks_for_call: AsksForCall | None,
        asks_for_words: bool,
    ) -> ModelResponse:
        """Send one request, and process its response and the tool results."""
        definitions: list[dict[str, Any]] = []
        if self.tools:
            reveal_called_tools(self.history, self.tools)
            definitions = self.tools.select(
                self.history.state, self.turn_options.tool_discovery
            )
        messages = [self.system_message, *history]
        quoted = messages
        if asks_for_call:
            # The description is the last message, and may be called word for word.
            quoted, messages = messages[:-1], asks_for_call(messages)
        if asks_for_words:
            messages = asking_for_words(messages)
        body = server.build_body(
            messages, definitions, forbid_tools=forbid_tools, extra=self.extra
        )
        names = {definition["name"] for definition in definitions}
        response = await self._responses.async_receive(
            PreparedRequest(server, body, names),
            partial(
                new_response,
                self,
                server,
                QuotedCalls(quoted, definitions),
                body,
                messages=messages,
                may_call=not forbid_tools,
                may_speak=not asks_for_call,
            ),
        )
        if definitions and response.is_complete:
            server.async_check_tools(body["model"])
        if response.calls.parts:
            server.client.set_writes_calls(
                body["model"], writes_calls=response.calls.are_bare
            )
        self.has_spoken |= response.has_spoken
        if not asks_for_call:
            self.continue_listening = response.continue_listening
        in_reasoning = response.pipeline.started_in_reasoning
        if in_reasoning is not None and response.is_complete:
            server.client.set_starts_in_reasoning(
                body["model"], starts_in_reasoning=in_reasoning
            )
        return response
