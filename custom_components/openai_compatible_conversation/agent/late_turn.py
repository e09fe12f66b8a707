"""A turn that is heard, whose answer may come later than its result.

Decision record: docs/decisions/0025-no-gap-in-speech.md.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..session.turn_owner import TurnOwner
from ..tools.api_instance import ToolboxInstance
from .announcement import async_announce, async_can_announce
from .held_speech import HeldSpeech
from .late_answers import LateAnswers, Listener
from .spoken_output import SpokenOutput
from .turn_output import TurnOutput


class LateTurn:
    """Runs a turn in a task of its own, which goes on if its result is needed before.

    The answer is then announced, or said with the next turn of the device. The task
    outlives a reload of the entry, as every turn does; a turn that is cancelled before
    its result ends as a whole.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        user_input: conversation.ConversationInput,
        chat_log: conversation.ChatLog,
        answers: LateAnswers,
    ) -> None:
        """Initialize a turn that is not running yet."""
        self._hass = hass
        self._user_input = user_input
        self._chat_log = chat_log
        self._answers = answers
        self._left = asyncio.Event()
        self._listener = Listener.of(user_input)
        self.unheard = answers.take(self._listener, hass.loop.time())
        """What is said in front of the answer."""

    def output(
        self,
        agent_id: str,
        owner: TurnOwner,
        leave: Callable[[], None],
        tools: ToolboxInstance | None,
    ) -> TurnOutput:
        """Return what the turn says its answer with, and has its tools waited for.

        `leave` is called when the result ends before the answer.
        """

        def left() -> conversation.ChatLog:
            """End the result; return a chat log that nobody else uses."""
            leave()
            self._answers.begin(self, owner, self._user_input.text)
            self._left.set()
            return replace(
                self._chat_log,
                content=list(self._chat_log.content),
                delta_listener=None,
            )

        output = SpokenOutput(
            self._chat_log,
            agent_id,
            HeldSpeech(self.unheard),
            left,
            language=self._user_input.language,
            can_follow=async_can_announce(self._hass, self._user_input.satellite_id),
        )
        if tools:
            tools.running.patience = output.patience
        return output

    async def async_run(
        self, turn: Coroutine[Any, Any, conversation.ConversationResult]
    ) -> conversation.ConversationResult:
        """Run a turn; return its result, or one that tells the user to wait."""
        task = self._hass.async_create_background_task(
            self._async_run(turn), f"turn of {self._user_input.agent_id}"
        )
        left = self._hass.async_create_background_task(self._left.wait(), "turn left")
        try:
            await asyncio.wait([task, left], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        finally:
            left.cancel()
        if not self._left.is_set() and (result := task.result()):
            return result
        result = conversation.async_get_result_from_chat_log(
            self._user_input, self._chat_log
        )
        result.continue_conversation = False
        return result

    async def _async_run(
        self, turn: Coroutine[Any, Any, conversation.ConversationResult]
    ) -> conversation.ConversationResult | None:
        """Run a turn to its answer; if it is late, have it heard and return None."""
        try:
            result = await turn
        except HomeAssistantError as err:
            if not self._left.is_set():
                raise
            text, listens = str(err), False
        else:
            if not self._left.is_set():
                return result
            text = result.response.speech["plain"]["speech"]
            listens = result.continue_conversation
        finally:
            self._answers.end(self)
        await self._async_follow(text, listens=listens)
        return None

    async def _async_follow(self, text: str, *, listens: bool) -> None:
        """Have a late answer heard, now or with the next turn."""
        satellite_id = self._user_input.satellite_id
        if not satellite_id or not await async_announce(
            self._hass,
            satellite_id,
            text,
            listens=listens,
            context=self._user_input.context,
        ):
            now = self._hass.loop.time()
            self._answers.keep(self._listener, self._user_input.text, text, now)
