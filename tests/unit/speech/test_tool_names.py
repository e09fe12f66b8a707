"""Tests of the names under which a model may call the tools."""

import pytest

from custom_components.openai_compatible_conversation.speech.tool_names import ToolNames

TOOLS = (
    "intent__HassTurnOn",
    "media_player__HassSetVolume",
    "notes__read",
    "mail__read",
    "get_weather",
)
NAMES = ToolNames(((name, name) for name in TOOLS), lambda _: ())


@pytest.mark.parametrize(
    ("written", "tool"),
    [
        ("intent__HassTurnOn", "intent__HassTurnOn"),
        ("HassTurnOn", "intent__HassTurnOn"),
        ("functions.HassTurnOn", "intent__HassTurnOn"),
        ("intent.HassTurnOn", "intent__HassTurnOn"),
        ("hassturnon", "intent__HassTurnOn"),
        # Behind the namespace of another tool
        ("intent__HassSetVolume", "media_player__HassSetVolume"),
        ("notes__get_weather", "get_weather"),
        ("intent__read", None),
        ("read", None),
        ("mine__HassSetVolume", None),
        ("intent__", None),
        ("", None),
    ],
)
def test_resolve(written: str, tool: str | None) -> None:
    """A name stands for the one tool that it can mean; it is known while it arrives."""
    assert NAMES.resolve(written) == tool
    if tool:
        for size in range(1, len(written) + 1):
            assert NAMES.may_become(written[:size])


def test_never_a_name() -> None:
    """What no name begins with is not waited for."""
    for start in ("x", "intent__x", "mine__Hass", "get_weathers"):
        assert not NAMES.may_become(start)


def test_invented() -> None:
    """A tool that a namespace does not have is an invention, not a word of the text."""
    assert NAMES.is_invented("intent__HassPlay")
    assert NAMES.is_invented("media_player__Play")
    for name in ("intent__HassTurnOn", "notes__get_weather", "HassPlay", "__x", "a__b"):
        assert not NAMES.is_invented(name)
