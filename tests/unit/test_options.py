"""Test the options of an entry."""

from custom_components.openai_compatible_conversation.options import Options


def test_background_patience() -> None:
    """Tasks and extraction wait longer than a turn, unless the option is set."""
    assert Options().background_patience == 600
    assert Options(patience=10).background_patience == 10
    assert Options(patience=1800).background_patience == 1800
