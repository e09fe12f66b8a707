"""Pictures in tool results, and servers that do not take them.

Few servers tell which models take pictures. Where none does, a picture is sent, and if
the request is refused, it is sent again without pictures, and the model is told that
there were some. A model that was found not to take any is sent none for a while.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from ..completions.errors import (
    CompletionError,
    ContextTooLongError,
    ImagesNotSupportedError,
)
from ..completions.messages import Message, ToolMessage
from ..tools.result import with_note

WITHHELD = "You cannot be shown the pictures in it."
"""What the model is told in place of pictures."""

REFUSED_FOR = 3600
"""Seconds after which a model that took no pictures is tried again."""

FAILED_FOR = 60
"""The same if the reason may be the picture: a turn is not tried again and again."""

_REFUSALS = frozenset({0, 400, 413, 415, 422, 500, 501})
"""The statuses with which servers refuse a picture; 0 means none is known."""


class PictureSupport:
    """Which models of a server were sent pictures in vain.

    Lives as long as the entry is loaded. Times are in the event loop's time.
    """

    def __init__(
        self, refused_for: float = REFUSED_FOR, failed_for: float = FAILED_FOR
    ) -> None:
        """Initialize without knowing of any model; the times are in seconds."""
        self._refused_for, self._failed_for = refused_for, failed_for
        self._withheld_until: dict[str, float] = {}

    def is_withheld(self, model: str) -> bool:
        """Return whether a model is sent no pictures of tools now."""
        now = asyncio.get_running_loop().time()
        return now < self._withheld_until.get(model, 0)

    async def async_send[T](
        self,
        model: str,
        messages: Sequence[Message],
        send: Callable[[Sequence[Message]], Awaitable[T]],
        *,
        takes_pictures: bool | None = None,
    ) -> T:
        """Return what `send` returns for messages, without pictures if need be.

        `takes_pictures` is what the server tells of the model, None if nothing. Pictures
        of the user's are left alone. Raises the `CompletionError` of `send`.
        """
        if takes_pictures is False or self.is_withheld(model):
            return await send(without_pictures(messages))
        try:
            return await send(messages)
        except CompletionError as err:
            others = without_pictures(messages)
            if others == list(messages) or not _may_be_pictures(err):
                raise
            refusal = err
        result = await send(others)
        is_model = isinstance(refusal, ImagesNotSupportedError)
        seconds = self._refused_for if is_model else self._failed_for
        now = asyncio.get_running_loop().time()
        self._withheld_until[model] = now + seconds
        return result


def without_pictures(messages: Sequence[Message]) -> list[Message]:
    """Return messages in which results have a note in place of their pictures."""
    return [
        replace(message, text=with_note(message.text, WITHHELD), images=())
        if isinstance(message, ToolMessage) and message.images
        else message
        for message in messages
    ]


def _may_be_pictures(err: CompletionError) -> bool:
    """Return whether a request may have been refused for the pictures in it."""
    return isinstance(err, ImagesNotSupportedError | ContextTooLongError) or (
        err.status in _REFUSALS
    )
