"""The scheduled actions of an entry, on disk.

A change is reported as successful only once it is on disk. One that cannot be written is
undone before anything else is written, so that the file never holds what was refused.

Decision record: docs/decisions/0024-an-action-for-later.md.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
import secrets
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..stored_file import OnSetAside, StoredFile, file_schema
from .scheduled_action import MAX_ACTIONS, ScheduledAction, ScheduleError

SCHEMA = file_schema({})
"""Any object: what is valid in a file with invalid items is still loaded."""

_LETTERS = "bcdfghjkmnpqrstvwxz"
"""Letters of an id: neither a number nor a word, which a model might change."""

_ID_LENGTH = 4


class ScheduleStore:
    """The scheduled actions of a config entry, persisted on every change.

    Created with the entry state, loaded once, kept over reloads of the entry, and
    removed with it.
    """

    def __init__(
        self, hass: HomeAssistant, entry_id: str, on_set_aside: OnSetAside
    ) -> None:
        """Initialize an empty store; `async_load` loads it."""
        self._hass = hass
        self._file = StoredFile(
            hass,
            f"{DOMAIN}.{entry_id}.schedule",
            "schedule",
            SCHEMA,
            on_set_aside,
            atomic_writes=True,
        )
        self._actions: dict[str, ScheduledAction] = {}
        self._interrupted: list[ScheduledAction] = []
        self._lock = asyncio.Lock()
        self._listeners: list[CALLBACK_TYPE] = []
        self._loaded = self._removed = False

    async def async_load(self) -> None:
        """Load the file on the first call; one that cannot be used is set aside."""
        if self._loaded:
            return
        self._loaded = True
        data = await self._file.async_read_or_discard() or {}
        items = data.get("actions", [])
        if not isinstance(items, list):
            items = [items]
        for item in items:
            if (action := ScheduledAction.from_json(item)) is None:
                continue
            if action.has_begun:
                self._interrupted.append(action)
            else:
                self._actions[action.id] = action
        if len(self._actions) + len(self._interrupted) < len(items):
            with suppress(OSError):
                await self._file.async_set_aside("damaged")
            # Otherwise it would be set aside again after each restart.
            with suppress(HomeAssistantError):
                await self._file.async_write(self._data())

    async def async_remove(self) -> None:
        """Remove the file; nothing is written or begun afterwards."""
        self._removed = True
        self._actions.clear()
        async with self._lock:
            await self._file.async_remove()

    @property
    def actions(self) -> list[ScheduledAction]:
        """Return the actions that are not begun, the next one first."""
        waiting = [a for a in self._actions.values() if not a.has_begun]
        return sorted(waiting, key=lambda action: action.at)

    @property
    def interrupted(self) -> list[ScheduledAction]:
        """Return the actions that were begun when Home Assistant ended."""
        return list(self._interrupted)

    def visible_to(self, user_id: str | None) -> list[ScheduledAction]:
        """Return the actions that a user may see, the next one first."""
        return [action for action in self.actions if action.is_visible_to(user_id)]

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Add a listener for changes; return a callback that removes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def async_add(
        self, create: Callable[[str], ScheduledAction]
    ) -> ScheduledAction:
        """Add an action, which `create` returns for an id that is new.

        Raises `ScheduleError` if there are too many, and `HomeAssistantError` if it
        cannot be written: then it is not scheduled.
        """
        if len(self._actions) >= MAX_ACTIONS:
            raise ScheduleError(
                "too_many",
                f"{MAX_ACTIONS} actions are scheduled, and there is no room for more. "
                "The user can cancel some that are not needed.",
            )
        action = create(self._new_id())
        self._actions[action.id] = action

        def undo() -> None:
            """Remove the action."""
            self._actions.pop(action.id, None)

        await self._async_commit(undo)
        if self._removed:
            raise ScheduleError("not_scheduled", "This assistant was removed.")
        return action

    async def async_cancel(self, action_id: str, user_id: str | None = None) -> bool:
        """Cancel an action that a user may see and that is not begun.

        Return whether there was one. Raises `HomeAssistantError` if that cannot be
        written: then it is still scheduled.
        """
        action = self._actions.get(action_id)
        if action is None or action.has_begun or not action.is_visible_to(user_id):
            return False
        del self._actions[action_id]

        def undo() -> None:
            """Put the action back."""
            self._actions[action_id] = action

        await self._async_commit(undo)
        return True

    async def async_begin(self, action: ScheduledAction) -> bool:
        """Note on disk that an action is begun; return whether it is to be run now.

        It is not if it was cancelled, or if Home Assistant is stopping, which writes
        nothing any more. Raises `HomeAssistantError` if it cannot be written.
        """
        if self._actions.get(action.id) != action or action.has_begun:
            return False
        begun = replace(action, has_begun=True)
        self._actions[action.id] = begun

        def undo() -> None:
            """Have the action wait again."""
            if self._actions.get(action.id) is begun:
                self._actions[action.id] = action

        await self._async_commit(undo)
        if self._hass.is_stopping:
            undo()
            await self._async_commit(_no_op)
            return False
        return self._actions.get(action.id) is begun

    async def async_discard(self, actions: Iterable[ScheduledAction]) -> None:
        """Remove actions that are over. Raises `HomeAssistantError`.

        They are not run again even if that cannot be written.
        """
        for action in actions:
            self._actions.pop(action.id, None)
            if action in self._interrupted:
                self._interrupted.remove(action)
        await self._async_commit(_no_op)

    def _new_id(self) -> str:
        """Return an id that no action has."""
        while True:
            new_id = "".join(secrets.choice(_LETTERS) for _ in range(_ID_LENGTH))
            if new_id not in self._actions:
                return new_id

    async def _async_commit(self, undo: CALLBACK_TYPE) -> None:
        """Notify listeners and write; a cancelled caller does not cancel the write.

        If that fails, `undo` takes the change back, and `HomeAssistantError` is raised.
        """
        self._notify()
        await asyncio.shield(
            self._hass.async_create_task(self._async_write(undo), f"{DOMAIN} schedule")
        )

    async def _async_write(self, undo: CALLBACK_TYPE) -> None:
        """Write all actions, or undo a change."""
        async with self._lock:
            if self._removed:
                return
            try:
                await self._file.async_write(self._data())
            except HomeAssistantError:
                undo()
                self._notify()
                raise

    def _notify(self) -> None:
        """Notify the listeners of a change."""
        for listener in list(self._listeners):
            listener()

    def _data(self) -> dict[str, Any]:
        """Return the data to store."""
        actions = [*self._interrupted, *self._actions.values()]
        return {"actions": [action.to_json() for action in actions]}


def _no_op() -> None:
    """Do nothing."""
