"""What the tools that learn, look up and forget facts have in common."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.util.json import JsonObjectType

from ..completions.messages import AssistantMessage, Message, ToolMessage, UserMessage
from ..memory.facts.fact import Channel, FactError
from ..memory.store.fact_store import FactStore
from ..session.limits import TokenLimits
from ..session.user_text import split_context
from .base import IntegrationTool
from .query_tools import QUERY_TOOLS
from .result import error_result

LEARN, QUERY, FORGET = "learn_fact", "query_facts", "forget_fact"

_OWN_TOOLS = (LEARN, QUERY, FORGET, QUERY_TOOLS)
"""The tools of which the results hold nothing but facts and names of tools."""


@dataclass(slots=True)
class FactSource:
    """What a turn has to learn facts from: what the user said, and what was read.

    Created with the tools of a turn, and filled in as the turn is known and goes on.
    """

    utterances: Sequence[str] | None = ()
    """What the user said in the conversation; None in the turn of an automation."""
    earlier: Sequence[str] = ()
    """What others wrote that was sent before this turn, or came along with it."""
    offered: Sequence[str] = ()
    """What the model said before this turn."""
    said_before: Sequence[str] = ()
    """What users said in the session before this turn."""
    told: Sequence[str] = ()
    """What the model was told of facts before this turn, or together with it."""
    speaker: str = ""
    """The name of who speaks, "" if it is not known."""
    channel: Channel | None = None
    knows: Callable[[], bool] = bool
    """Returns whether a fact fits what the user just said."""
    results: list[str] = field(default_factory=list)
    """The results of other tools in this turn, which may contain any instruction."""

    def set_turn(
        self,
        utterances: Sequence[str] | None,
        messages: Iterable[Message],
        extra_prompts: Iterable[str | None],
        *,
        speaker: str = "",
        channel: Channel | None = None,
        recalled: Iterable[str] = (),
        knows: Callable[[], bool] = bool,
    ) -> None:
        """Fill in what is known when a turn begins: `messages` are those before it.

        `recalled` are the facts that went with the turns of the session, and `knows`
        tells whether one fits this turn.
        """
        self.utterances, self.speaker, self.channel = utterances, speaker, channel
        self.knows = knows
        messages = list(messages)
        self.earlier = [
            *_results(messages, are_own=False),
            *filter(None, extra_prompts),
        ]
        self.told = [*recalled, *_results(messages, are_own=True)]
        self.offered = [
            message.text
            for message in messages
            if isinstance(message, AssistantMessage) and message.text
        ]
        self.said_before = [
            split_context(message.text)[1]
            for message in messages
            if isinstance(message, UserMessage)
        ]


def _results(messages: Iterable[Message], *, are_own: bool) -> Iterator[str]:
    """Yield the results in messages of our tools, or of those with anybody's words."""
    names: dict[str, str] = {}
    for message in messages:
        match message:
            case AssistantMessage(_, calls):
                # Ids are unique only among the calls of one message.
                names = {call.id: call.name for call in calls}
            case ToolMessage(call_id, text):
                if (names.get(call_id) in _OWN_TOOLS) == are_own:
                    yield text


class FactSourceError(FactError):
    """A fact of which no user spoke, with a message that tells a model what to do.

    Keys: no_user, not_said.
    """


class FactTool(IntegrationTool):
    """Base class of the fact tools."""

    def __init__(
        self,
        fact_store: FactStore,
        source: FactSource,
        limits: Callable[[], TokenLimits],
    ) -> None:
        """Initialize with the fact store of the entry, and the source of the turn.

        `limits` returns the current limits of a result.
        """
        self._fact_store = fact_store
        self._source = source
        self._limits = limits

    @override
    async def async_call(
        self,
        hass: HomeAssistant,
        tool_input: llm.ToolInput,
        llm_context: llm.LLMContext,
    ) -> llm.ToolResult:
        """Run the tool; a `FactError` becomes an error result."""
        try:
            data = await self._async_run(
                hass, tool_input.tool_args, llm_context.language or hass.config.language
            )
        except FactError as err:
            return error_result(err.key, str(err))
        return llm.ToolResult(data=data)

    async def _async_run(
        self, hass: HomeAssistant, args: dict[str, Any], language: str
    ) -> JsonObjectType:
        """Run the tool; raises `FactError` if that is not possible."""
        raise NotImplementedError

    def _utterances(self) -> Sequence[str]:
        """Return what the user said. Raises `FactError` if no user is speaking."""
        if self._source.utterances is None:
            raise FactSourceError(
                "no_user",
                "This turn comes from an automation, and no user is speaking. "
                "In such a turn nothing is learned and nothing is forgotten.",
            )
        return self._source.utterances
