"""What is told of the turns and the end of a session, or of all sessions of an entry."""

from homeassistant.core import CALLBACK_TYPE, callback


class SessionCallbacks:
    """Callbacks of whoever waits for sessions; there are none until they are set."""

    def __init__(self) -> None:
        """Initialize without callbacks."""
        self.on_turn_start: CALLBACK_TYPE = _no_op
        """Called when a turn begins."""
        self.on_session_end: CALLBACK_TYPE = _no_op
        """Called when what is told of has ended and is saved."""

    @callback
    def set(self, on_turn_start: CALLBACK_TYPE, on_session_end: CALLBACK_TYPE) -> None:
        """Set both callbacks."""
        self.on_turn_start, self.on_session_end = on_turn_start, on_session_end

    @callback
    def clear(self) -> None:
        """Call nobody any more."""
        self.on_turn_start = self.on_session_end = _no_op


def _no_op() -> None:
    """Do nothing."""
