"""How the answer of a turn reaches the user."""

from homeassistant.components.conversation import ConversationInput

from ..options import Options


def is_voice_device(user_input: ConversationInput) -> bool:
    """Return whether a turn comes from a voice device."""
    return bool(user_input.device_id or user_input.satellite_id)


def strips_markup(options: Options, user_input: ConversationInput) -> bool:
    """Return whether markup and emoji are removed from the response."""
    if options.clean_speech == "auto":
        return is_voice_device(user_input)
    return options.clean_speech == "always"
